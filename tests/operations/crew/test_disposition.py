"""Disposition: decisions of responsibles, added people, coupled shifts, and the waiting list."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import GrantedPermission
from joindin.models.crew import (
    CONFIRMED,
    FOR_PARTICIPANT,
    FOR_RESPONSIBLES,
    GETTING_DISPATCHED,
    REQUESTED,
    RESPONSIBLE_REJECTED,
    Participation,
    ParticipationComment,
)
from joindin.operations.crew.disposition import Decision, add_placeholder, add_user, dispose
from joindin.operations.crew.refusals import InvalidSignup
from joindin.operations.crew.signup import sign_up
from joindin.operations.crew.waiting_list import join_waiting_list
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from tests.crew_factories import let_see, make_crew_event, make_participation, make_shift
from tests.factories import NOW, make_user

TIMES = {"now": NOW, "timezone": "Europe/Berlin"}


@pytest.fixture
def paula(session):
    return make_user(session, "paula")


@pytest.fixture
def event(session):
    return make_crew_event(session)


def decide(session, shift, actor, *decisions):
    return dispose(session, shift.id, decisions, actor_id=actor.id, **TIMES)


def states(session, shift):
    rows = session.execute(
        select(Participation.id, Participation.state)
        .where(Participation.shift_id == shift.id)
        .order_by(Participation.id)
    )
    return dict(rows.all())


def test_people_are_confirmed_above_the_maximum_and_rejected(session, paula, event):
    shift = make_shift(
        session, event, flow="request_confirm", structure_configuration={"maximum_number_of_participants": 1}
    )
    rows = [make_participation(session, shift, make_user(session), state=REQUESTED) for _ in range(3)]
    later = shift.starts_at + dt.timedelta(hours=1)

    changed = decide(
        session, shift, paula,
        Decision(rows[0].id, CONFIRMED, comment="welcome"),
        Decision(rows[1].id, CONFIRMED, starts_at=later, ends_at=shift.ends_at),
        Decision(rows[2].id, RESPONSIBLE_REJECTED, comment="sorry", is_internal=True),
    )  # fmt: skip

    assert [row.id for row in changed] == [row.id for row in rows]
    assert list(states(session, shift).values()) == [CONFIRMED, CONFIRMED, RESPONSIBLE_REJECTED]
    assert (rows[1].individual_starts_at, rows[1].individual_ends_at) == (later, None)
    comments = session.scalars(select(ParticipationComment).order_by(ParticipationComment.id)).all()
    assert [(each.text, each.visibility, each.author_id) for each in comments] == [
        ("welcome", FOR_PARTICIPANT, paula.id), ("sorry", FOR_RESPONSIBLES, paula.id)
    ]  # fmt: skip
    seen_by = session.scalars(select(GrantedPermission.user_id).order_by(GrantedPermission.user_id)).all()
    assert seen_by == [row.user_id for row in rows]


def test_added_people_vanish_unless_they_are_dispatched(session, paula, event):
    shift = make_shift(session, event)
    ben, carl = make_user(session), make_user(session)
    first = add_user(session, shift.id, ben.id, now=NOW)
    assert add_user(session, shift.id, ben.id, now=NOW).id == first.id
    second = add_user(session, shift.id, carl.id, now=NOW)
    third = add_placeholder(session, shift.id, "Red Cross", now=NOW)
    assert set(states(session, shift).values()) == {GETTING_DISPATCHED}

    decide(session, shift, paula, Decision(first.id, CONFIRMED), Decision(third.id, CONFIRMED))

    assert states(session, shift) == {first.id: CONFIRMED, third.id: CONFIRMED}
    assert session.get(Participation, second.id) is None
    for add in (lambda: add_user(session, shift.id, 999, now=NOW), lambda: add_user(session, 999, ben.id, now=NOW)):
        with pytest.raises(NotFound):
            add()


def test_one_unacceptable_decision_refuses_all(session, paula, event):
    shift = make_shift(
        session, event, structure="named_teams", structure_configuration={"teams": [{"uuid": "alpha", "title": "A"}]}
    )
    first, second = (make_participation(session, shift, make_user(session), state=REQUESTED) for _ in range(2))
    stranger = make_participation(session, make_shift(session, event), make_user(session))
    session.commit()
    refused = [
        (Decision(second.id, CONFIRMED), "team"),
        (Decision(second.id, team_uuid="beta"), "team"),
        (Decision(second.id, 7), "state"),
        (Decision(second.id, ends_at=shift.starts_at - dt.timedelta(hours=1)), "individual_end_time"),
        (Decision(stranger.id, CONFIRMED), None),
    ]
    for decision, field in refused:
        with pytest.raises(InvalidSignup if field else NotFound) as error:
            decide(session, shift, paula, Decision(first.id, CONFIRMED, team_uuid="alpha"), decision)
        session.rollback()
        assert field is None or error.value.field == field
        assert list(states(session, shift).values()) == [REQUESTED, REQUESTED]

    decide(session, shift, paula, Decision(first.id, CONFIRMED, team_uuid="alpha"))
    assert session.get(Participation, first.id).structure_data == {"dispatched_team_uuid": "alpha"}


def test_a_rejected_person_makes_room_for_the_waiting_list(session, paula, event):
    shift = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 1})
    follower = make_shift(session, event, flow="coupled", signup_flow_configuration={"leader_shift_id": shift.id})
    ben, carl = make_user(session), make_user(session)
    row = sign_up(session, Participant(USER, ben.id), shift.id, **TIMES)
    let_see(session, event, carl)
    join_waiting_list(session, carl.id, shift.id, **TIMES)

    decide(session, shift, paula, Decision(row.id, RESPONSIBLE_REJECTED))

    assert list(states(session, shift).values()) == [RESPONSIBLE_REJECTED, CONFIRMED]
    assert list(states(session, follower).values()) == [RESPONSIBLE_REJECTED, CONFIRMED]
