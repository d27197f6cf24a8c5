"""Old addresses of web2 lead where ``docs/addresses-of-web2.md`` says, and reading them changes nothing (site, T3)."""

import re
from pathlib import Path

import pytest

from tests.database_rows import count_rows
from tests.factories import make_event, make_pending_event, make_talk, make_user

TABLE = Path(__file__).parents[4] / "docs" / "addresses-of-web2.md"
ROW = re.compile(r"\| `(?P<path>/[^`]*)` \| (?:`(?P<target>[^`]*)`|(?P<text>[^|]*)) \| (?P<status>\d+) \|")
ADDRESSES = [tuple(match.groups()) for match in ROW.finditer(TABLE.read_text())]
FORMS = re.findall(r"`(/event/[^`]*)`", TABLE.read_text().partition("Forms of web2")[2])


@pytest.fixture
def names(session):
    ann = make_user(session, "ann", full_name="Ann Ash")
    event = make_event(session, "Conf", slug="conf", stub="c27", host=ann)
    talk = make_talk(
        session,
        event,
        "On Tides",
        slug="on-tides",
        stub="abc12",
        speakers=[ann],
        links=[("slides_link", "https://a.example/")],
    )
    session.commit()
    return {"event": "conf", "talk": "on-tides", "user": "ann", "hash": "a1b2c3", "event_id": event.id,
            "talk_id": talk.id, "user_id": ann.id, "speaker_id": talk.speakers[0].id}  # fmt: skip


def fill_in(path, names):
    stub = "c27" if path.startswith("/e/") else "abc12"
    return path.format(**names, stub=stub)


@pytest.mark.parametrize(("path", "target", "text", "status"), ADDRESSES)
def test_an_old_address_leads_to_its_page(session, browser, names, path, target, text, status):
    before = count_rows(session)

    reply = browser.get(fill_in(path, names), headers={"Accept": "text/html"})

    assert reply.status_code == int(status)
    if target:
        assert reply.headers["Location"].split("?next=")[0] == fill_in(target, names)
    for _step in range(4):
        if reply.status_code not in (301, 302, 303):
            break
        reply = browser.get(reply.headers["Location"].partition("#")[0], headers={"Accept": "text/html"})
    assert reply.status_code in (200, 403)
    assert "<h1" in reply.text
    assert count_rows(session) == before


@pytest.mark.parametrize("path", [path for path, *_ in ADDRESSES if path != "/"])
def test_an_old_address_with_a_slash_takes_one_redirect_more(browser, names, path):
    path, mark, query = fill_in(path, names).partition("?")

    reply = browser.get(f"{path}/{mark}{query}", headers={"Accept": "text/html"})

    assert (reply.status_code, reply.location) == (301, f"{path}{mark}{query}")


def test_the_table_has_every_route():
    assert len(ADDRESSES) >= 66


@pytest.mark.parametrize("path", FORMS)
def test_forms_of_web2_are_refused_with_links(session, browser, names, path):
    reply = browser.post(fill_in(path, names))

    assert reply.status_code in (302, 400, 403, 405)


def test_addresses_of_hidden_events_are_not_found(session, browser):
    event = make_pending_event(session, "Waiting", slug="waiting")

    paths = (
        "/event/waiting/details",
        "/event/attend/waiting",
        f"/event/view/{event.id}/talks",
        "/event/waiting/schedule/grid",
    )
    assert [browser.get(path).status_code for path in paths] == [404] * 4


def test_parameters_of_the_search_are_kept(browser):
    reply = browser.get("/search/events?keyword=tides+%26&tag=php&page=2")

    assert (reply.status_code, reply.headers["Location"]) == (301, "/event?q=tides+%26&tag=php")


def test_the_account_of_somebody_else_is_at_the_desk(session, browser, names):
    browser.sign_in_directly(make_user(session, "bob"))

    assert browser.get("/user/ann/edit").location == "/desk/people/?keyword=ann"
    assert browser.get("/user/ann/delete").location == "/desk/people/?keyword=ann"
    assert browser.get("/user/BOB/edit").location == "/accounts/profile/"
    assert browser.get("/user/ann/client").location == "/accounts/applications/"


def test_unlinking_somebody_who_is_no_speaker_leads_to_the_talk(browser, names):
    reply = browser.get("/event/conf/on-tides/unlink/bob")

    assert (reply.status_code, reply.location) == (302, "/event/conf/on-tides")
