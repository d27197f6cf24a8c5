"""The first page of the organiser's area, and what all of its pages have: the parts of the event and the last changes."""

import datetime as dt

import pytest

from joindin.models import EventSettings
from joindin.operations.audit import log_action
from joindin.operations.feedback.talk_ratings import Rater, rate_talk
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text, main_text_without_spaces
from tests.factories import (
    NOW,
    make_attendance,
    make_claim,
    make_event,
    make_room,
    make_star,
    make_talk,
    make_talk_comment,
    make_track,
    make_user,
)


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "Errors", slug="errors", speakers=["Ada"])


def test_the_numbers_of_the_event(organiser, session, event, talk, manage):
    user = make_user(session)
    make_attendance(session, event, user)
    for _ in range(2):
        make_star(session, talk, make_user(session))
    make_talk_comment(session, talk, make_user(session), rating=0)
    make_talk_comment(session, talk, make_user(session), rating=0, is_hidden=True)
    rate_talk(session, talk.id, Rater(user_id=user.id), rating=4, now=utc_now())

    text = main_text_without_spaces(organiser.get(manage))

    assert "attendee1talk1stars2rating1textontalks1commentsontheevent0" in text


@pytest.mark.parametrize(
    ("days", "access", "state"),
    [
        (-1, "anyone", "opens with the first talk"),
        (1, "anyone", "open until"),
        (200, "anyone", "closed"),
        (1, "off", "switched off"),
    ],
)
def test_the_checklist_says_whether_feedback_is_open(organiser, session, host, days, access, state):
    starts_at = utc_now() - dt.timedelta(days=days)
    event = make_event(session, "Timed", slug="timed", host=host, starts_at=starts_at, ends_at=starts_at)
    session.add(EventSettings(event_id=event.id, feedback_access=access))

    assert f"Feedback {state}" in main_text(organiser.get("/event/timed/manage/"))


def test_pages_tell_the_last_changes_of_what_they_are_about(organiser, session, event, talk, host, manage):
    other = make_talk(session, make_event(session), "Elsewhere")
    log_action(session, "event.settings", event, actor=host)
    log_action(session, "claim.reject", talk, actor=host)
    log_action(session, "talk.leave_out_ratings", talk, actor=host)
    log_action(session, "talk_comment.hide", make_talk_comment(session, talk, make_user(session)), actor=host)
    log_action(session, "talk.leave_out_ratings", other, actor=host)

    changes = {
        part: main_text(organiser.get(f"{manage}{part}")).partition("Last changes")[2]
        for part in ("", "claims/", "feedback/", "comments/", f"talks/{talk.id}/")
    }

    assert "grace changed the settings" in changes[""]
    assert "rejected" not in changes[""]
    assert "grace rejected a claim: Errors" in changes["claims/"]
    assert "grace left out ratings: Errors" in changes["feedback/"]
    assert "Elsewhere" not in changes["feedback/"]
    assert "grace kept a comment hidden" in changes["comments/"]
    assert "rejected a claim" in changes[f"talks/{talk.id}/"]


def test_tracks_and_rooms_are_tables_in_their_order(organiser, session, event, manage):
    make_track(session, event, "Web", description="All about pages", hue="teal", position=2)
    make_track(session, event, "Data", position=1)
    room = make_room(session, event, "Hall", capacity=120, floor="Ground floor", access_notes="Step-free")
    make_talk(session, event, room_id=room.id)

    tracks, rooms = (main_text_without_spaces(organiser.get(f"{manage}{part}")) for part in ("tracks/", "rooms/"))

    assert "DataAroom–0↓DownDataWebAllaboutpagesteal0↑UpWeb" in tracks
    assert "Hall120GroundfloorStep-free–1" in rooms


def test_a_claim_stands_beside_the_other_talks_of_the_account(organiser, session, event, talk, manage):
    claimant = make_user(session, "claimant")
    make_claim(session, talk, talk.speakers[0], claimant, user_approved_at=NOW, host_approved_at=None)
    make_talk(session, make_event(session, "Other Conf", slug="other-conf"), "Forms", slug="forms", speakers=[claimant])

    reply = organiser.get(f"{manage}claims/")

    assert 'href="/event/other-conf/forms"' in reply.text
    assert "Other Conf" in main_text(reply)


def test_pages_cost_the_same_however_much_there_is(organiser, session, event, host, manage, count_statements):
    costs = []
    for _ in range(2):
        for _ in range(3):
            talk = make_talk(session, event, speakers=["Ada"])
            make_claim(session, talk, talk.speakers[0], make_user(session), user_approved_at=NOW, host_approved_at=None)
            make_track(session, event)
            make_room(session, event)
            log_action(session, "event.settings", event, actor=host)
        session.commit()
        costs.append([])
        for part in ("", "tracks/", "rooms/", "claims/", "comments/", "people/", "settings/"):
            with count_statements() as seen:
                organiser.get(f"{manage}{part}")
            costs[-1].append(len(seen))

    assert costs[0] == costs[1]
