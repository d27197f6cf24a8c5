"""Sequences of requests of the web site and the apps about talks, following links (spec 20, 21)."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Talk, TalkStar
from tests.factories import make_event, make_language, make_talk, make_talk_type, make_track, make_user

SITE = {"Accept": "application/json", "Forwarded": 'for=192.0.2.7;user-agent="Firefox"'}


@pytest.fixture
def site(api, session):
    """``site(user)(method, url, body)`` sends requests like the web site: absolute URLs, and ``[]`` as an empty body."""

    def of(user):
        client = api.signed_in(user)

        def asking(method, address, body=None):
            headers, sent = dict(SITE), {}
            if method in ("POST", "PUT"):
                headers["Content-type"] = "application/json"
                sent = {"json": [] if body is None else body}
            return client.request(method, address.removeprefix("http://localhost"), headers=headers, **sent)

        return asking

    return of


def test_the_web_site_adds_edits_and_deletes_a_talk(session, site):
    make_talk_type(session)
    make_talk_type(session, "Keynote")
    make_language(session)
    host = make_user(session)
    event = make_event(session, host=host)
    tracks = [make_track(session, event, name) for name in ("One", "Two")]
    ask = site(host)
    shown = ask("GET", f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]
    form = {
        "talk_title": "On Python",
        "talk_description": "Snakes",
        "type": "Keynote",
        "start_date": f"{event.starts_at + dt.timedelta(days=1):%Y-%m-%d} 12:00",
        "duration": "45",
        "language": "English - UK",
        "track": f"http://localhost/v2.1/tracks/{tracks[0].id}",
        "speakers": {"0": "Ann", "3": "Bob"},
        "talk_media": {"0": {"type": "slides_link", "url": "https://s.example/1"}},
    }

    added = ask("POST", shown["talks_uri"], form)
    talk = ask("GET", added.headers["Location"]).json["talks"][0]
    into = ask("POST", talk["tracks_uri"], {"track_uri": form["track"]})
    links = f"{talk['uri']}/links"
    linked = [
        ask("POST", links, {"display_name": kind, "url": f"https://{kind}.example/"})
        for kind in ("slides_link", "video_link")
    ]

    assert [reply.status_code for reply in (added, into, *linked)] == [201, 201, 204, 204]

    talk = ask("GET", talk["verbose_uri"]).json["talks"][0]
    first, second = ask("GET", links).json["talk_links"]
    changed = ask("PUT", f"{links}/{first['id']}", {"display_name": "slides_link", "url": "https://s.example/2"})
    dropped = ask("DELETE", f"{links}/{second['id']}")
    out_of = [ask("DELETE", track["remove_track_uri"]) for track in talk["tracks"]]
    into = ask("POST", talk["tracks_uri"], {"track_uri": f"http://localhost/v2.1/tracks/{tracks[1].id}"})
    edited = ask("PUT", talk["uri"], talk | form | {"talk_title": "On PHP", "speakers": {"1": "Bob"}})
    talk = ask("GET", edited.headers["Location"] + "?verbose=yes").json["talks"][0]

    assert [reply.status_code for reply in (changed, dropped, *out_of, into, edited)] == [204, 204, 204, 201, 204]
    assert {name: talk[name] for name in ("talk_title", "type", "duration", "talk_media", "speakers")} == {
        "talk_title": "On PHP",
        "type": "Keynote",
        "duration": 45,
        "talk_media": [{"slides_link": "https://s.example/2"}],
        "speakers": [{"speaker_name": "Bob"}],
    }
    assert [track["track_name"] for track in talk["tracks"]] == ["Two"]

    assert ask("DELETE", talk["uri"]).status_code == 204
    assert session.scalars(select(Talk)).all() == []


@pytest.mark.parametrize("scheme", ["OAuth", "oauth", "Bearer"])
def test_the_app_for_android_toggles_a_star_by_its_link(api, session, scheme):
    talk = make_talk(session, make_event(session))
    client = api.signed_in(make_user(session))
    headers = {"Authorization": f"{scheme} {client._token}", "Content-type": "application/json"}
    uri = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["starred_uri"].removeprefix("http://localhost")

    statuses = [
        client.request(method, uri, headers=headers).status_code
        for method in ("POST", "POST", "DELETE", "DELETE", "POST")
    ]

    assert statuses == [201, 201, 200, 200, 201]
    assert len(session.scalars(select(TalkStar)).all()) == 1


def test_the_android_app_without_an_account_gets_the_refusal_it_expects(api, session):
    talk = make_talk(session, make_event(session))

    reply = api.post(f"/v2.1/talks/{talk.id}/starred", headers={"Authorization": "OAuth null"})

    assert (reply.status_code, reply.json) == (401, ["You must be logged in to create data"])
    assert session.scalars(select(TalkStar)).all() == []
