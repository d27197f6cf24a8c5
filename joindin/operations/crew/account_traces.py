"""Participations of an account that is about to be deleted.

Shifts that are over keep their number of people: a participation in them becomes a nameless placeholder. Places in later shifts
become free, and go to the waiting list.
"""

import datetime as dt

from sqlalchemy import delete, or_, select, update

from joindin.models import Event, User
from joindin.models.crew import CONFIRMED, CrewGuest, Participation, ParticipationComment, QuestionAnswer, Shift
from joindin.operations.crew.participations import lock_shift
from joindin.operations.crew.waiting_list import fill_free_places
from joindin.performance.sql.reader import batched
from joindin.queries.crew.people.guest_accounts import list_guest_ids

DELETED_NAME = "Deleted account"


def remove_participations(session, user: User, *, now: dt.datetime) -> None:
    """Remove the participations of a user and of the guests with the same proven address, and these guests.

    The row of the user is locked. Locks the shifts, and people of their waiting lists: to be called in
    ``retry_on_lock_timeout``.
    """
    guest_ids = list_guest_ids(session, user)
    own = or_(Participation.user_id == user.id, Participation.guest_id.in_(guest_ids))
    confirmed = select(Participation.id, Participation.shift_id, Shift.ends_at).join(
        Shift, Shift.id == Participation.shift_id
    )
    rows = session.execute(confirmed.where(own, Participation.state == CONFIRMED)).all()
    for ids in batched(row.id for row in rows if row.ends_at <= now):
        _make_nameless(session, ids)
    shifts = [lock_shift(session, shift_id) for shift_id in sorted({row.shift_id for row in rows if row.ends_at > now})]
    _execute(session, delete(Participation).where(own))
    _execute(session, delete(CrewGuest).where(CrewGuest.id.in_(guest_ids)))
    session.expire_all()
    for shift in shifts:
        fill_free_places(session, shift, now=now, timezone=session.get_one(Event, shift.event_id).timezone)


def _make_nameless(session, ids):
    for model in (ParticipationComment, QuestionAnswer):
        _execute(session, delete(model).where(model.participation_id.in_(ids)))
    nameless = {"user_id": None, "guest_id": None, "placeholder_name": DELETED_NAME}
    _execute(session, update(Participation).where(Participation.id.in_(ids)).values(nameless))


def _execute(session, statement):
    session.execute(statement.execution_options(synchronize_session=False))
