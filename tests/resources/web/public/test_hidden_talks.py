"""A talk that the hosts hid: hosts and editors see its page with a banner, and everyone else finds nothing."""

from types import SimpleNamespace

import pytest

from joindin.models import EventHost
from joindin.operations.organiser.talks import set_talk_visibility
from joindin.operations.talks import TalkDetails, edit_talk
from tests.browser_client import Browser, form_fields, without_tokens
from tests.factories import (
    NOW,
    make_event,
    make_room,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)
from tests.german_pages import GERMAN, check_german

# Stands in every text of the talk.
MARK = "Quokka"
PAGE = f"/event/conf/{MARK.lower()}"
SEEING = ("host", "co-host", "editor", "admin")
EDITING = ("host", "co-host", "admin")
HIDDEN = "This talk is hidden."
PARTS_WITHOUT_PREVIEW = ("/slide", "/slide.svg", "/claim", "/card.png", "/comments")
PUBLIC_PAGES = (
    "",
    "/schedule",
    "/changes",
    "/changes.atom",
    "/programme",
    "/talks",
    "/speakers",
    "/rooms",
    "/rooms/hall",
    "/slides",
    "/feedback",
)


@pytest.fixture
def hidden(session):
    host, speaker = make_user(session, "hanna"), make_user(session, "pat")
    event = make_event(session, "Conf", host=host, slug="conf")
    room = make_room(session, event, "Hall")
    link = ("slides_link", f"https://slides.example/{MARK}")
    talk = make_talk(
        session,
        event,
        f"{MARK} first",
        slug="quokka-first",
        stub="quok1",
        description=f"{MARK} abstract",
        speakers=[speaker, f"{MARK} Speaker"],
        tracks=[make_track(session, event, "Web")],
        links=[link],
        room_id=room.id,
    )
    make_talk(session, event, "Lighthouse", room_id=room.id, starts_at=talk.starts_at)
    comment = make_talk_comment(session, talk, make_user(session, "fan"), text=f"{MARK} comment")
    edit_talk(
        session,
        talk.id,
        TalkDetails(MARK, f"{MARK} abstract", talk.type_id, talk.language_id, talk.starts_at, 60),
        actor=None,
        now=NOW,
    )
    set_talk_visibility(session, talk.id, is_active=False, actor=None)
    session.commit()
    return SimpleNamespace(event=event, talk=talk, host=host, speaker=speaker, comment=comment)


@pytest.fixture
def browsers(app, session, hidden):
    """A browser for each role."""
    co_host, other_host = make_user(session, "co-host"), make_user(session, "other-host")
    session.add(EventHost(event_id=hidden.event.id, user_id=co_host.id))
    make_event(session, "Public Days", host=other_host)
    users = {
        "other": make_user(session),
        "trusted": make_user(session, is_trusted=True),
        "other host": other_host,
        "speaker": hidden.speaker,
        "host": hidden.host,
        "co-host": co_host,
        "editor": make_user(session, is_editor=True),
        "admin": make_user(session, is_admin=True),
    }
    session.commit()
    return {"visitor": Browser(app), **{role: Browser(app).sign_in_directly(user) for role, user in users.items()}}


def statuses(browsers, *paths):
    return {role: {browser.get(path).status_code for path in paths} for role, browser in browsers.items()}


def test_hosts_and_editors_alone_see_the_page(browsers):
    assert statuses(browsers, PAGE) == {role: {200 if role in SEEING else 404} for role in browsers}


def test_all_addresses_lead_those_to_the_page_who_see_it(browsers, hidden):
    talk = hidden.talk
    former = "/event/conf/quokka-first"
    addresses = {
        former: 301,
        f"/talk/view/{talk.id}": 301,
        f"/{talk.id}": 301,
        "/talk/quok1": 302,
        "/talk/quok1?qr": 302,
    }

    for role, browser in browsers.items():
        replies = {address: browser.get(address) for address in addresses}
        found = {address: (reply.status_code, reply.location) for address, reply in replies.items()}
        expected = {address: (status, PAGE) for address, status in addresses.items()}
        assert found == (expected if role in SEEING else dict.fromkeys(addresses, (404, None))), role


def test_those_who_edit_the_talk_have_its_form_and_its_results(browsers):
    for path in (
        f"{PAGE}/edit",
        f"{PAGE}/results",
        *(f"{PAGE}/results.{form}" for form in ("csv", "json", "xlsx", "svg")),
    ):
        found = {role: browser.get(path).status_code for role, browser in browsers.items()}
        # Visitors sign in first, as for an unknown talk.
        visitor = 404 if path.endswith("/results") else 302
        assert found == dict.fromkeys(browsers, 404) | dict.fromkeys(EDITING, 200) | {"editor": 403, "visitor": visitor}
    assert browsers["host"].get("/talk/quok1/results").location == f"{PAGE}/results"
    assert browsers["other"].get("/talk/quok1/results").status_code == 404


def test_pages_for_everyone_are_not_found(browsers):
    paths = [f"{PAGE}{part}" for part in PARTS_WITHOUT_PREVIEW if part != "/claim"]

    assert statuses(browsers, *paths, "/f/quok1") == {role: {404} for role in browsers}
    assert {role: browser.get(f"{PAGE}/claim").status_code for role, browser in browsers.items()} == {
        role: 302 if role == "visitor" else 404 for role in browsers
    }


