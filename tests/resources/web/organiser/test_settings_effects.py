"""Settings of the schedule and of frames, and the words that go with claims: each takes effect."""

import pytest

from joindin.models import AuditEntry, EventSettings, Mail, TalkClaim
from tests.browser_client import Browser, main_text
from tests.factories import make_room, make_talk, make_track, make_user

SCHEDULE = "/event/plain-conf/schedule"


@pytest.fixture
def event(session, event):
    event.slug = "plain-conf"
    return event


@pytest.fixture
def talk(session, event):
    room, track = make_room(session, event, "Hall"), make_track(session, event, "Web")
    return make_talk(
        session, event, "Errors", slug="errors", speakers=["Ada"], room_id=room.id, tracks=[track],
        starts_at=event.starts_at,
    )  # fmt: skip


def set_values(session, event, **values):
    session.add(EventSettings(event_id=event.id, **values))
    session.commit()


def test_the_form_stores_the_settings(organiser, session, event, talk, manage):
    page = organiser.get(f"{manage}settings/").text
    version = page.partition('name="version" type="hidden" value="')[2].partition('"')[0]
    fields = {
        "version": version, "feedback_access": "anyone", "feedback_scheme": "one", "feedback_days": "90",
        "language": "en", "day_starts_at": "06:00", "schedule_view": "list", "schedule_columns": "tracks",
    }  # fmt: skip

    assert organiser.send(f"{manage}settings/", fields).status_code == 303
    stored = session.query(EventSettings).one()
    assert (stored.schedule_view, stored.schedule_columns, stored.is_embed_allowed) == ("list", "tracks", False)
    assert organiser.send(f"{manage}settings/", fields | {"schedule_view": "circle"}).status_code == 400


def test_the_schedule_is_a_list_if_the_event_says_so(browser, session, event, talk):
    assert "<style>" in browser.get(SCHEDULE).text

    set_values(session, event, schedule_view="list")

    text = browser.get(SCHEDULE).text
    assert "<style>" not in text
    assert 'href="?view=grid"' in text
    assert "<style>" in browser.get(f"{SCHEDULE}?view=grid").text


def column_names(page):
    return [part.partition("</")[0].rpartition(">")[2] for part in page.text.split('class="room-name"')[1:]]


def test_tracks_are_the_columns_if_the_event_says_so(browser, session, event, talk):
    assert column_names(browser.get(SCHEDULE)) == ["Hall"]

    set_values(session, event, schedule_columns="tracks")

    assert column_names(browser.get(SCHEDULE)) == ["Web"]


def test_an_event_is_not_shown_in_frames_if_the_hosts_do_not_want_it(browser, session, event, talk):
    assert browser.get("/embed/plain-conf").status_code == 200

    set_values(session, event, is_embed_allowed=False)

    assert browser.get("/embed/plain-conf").status_code == 404


def test_words_go_with_a_claim_and_with_its_decision(organiser, app, session, event, talk, manage):
    claimant = make_user(session, "claimant", email="claimant@example.org")
    session.commit()
    browser = Browser(app).sign_in_directly(claimant)
    path = "/event/plain-conf/errors/claim"

    assert browser.send(path, {"speaker": "Ada", "words": "I met you\nin Leeds"}).status_code == 303
    assert session.query(TalkClaim).one().note == "I met you in Leeds"
    assert "I met you in Leeds" in main_text(organiser.get(f"{manage}claims/"))

    claim_id = session.query(TalkClaim).one().id
    organiser.send(
        f"{manage}claims/{claim_id}/", {"decision": "reject", "words": "Another Ada"}, page=f"{manage}claims/"
    )
    assert session.query(AuditEntry).filter_by(action="claim.reject").one().reason == "Another Ada"
    assert [mail.context["note"] for mail in session.query(Mail).filter_by(kind="claim_rejected")] == ["Another Ada"]


def test_too_many_words_are_refused(app, session, event, talk):
    session.commit()
    browser = Browser(app).sign_in_directly(make_user(session))

    browser.send("/event/plain-conf/errors/claim", {"speaker": "Ada", "words": "x" * 501})

    assert session.query(TalkClaim).count() == 0
