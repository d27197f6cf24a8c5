"""Addresses that people enter are http or https addresses, on every surface. Others could run a script in the page of a client."""

import pytest
from sqlalchemy import select, text

from joindin.extensions import db
from joindin.imports.joindin.map_events import map_event_image
from joindin.imports.joindin.map_talks import map_link
from joindin.imports.legacy_row import LegacyRow
from joindin.models import Client, Event, Talk, TalkLink
from tests.factories import make_client, make_user, newest

SCRIPTS = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " \njavascript:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript://x.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "blob:https://x.example/1",
    "file:///etc/passwd",
    "ftp://x.example/",
    "http:alert(1)",
    "http://",
    "https:\\\\x.example",
    "http://x.example:99999/",
]
EVENT = {
    "name": "SampleConf",
    "description": "Two days.",
    "location": "online",
    "start_date": "2027-03-02T09:00",
    "end_date": "2027-03-03T18:00",
    "tz_continent": "Europe",
    "tz_place": "Amsterdam",
}
TALK = {"talk_title": "On Python", "talk_description": "All of it."}
TABLES = ("events", "talks", "talk_links", "clients")


def stored(session):
    return [session.execute(text(f"SELECT * FROM {table} ORDER BY id")).all() for table in TABLES]


def send_event(caller, event, talk, field, url):
    return caller.post("/v2.1/events", json={**EVENT, field: url})


def send_changed_event(caller, event, talk, field, url):
    return caller.put(f"/v2.1/events/{event.id}", json={**EVENT, field: url})


def send_talk(caller, event, talk, field, url):
    return caller.post(
        f"/v2.1/events/{event.id}/talks", json={**TALK, "start_date": event.starts_at.isoformat(), field: url}
    )


def send_changed_talk(caller, event, talk, field, url):
    return caller.put(f"/v2.1/talks/{talk.id}", json={**TALK, "start_date": event.starts_at.isoformat(), field: url})


def send_link(caller, event, talk, field, url):
    return caller.post(f"/v2.1/talks/{talk.id}/links", json={"display_name": "slides_link", field: url})


def send_changed_link(caller, event, talk, field, url):
    path = f"/v2.1/talks/{talk.id}/links/{newest(db.session, TalkLink).id}"
    return caller.put(path, json={"display_name": "slides_link", field: url})


@pytest.mark.parametrize("url", SCRIPTS)
@pytest.mark.parametrize(
    ("send", "field"),
    [
        (send_event, "href"),
        (send_event, "cfp_url"),
        (send_changed_event, "href"),
        (send_changed_event, "cfp_url"),
        (send_talk, "slides_link"),
        (send_changed_talk, "slides_link"),
        (send_link, "url"),
        (send_changed_link, "url"),
    ],
)
def test_other_addresses_are_refused_in_events_talks_and_links(api, session, host, event, talk, send, field, url):
    session.add(TalkLink(talk_id=talk.id, type="slides_link", url="https://slides.example/1"))
    session.commit()
    caller, before = api.signed_in(host), stored(session)

    reply = send(caller, event, talk, field, url)

    assert reply.status_code == 400
    assert f"The field '{field}' must be a web address such as https://conf.example" in reply.json[0]
    assert stored(session) == before


@pytest.mark.parametrize("url", SCRIPTS)
@pytest.mark.parametrize("verb", ["post", "put"])
def test_other_addresses_are_refused_in_applications(api, session, url, verb):
    user = make_user(session)
    own = make_client(session, owner_id=user.id, name="App", description="Shows talks.")
    client = make_client(session, "web2", is_first_party=True)
    caller, before = api.signed_in(user, client), stored(session)
    path = "/v2.1/applications" if verb == "post" else f"/v2.1/applications/{own.id}"

    reply = getattr(caller, verb)(path, json={"name": "App", "description": "Shows talks.", "callback_url": url})

    assert (reply.status_code, reply.json) == (
        400,
        ["The field 'callback_url' must be a web address such as https://conf.example"],
    )
    assert stored(session) == before


@pytest.mark.parametrize("url", SCRIPTS)
@pytest.mark.parametrize("field", ["website", "redirect_uris"])
def test_other_addresses_are_refused_when_an_application_registers_itself(api, session, field, url):
    body = {"client_name": "App", "redirect_uris": "https://app.example/", "website": "https://app.example/"}

    reply = api.post("/api/client", json={**body, field: url})

    assert reply.status_code == 400
    assert session.scalars(select(Client)).all() == []


@pytest.mark.parametrize("url", SCRIPTS)
def test_other_addresses_are_not_imported(url):
    row = LegacyRow({"event_href": url, "url": url, "type": "orig", "talk_type": 1, "talk_id": 1})

    assert row.web_address("event_href", 600) is None
    assert row.repairs[0].startswith("event_href is not a web address: ")
    with pytest.raises(Exception, match="it has no type or no address"):
        map_event_image(row)
    with pytest.raises(Exception, match="it has no address"):
        map_link(row, {1: "slides_link"})


@pytest.mark.parametrize(
    ("url", "imported"),
    [
        ("http://conf.example/?a=1&b=2", "http://conf.example/?a=1&b=2"),
        ("https://münchen.example/Träger", "https://münchen.example/Träger"),
        ("conf.example/2027", "https://conf.example/2027"),
        (" http://conf.example/a b ", "http://conf.example/a%20b"),
        ("", ""),
        (None, None),
    ],
)
def test_web_addresses_are_imported(url, imported):
    row = LegacyRow({"event_href": url})

    assert (row.web_address("event_href", 600), row.repairs) == (imported, [])


def test_addresses_of_events_and_talks_are_stored_as_they_are(api, session, host, event, talk):
    caller = api.signed_in(host)
    url = "https://münchen.example/a?b=1&c=%20#d"

    replies = [send_changed_event(caller, event, talk, "href", url), send_link(caller, event, talk, "url", url)]

    assert [reply.status_code for reply in replies] == [204, 204]
    assert session.scalar(select(Event.href)) == url
    assert session.scalar(select(TalkLink.url)) == url
    assert session.scalar(select(Talk.slides_url)) in (None, "")
