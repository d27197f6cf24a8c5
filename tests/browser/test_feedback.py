"""Feedback in a browser without JavaScript (T12), and the pages of speakers."""

import datetime as dt

import pytest

from joindin.models import Event, TalkComment, TalkRating
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_event, make_room, make_talk, make_talk_comment, make_user


@pytest.fixture
def speaker(session):
    return make_user_with_password(session, "ada", full_name="Ada Speaker")


@pytest.fixture
def talk(session, speaker):
    event = make_event(session, "Harbour Code Days", slug="harbour", starts_at=utc_now() - dt.timedelta(days=1))
    talk = make_talk(
        session, event, "On tides & timetables", slug="tides", stub="tides", speakers=[speaker, "Bob Birch"],
        starts_at=utc_now() - dt.timedelta(hours=1),
    )  # fmt: skip
    for rating in (3, 4, 5, 5):
        make_talk_comment(session, talk, make_user(session), rating=rating, text="Learned a lot.")
    session.commit()
    return talk


def test_a_guest_rates_with_one_tap_and_writes_to_the_speakers(new_visitor, session, talk):
    guest = new_visitor(javascript=False)
    guest.visit("/f/tides")
    guest.press("4 Great")
    assert guest.path == "/guest/feedback/tides/"
    guest.page.get_by_label("One thing that was good").fill("The examples")
    guest.press("Send")

    assert session.query(TalkRating).one().rating == 4
    assert session.query(TalkComment).filter(TalkComment.device_id.is_not(None)).one().is_private
    guest.visit("/event/harbour/tides")
    assert "The examples" not in guest.text


def test_the_code_of_a_room_leads_to_the_talk_that_was_there(new_visitor, session, talk):
    room = make_room(session, session.get_one(Event, talk.event_id), "Quay", code="quay1234")
    talk.room_id, talk.duration = room.id, 55
    session.commit()
    guest = new_visitor(javascript=False)
    guest.visit("/r/quay1234")
    guest.check_page("scale by the code of a room")
    guest.press("5 Brilliant")
    guest.page.get_by_label("One thing for next time").fill("Larger letters")
    guest.press("Send")

    speaker = new_visitor(javascript=False)
    speaker.sign_in("ada", PASSWORD)
    speaker.visit("/event/harbour/tides/results")
    assert "Larger letters" in speaker.text
    for path in ("/event/harbour/tides", "/event/harbour/talk-comments", f"/v2.1/talks/{talk.id}/comments"):
        reply = guest.visit(path)
        assert "Larger letters" not in reply.text()


def test_pages_without_feedback_and_without_a_slug_are_valid(visitor, session, talk):
    make_talk(
        session, session.get_one(Event, talk.event_id), "Nameless", slug=None, stub="bare1", starts_at=talk.starts_at
    )
    talk.has_feedback = False
    session.commit()
    visitor.sign_in("ada", PASSWORD)
    for path in (
        "/f/tides",
        "/event/harbour/tides",
        "/event/harbour/tides/edit",
        "/talk/bare1",
        "/event/harbour/hosts",
    ):
        visitor.visit(path)
        visitor.check_page(f"{path} without feedback or a slug")


def test_pages_of_visitors_are_valid(visitor, talk):
    for path in ("/f/tides", "/guest/feedback/tides/", "/event/harbour/tides", "/event/harbour/feedback",
                 "/event/harbour/comments", "/event/harbour/talk-comments", "/event/harbour/tides/slide"):  # fmt: skip
        visitor.visit(path)
        visitor.check_page(path)


def test_pages_of_the_speaker_are_valid(visitor, session, talk):
    visitor.sign_in("ada", PASSWORD)
    comment = session.query(TalkComment).first()
    for path in ("/event/harbour/tides", "/event/harbour/tides/results", "/event/harbour/tides/edit",
                 "/event/harbour/tides/claim", f"/comments/talk/{comment.id}/answer",
                 f"/comments/talk/{comment.id}/report", "/me/ratings/?talk=tides"):  # fmt: skip
        visitor.visit(path)
        visitor.check_page(path)
