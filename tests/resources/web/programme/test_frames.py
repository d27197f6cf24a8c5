"""Frames for other web sites: a schedule, a talk, the talks of a speaker."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select, update

from joindin.models import EventSettings, EventSlug, TalkSpeaker
from joindin.utils.datetimes import UTC
from tests.browser_client import Browser, main_text
from tests.conftest import WEBSITE_URL
from tests.factories import make_event, make_pending_event, make_room, make_talk, make_user, parse_instant

SCHEDULE, TALK, SPEAKER = PATHS = ("/embed/event/harbour/schedule", "/embed/talk/0t1de", "/embed/user/ada")
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada <L>")


@pytest.fixture
def event(session):
    return make_event(
        session, "Harbour <Days>", slug="harbour", starts_at=parse_instant("2037-07-09T08:00"), timezone="Europe/Berlin",
        ends_at=parse_instant("2037-07-11T08:00"),
    )  # fmt: skip


@pytest.fixture
def talk(session, event, ada):
    hall = make_room(session, event, "Hall")
    talk = make_talk(
        session, event, f"Tides {HOSTILE}", stub="0t1de", slug="tides", speakers=[ada, "Bob"], room_id=hall.id, subtitle="Low",
        level="advanced",
        starts_at=parse_instant("2037-07-09T09:00"), duration=30, description=f"About {HOSTILE}\n\nMore",
    )  # fmt: skip
    session.commit()
    return talk


def forbid_frames(session, event):
    session.add(EventSettings(event_id=event.id, is_embed_allowed=False))
    session.commit()


@pytest.mark.parametrize("path", PATHS)
def test_other_sites_may_frame_a_page_that_nothing_can_be_changed_on(app, browser, talk, ada, path):
    for caller in (browser, Browser(app).sign_in_directly(ada)):
        reply = caller.get(path)

        assert reply.status_code == 200
        assert "X-Frame-Options" not in reply.headers
        assert "frame-ancestors *" in reply.headers["Content-Security-Policy"]
        assert reply.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Set-Cookie" not in reply.headers
        assert [part for part in ("<script", "<form", "csrf", "<b>") if part in reply.text] == []
        assert '<meta name="robots" content="noindex">' in reply.text
        links = [part.partition(">")[0] for part in reply.text.split("<a ")[1:]]
        assert links
        assert all('target="_top" rel="noopener"' in link for link in links)
        assert all(f'href="{WEBSITE_URL}/' in link for link in links)


@pytest.mark.parametrize("path", PATHS)
def test_an_unchanged_frame_is_not_sent_again(browser, talk, path):
    etag = browser.get(path).headers["ETag"]
    assert browser.get(path, headers={"If-None-Match": etag}).status_code == 304


def test_the_schedule_has_the_talks_of_each_day(session, browser, event, talk):
    make_talk(session, event, "Ebbs", starts_at=parse_instant("2037-07-10T09:00"), duration=0, state="cancelled")
    make_talk(session, event, "Hidden", is_active=False)
    session.commit()

    page = browser.get(SCHEDULE)

    assert main_text(page) == (
        "Harbour <Days> Times are Berlin time (UTC+2) Thu, 9 Jul 2037 11:00–11:30 Tides <script>alert(1)</script>"
        " Bob, Ada <L> · Hall Fri, 10 Jul 2037 11:00 Cancelled Ebbs"
    )
    assert f'<a href="{WEBSITE_URL}/event/harbour/tides" target="_top" rel="noopener" dir="auto">' in page.text
    assert "Do., 9. Juli 2037" in main_text(browser.get(SCHEDULE, headers={"Accept-Language": "de"}))
    assert 'data-theme="dark"' in browser.get(f"{SCHEDULE}?theme=dark").text


def test_an_event_without_talks_has_an_empty_schedule(session, browser, event):
    session.commit()
    assert "The programme is not published yet." in main_text(browser.get(SCHEDULE))


def test_a_frame_stays_when_the_slug_of_the_event_changes(session, browser, event, talk):
    session.add(EventSlug(event_id=event.id, slug="former"))
    session.commit()
    assert "Tides" in main_text(browser.get("/embed/event/former/schedule"))


def test_the_talk_has_its_facts(browser, talk):
    assert main_text(browser.get(TALK)) == (
        "Tides <script>alert(1)</script> Low Bob, Ada <L> Thu, 9 Jul 2037, 11:00–11:30 (Berlin) · Hall"
        " Harbour <Days> · Talk · English - UK · Advanced About <script>alert(1)</script>"
    )


def test_a_cancelled_event_is_named_at_its_talk(session, browser, event, talk):
    event.state = "cancelled"
    session.commit()
    texts = [main_text(browser.get(path, headers={"Accept-Language": "de"})) for path in PATHS]
    assert all("Abgesagt" in text for text in texts)


def test_a_speaker_has_next_and_past_talks(session, browser, talk, ada):
    past = make_event(session, "Past", starts_at=parse_instant("2020-01-01T08:00"), timezone="Europe/Rome")
    make_talk(session, past, "Ebbs", speakers=[ada])
    session.commit()

    assert main_text(browser.get(SPEAKER)) == (
        "Ada <L> Next talks Tides <script>alert(1)</script> Harbour <Days>, Thu, 9 Jul 2037, 11:00 Berlin"
        " Past talks Ebbs Past, Wed, 1 Jan 2020, 10:00 Rome"
    )
    with time_machine.travel(dt.datetime(2037, 7, 12, tzinfo=UTC), tick=False):
        assert "Next talks" not in main_text(browser.get(SPEAKER))


def test_talks_that_are_not_public_or_not_confirmed_are_in_no_frame(session, browser, event, talk, ada):
    hidden = [
        make_talk(session, event, "Secret", stub="00001", speakers=[ada], is_active=False),
        make_talk(session, make_pending_event(session, slug="waiting"), "Secret", stub="00002", speakers=[ada]),
        make_talk(
            session, make_event(session, slug="private", is_private=True), "Secret", stub="00003", speakers=[ada]
        ),
    ]
    unconfirmed = make_talk(session, make_event(session), "Secret", speakers=[ada])
    session.execute(update(TalkSpeaker).where(TalkSpeaker.talk_id == unconfirmed.id).values(is_pending=True))
    session.commit()

    assert "Secret" not in main_text(browser.get(SPEAKER))
    assert [browser.get(f"/embed/talk/{each.stub}").status_code for each in hidden] == [404] * 3
    slugs = ("waiting", "private", "none", "%00", "9" * 30, "event")
    assert [browser.get(f"/embed/event/{slug}/schedule").status_code for slug in slugs] == [404] * 6


def test_accounts_that_are_not_active_have_no_frame(session, browser, talk, ada):
    ada.is_active = False
    session.commit()
    assert [browser.get(path).status_code for path in (SPEAKER, "/embed/user/none", "/embed/user/a%00")] == [404] * 3


def test_hosts_forbid_frames_with_their_event_and_its_talks(session, browser, event, talk, ada):
    make_talk(session, make_event(session, "Other"), "Ebbs", speakers=[ada])
    forbid_frames(session, event)

    replies = [browser.get(path) for path in PATHS]

    assert [reply.status_code for reply in replies] == [404, 404, 200]
    assert ("Tides" in replies[2].text, "Ebbs" in replies[2].text) == (False, True)
    assert all("frame-ancestors 'none'" in reply.headers["Content-Security-Policy"] for reply in replies[:2])


@pytest.mark.parametrize("path", [SCHEDULE, SPEAKER])
def test_a_frame_costs_the_same_statements_whatever_its_length(
    session, browser, event, talk, ada, count_statements, path
):
    def cost():
        session.commit()
        with count_statements() as statements:
            assert browser.get(f"{path}?x={session.scalar(select(TalkSpeaker.id).order_by(TalkSpeaker.id.desc()))}")
        return len(statements)

    one = cost()
    for number in range(8):
        make_talk(session, event, speakers=[ada, f"Bob {number}"])
        make_talk(session, make_event(session), speakers=[ada])

    assert cost() == one
