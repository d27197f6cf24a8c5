"""The organiser's page of feedback: bursts of ratings."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Talk, TalkRating
from tests.browser_client import main_text
from tests.factories import make_event, make_room, make_talk, make_user
from tests.resources.web.organiser.conftest import STARTS_AT


@pytest.fixture
def talk(session, event):
    """A talk in a room with two chairs, rated by three devices within a minute."""
    return make_burst(session, event)


def make_burst(session, event):
    talk = make_talk(session, event, "Keynote", room_id=make_room(session, event, capacity=2).id)
    times = [STARTS_AT + dt.timedelta(seconds=20 * number) for number in range(3)]
    session.add_all(TalkRating(talk_id=talk.id, rating=1, created_at=each, updated_at=each) for each in times)
    talk.guest_rating_sum, talk.guest_rating_count = 3, 3
    session.commit()
    return talk


def leave_out(organiser, manage, talk, starts_at, reason="chairs"):
    fields = {"reason": reason, "starts_at": starts_at}
    return organiser.send(f"{manage}feedback/talks/{talk.id}/leave-out/", fields, page=f"{manage}feedback/")


def accept(organiser, manage, talk, starts_at, reason="chairs"):
    fields = {"reason": reason, "starts_at": starts_at}
    return organiser.send(f"{manage}feedback/talks/{talk.id}/accept/", fields, page=f"{manage}feedback/")


def audited_actions(session):
    return session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()


def test_a_burst_is_flagged_left_out_and_brought_back(session, organiser, manage, talk):
    page = f"{manage}feedback/"
    flagged = main_text(organiser.get(page))
    assert "Bursts of ratings 1" in main_text(organiser.get(manage))

    out = leave_out(organiser, manage, talk, STARTS_AT.isoformat())
    without = session.get_one(Talk, talk.id).guest_rating_count
    shown = main_text(organiser.get(page))
    back = organiser.send(f"{page}talks/{talk.id}/count/", {}, page=page)

    assert "Keynote 3 ratings" in flagged
    assert "More ratings within two minutes than the room has chairs." in flagged
    assert (out.status_code, out.location, without) == (303, page, 0)
    assert "left out" in shown
    assert "Ratings that are left out Keynote 3 ratings" in shown
    assert (back.status_code, session.get_one(Talk, talk.id).guest_rating_count) == (303, 3)
    assert audited_actions(session) == ["talk.leave_out_ratings", "talk.count_ratings"]


def test_a_burst_is_accepted_as_honest(session, organiser, manage, talk):
    accepted = accept(organiser, manage, talk, STARTS_AT.isoformat())
    shown = main_text(organiser.get(f"{manage}feedback/"))
    again = accept(organiser, manage, talk, STARTS_AT.isoformat())

    assert (accepted.status_code, accepted.location) == (303, f"{manage}feedback/")
    assert "accepted Leave them out" in shown
    assert "Bursts of ratings 0" in main_text(organiser.get(manage))
    assert again.status_code == 303
    assert audited_actions(session) == ["talk.accept_ratings"]


@pytest.mark.parametrize(("starts_at", "reason"), [("", "chairs"), ("9" * 400, "chairs"), (STARTS_AT.isoformat(), "x")])
def test_only_flagged_bursts_are_accepted(session, organiser, manage, talk, starts_at, reason):
    assert accept(organiser, manage, talk, starts_at, reason).status_code == 303

    assert "Accept as honest" in main_text(organiser.get(f"{manage}feedback/"))
    assert audited_actions(session) == []


def test_bursts_of_another_event_are_not_accepted(session, organiser, manage):
    other = make_burst(session, make_event(session))

    accept(organiser, manage, other, STARTS_AT.isoformat())

    assert audited_actions(session) == []


def test_a_second_press_changes_nothing(session, organiser, manage, talk):
    for _ in range(2):
        assert leave_out(organiser, manage, talk, STARTS_AT.isoformat()).status_code == 303

    assert "have changed meanwhile" in main_text(organiser.get(f"{manage}feedback/"))
    assert audited_actions(session) == ["talk.leave_out_ratings"]


@pytest.mark.parametrize("starts_at", ["", "x", "2027-05-08", "0001-01-01T00:00:00+14:00", "9" * 400, "\0"])
def test_other_times_leave_nothing_out(session, organiser, manage, talk, starts_at):
    assert leave_out(organiser, manage, talk, starts_at).status_code == 303

    assert session.get_one(Talk, talk.id).guest_rating_count == 3
    assert audited_actions(session) == []


@pytest.mark.parametrize("reason", ["", "pace", "network", "x"])
def test_other_reasons_leave_nothing_out(session, organiser, manage, talk, reason):
    leave_out(organiser, manage, talk, STARTS_AT.isoformat(), reason)

    assert session.get_one(Talk, talk.id).guest_rating_count == 3


def test_talks_of_another_event_are_refused(session, organiser, manage):
    other = make_burst(session, make_event(session))

    leave_out(organiser, manage, other, STARTS_AT.isoformat())

    assert session.get_one(Talk, other.id).guest_rating_count == 3
    assert audited_actions(session) == []


def test_others_see_nothing(session, browser, manage, talk):
    browser.sign_in_directly(make_user(session))

    assert browser.get(f"{manage}feedback/").status_code == 403


def test_an_event_without_ratings(organiser, manage):
    assert "There are none." in main_text(organiser.get(f"{manage}feedback/"))


def test_the_page_costs_the_same_for_many_bursts(session, organiser, event, manage, talk, count_statements):
    def count():
        with count_statements() as statements:
            assert organiser.get(f"{manage}feedback/").status_code == 200
        return len(statements)

    few = count()
    for _ in range(4):
        make_burst(session, event)

    assert count() == few
