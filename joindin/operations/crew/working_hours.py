"""Working hours: requested by the people, or entered by those who decide about them (spec 18)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, func, select

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import User
from joindin.models.crew import GRANT_WORKING_HOURS, NEEDS_CONFIRMATION, Consequence, WorkingHours
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField

MAX_HOURS = Decimal("99999.99")
MAX_REASON_LENGTH = 1024
MAX_OPEN_REQUESTS = 50
MSG_INVALID_HOURS = "Enter a number of hours above zero, with two decimals at most."
MSG_INVALID_REASON = "Enter a reason of at most 1024 characters."
MSG_TOO_MANY_REQUESTS = "50 of your requests wait for a decision. Send more when some are decided."
MSG_NO_HOURS = "There are no such working hours"
MSG_NO_USER = "No UserProfile matches the given query."


@dataclass(frozen=True)
class HoursFields:
    worked_on: dt.date
    hours: Decimal
    reason: str


def request_working_hours(session, user_id: int, *, worked_on: dt.date, hours: Decimal, reason: str) -> Consequence:
    """Store a request, which waits for a confirmation. Locks the user.

    :raises NotFound: if there is no such user.
    :raises InvalidCrewField: if the hours or the reason are not acceptable, or too many requests wait.
    """
    fields = _check(HoursFields(worked_on, hours, reason))
    _lock_user(session, user_id)
    waiting = select(func.count()).where(
        Consequence.user_id == user_id,
        Consequence.slug == GRANT_WORKING_HOURS,
        Consequence.state == NEEDS_CONFIRMATION,
    )
    if session.scalar(waiting) >= MAX_OPEN_REQUESTS:
        raise InvalidCrewField("hours", MSG_TOO_MANY_REQUESTS)
    data = {"hours": str(fields.hours), "date": worked_on.isoformat(), "reason": fields.reason}
    consequence = Consequence(slug=GRANT_WORKING_HOURS, user_id=user_id, data=data)
    session.add(consequence)
    session.flush()
    return consequence


def add_working_hours(session, user_id: int, fields: HoursFields, *, actor: User) -> WorkingHours:
    """Enter hours of a user without a request.

    :raises NotFound: if there is no such user.
    :raises InvalidCrewField: as ``request_working_hours``.
    """
    fields = _check(fields)
    user = _lock_user(session, user_id)
    entry = WorkingHours(user_id=user_id, worked_on=fields.worked_on, hours=fields.hours, reason=fields.reason)
    session.add(entry)
    session.flush()
    log_action(session, "user.add_hours", user, actor=actor, changes={"hours": [None, _describe(fields)]})
    return entry


def edit_working_hours(session, entry_id: int, fields: HoursFields, *, actor: User) -> None:
    """:raises NotFound: if there is no such entry.
    :raises InvalidCrewField: as ``request_working_hours``.
    """
    fields = _check(fields)
    entry = _lock_entry(session, entry_id)
    before = _describe(entry)
    entry.worked_on, entry.hours, entry.reason = fields.worked_on, fields.hours, fields.reason
    session.flush()
    user = session.get_one(User, entry.user_id)
    log_action(session, "user.edit_hours", user, actor=actor, changes={"hours": [before, _describe(fields)]})


def delete_working_hours(session, entry_id: int, *, actor: User) -> None:
    """:raises NotFound: if there is no such entry."""
    entry = _lock_entry(session, entry_id)
    user = session.get_one(User, entry.user_id)
    log_action(session, "user.delete_hours", user, actor=actor, changes={"hours": [_describe(entry), None]})
    session.execute(delete(WorkingHours).where(WorkingHours.id == entry_id))


def _check(fields):
    """Return the fields with the surrounding space of the reason removed."""
    hours, reason = fields.hours, fields.reason.strip()
    if not hours.is_finite() or not 0 < hours <= MAX_HOURS or round(hours, 2) != hours:
        raise InvalidCrewField("hours", MSG_INVALID_HOURS)
    if not reason or len(reason) > MAX_REASON_LENGTH:
        raise InvalidCrewField("reason", MSG_INVALID_REASON)
    return HoursFields(fields.worked_on, hours, reason)


def _lock_user(session, user_id):
    user = lock_row(session, User, user_id)
    if user is None:
        raise NotFound(MSG_NO_USER)
    return user


def _lock_entry(session, entry_id):
    entry = lock_row(session, WorkingHours, entry_id)
    if entry is None:
        raise NotFound(MSG_NO_HOURS)
    return entry


def _describe(fields):
    return f"{fields.hours:f} on {fields.worked_on}"
