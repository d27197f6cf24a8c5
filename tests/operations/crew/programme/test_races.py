"""A talk is moved while people sign up for its shift."""

import datetime as dt
from collections import Counter, defaultdict
from functools import partial

import pytest
from sqlalchemy import select

from joindin.extensions import db
from joindin.models import Talk
from joindin.models.crew import CONFIRMED, SESSION_CHAIR, SHIFT_MOVED, CrewNotification, Participation, Shift
from joindin.operations.crew.programme.generation import ShiftTemplate, generate_shifts
from joindin.operations.crew.programme.rules import ShiftRule
from joindin.operations.crew.refusals import SignupRefused
from joindin.operations.crew.signup import sign_up
from joindin.operations.talks import TalkDetails, edit_talk
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from tests.concurrency import run_concurrently
from tests.crew_factories import let_see, make_crew_event
from tests.factories import NOW, days_from_now, make_talk, make_user

MOVES, PEOPLE_A_CONNECTION, CONNECTIONS, PLACES = 5, 3, 4, 8
MINUTE = dt.timedelta(minutes=1)
FULL = "The maximum number of participants is reached."
TEMPLATE = ShiftTemplate("instant_confirmation", {}, "uniform", {"maximum_number_of_participants": PLACES})


@pytest.mark.slow("transactions on five connections")
def test_a_talk_moves_while_people_sign_up_for_its_shift(app, session):
    """The shift ends where the talk does, no place is given twice, and people are told of each move after their sign-up."""
    event = make_crew_event(session, "Conference", is_private=False, starts_at=days_from_now(30), timezone="UTC")
    talk = make_talk(session, event, starts_at=event.starts_at)
    generate_shifts(session, event.id, ShiftRule(SESSION_CHAIR, "Chair: {talk}", 10, 5), TEMPLATE)
    shift_id, talk_id, starts = (
        session.scalar(select(Shift.id)),
        talk.id,
        [talk.starts_at + n * 20 * MINUTE for n in range(1, MOVES + 1)],
    )
    users = [make_user(session) for _ in range(CONNECTIONS * PEOPLE_A_CONNECTION)]
    let_see(session, event, *users)
    shares = [[user.id for user in users[number::CONNECTIONS]] for number in range(CONNECTIONS)]

    moves, *signups = run_concurrently(
        session,
        [
            lambda: _run(app, [partial(_move_talk, talk_id, starts_at) for starts_at in starts]),
            *(lambda ids=ids: _run(app, [partial(_sign_up, id_, shift_id) for id_ in ids]) for ids in shares),
        ],
    )

    outcomes = Counter(outcome for share in signups for outcome in share)
    assert moves == ["done"] * MOVES
    assert outcomes == {"done": PLACES, FULL: len(users) - PLACES}
    shift = session.get_one(Shift, shift_id)
    assert (shift.starts_at, shift.ends_at) == (starts[-1] - 10 * MINUTE, starts[-1] + 65 * MINUTE)
    assert session.get_one(Talk, talk_id).starts_at == starts[-1]
    told = _list_told_starts(session)
    assert all(told[user_id] == starts[MOVES - len(told[user_id]) :] for user_id in told)
    assert told.keys() <= set(session.scalars(select(Participation.user_id).filter_by(state=CONFIRMED)))


def _move_talk(talk_id, starts_at):
    talk = db.session.get_one(Talk, talk_id)
    names = ("title", "description", "type_id", "language_id", "duration")
    fields = {name: getattr(talk, name) for name in names}
    edit_talk(db.session, talk_id, TalkDetails(**fields, starts_at=starts_at), actor=None, now=NOW)


def _sign_up(user_id, shift_id):
    sign_up(db.session, Participant(USER, user_id), shift_id, now=NOW, timezone="UTC")


def _run(app, actions):
    """Run the actions one after the other, in a transaction each."""
    outcomes = []
    with app.app_context():
        for action in actions:
            try:
                action()
                db.session.commit()
                outcomes.append("done")
            except SignupRefused as refused:
                db.session.rollback()
                outcomes.append(refused.reasons[0].text("en"))
    return outcomes


def _list_told_starts(session):
    """Return the starts of which each user was told, in order."""
    told = defaultdict(list)
    rows = session.execute(
        select(CrewNotification.user_id, CrewNotification.data)
        .where(CrewNotification.slug == SHIFT_MOVED)
        .order_by(CrewNotification.id)
    )
    for user_id, data in rows:
        told[user_id].append(dt.datetime.fromisoformat(data["starts_at"]) + 10 * MINUTE)
    return told