@pytest.mark.parametrize("path", [PAGE, "/talk/quok1", f"{PAGE}/edit", "/event/conf/quokka-first"])
def test_others_get_the_response_of_an_unknown_talk(browsers, count_statements, path):
    unknown = path.replace("quok", "koqu")

    for role in browsers.keys() - SEEING:
        replies, statements = [], []
        browsers[role].get(unknown)
        for each in (unknown, path):
            with count_statements() as executed:
                replies.append(browsers[role].get(each))
            statements.append(len(executed))
        texts = [without_tokens(reply.text).replace(each, "/") for reply, each in zip(replies, (unknown, path))]
        assert texts[0] == texts[1], role
        assert replies[0].status_code == replies[1].status_code
        assert replies[0].headers.get("Cache-Control") == replies[1].headers.get("Cache-Control")
        # The slug that the talk had is stored, and its talk is looked up.
        assert path.endswith("first") or statements[0] == statements[1], role


def test_the_preview_is_neither_stored_nor_indexed_and_offers_no_feedback(browsers):
    reply = browsers["host"].get(PAGE)

    assert "no-store" in reply.headers["Cache-Control"]
    assert "public" not in reply.headers["Cache-Control"]
    assert reply.headers["X-Robots-Tag"] == "noindex"
    assert f"{MARK} abstract" in reply.text
    absent = ('id="stars"', "ld+json", "og:title", "/f/quok1", "/talk/quok1", f"{MARK} comment", f"{PAGE}/comments")
    assert [part for part in absent if part in reply.text] == []
    results = browsers["host"].get(f"{PAGE}/results")
    assert f"{MARK} comment" in results.text
    assert f"{PAGE}/slide" not in results.text
    assert "/results/share" not in results.text
    assert "no-store" in results.headers["Cache-Control"]


def test_the_banner_says_what_to_do(browsers, hidden):
    manage = f"/event/conf/manage/talks/{hidden.talk.id}/"

    shown = {
        role: (HIDDEN in text, f'action="{manage}delete/"' in text, f'href="{manage}"' in text)
        for role in SEEING
        for text in [browsers[role].get(PAGE).text]
    }

    assert shown == {role: (True, role in EDITING, role in EDITING) for role in SEEING}


def test_the_button_shows_the_talk_to_everyone(browsers, hidden):
    manage = f"/event/conf/manage/talks/{hidden.talk.id}/delete/"

    found = f'<a href="{PAGE}">' in browsers["host"].get(manage).text
    reply = browsers["host"].send(manage, {"action": "show"}, page=PAGE)

    assert (found, reply.status_code) == (True, 303)
    assert statuses(browsers, PAGE) == {role: {200} for role in browsers}
    text = browsers["host"].get(PAGE).text
    assert (HIDDEN in text, 'id="stars"' in text, f"{MARK} comment" in text) == (False, True, True)


def test_the_host_changes_the_hidden_talk_on_its_form(session, browsers, hidden):
    host = browsers["host"]
    fields = form_fields(host.get(f"{PAGE}/edit").text) | {"title": f"{MARK} two"}

    reply = host.send(f"{PAGE}/edit", fields)

    session.refresh(hidden.talk)
    assert (reply.status_code, reply.location) == (303, "/event/conf/quokka-two")
    assert (hidden.talk.title, hidden.talk.is_active) == (f"{MARK} two", False)


def test_pages_of_the_programme_have_the_talk_for_no_role(browsers):
    found = [
        (role, part)
        for role, browser in browsers.items()
        for part in PUBLIC_PAGES
        if MARK in browser.get(f"/event/conf{part}").text
    ]

    assert found == []


def test_hidden_talks_of_an_event_that_is_not_public(session, browsers, hidden):
    hidden.event.is_active, hidden.event.is_pending = False, True
    session.commit()
    text = browsers["host"].get(PAGE).text

    assert (HIDDEN in text, "The event waits for approval." in text) == (True, True)
    assert statuses(browsers, PAGE) == {role: {200 if role in SEEING else 404} for role in browsers}
    hidden.event.is_private = True
    session.commit()
    assert statuses(browsers, PAGE, "/talk/quok1") == {role: {404} for role in browsers}


def test_a_talk_without_a_slug_has_its_preview_at_its_short_address(session, browsers, hidden):
    hidden.talk.slug = None
    session.commit()

    assert statuses(browsers, "/talk/quok1") == {role: {200 if role in SEEING else 404} for role in browsers}
    found = {role: browser.get("/talk/quok1/results").status_code for role, browser in browsers.items()}
    assert found == dict.fromkeys(browsers, 404) | dict.fromkeys(EDITING, 200) | {"editor": 403}


def test_the_banner_is_translated(app, hidden, browsers):
    check_german(browsers["host"].get(PAGE, headers=GERMAN), "event_pages", "organiser")
    check_german(browsers["editor"].get(PAGE, headers=GERMAN), "event_pages", "organiser")
