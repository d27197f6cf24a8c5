"""Decisions about consequences: working hours and qualifications that were requested or earned (spec 18)."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from sqlalchemy import select

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Conflict, NotFound
from joindin.models import User
from joindin.models.crew import (
    DENIED,
    EXECUTED,
    FAILED,
    GRANT_QUALIFICATION,
    GRANT_WORKING_HOURS,
    Consequence,
    Qualification,
    QualificationGrant,
    WorkingHours,
)
from joindin.operations.crew.notifications.accounts import notify_decision
from joindin.operations.crew.signup import MSG_BUSY
from joindin.operations.crew.waiting_list import fill_lists_of
from joindin.operations.crew.working_hours import MAX_HOURS, MAX_REASON_LENGTH
from joindin.utils.datetimes import EARLIEST, LATEST, utc_now
from joindin.utils.text import strip_control_chars

MSG_EXECUTED = "Consequence was executed already."
MSG_NO_CONSEQUENCE = "No Consequence matches the given query."


class ConsequenceFailed(Exception):
    """The stored data does not describe a grant."""


def confirm_consequence(session, consequence_id: int, *, actor_id: int | None = None) -> Consequence:
    """Execute a consequence. One whose data is unusable becomes failed. A denied one can still be confirmed.

    The user is notified, unless they are the one who acts. A qualification may bring them a place for which they wait.

    :raises NotFound: if there is no such consequence.
    :raises Conflict: if it was executed already, or the locks are not free in time.
    """
    return retry_on_lock_timeout(session, lambda: _confirm(session, consequence_id, actor_id), message=MSG_BUSY)


def _confirm(session, consequence_id, actor_id):
    consequence = _lock(session, consequence_id)
    grant = {GRANT_WORKING_HOURS: _grant_hours, GRANT_QUALIFICATION: _grant_qualification}.get(consequence.slug)
    try:
        if grant is None:
            raise ConsequenceFailed
        grant(session, consequence)
        state = EXECUTED
    except (ConsequenceFailed, InvalidOperation, KeyError, TypeError, ValueError):
        state = FAILED
    return _decide(session, consequence, state, actor_id)


def deny_consequence(session, consequence_id: int, *, actor_id: int | None = None) -> Consequence:
    """:raises NotFound, Conflict: as ``confirm_consequence``."""
    return _decide(session, _lock(session, consequence_id), DENIED, actor_id)


def _lock(session, consequence_id):
    consequence = lock_row(session, Consequence, consequence_id)
    if consequence is None:
        raise NotFound(MSG_NO_CONSEQUENCE)
    if consequence.state == EXECUTED:
        raise Conflict(MSG_EXECUTED)
    return consequence


def _decide(session, consequence, state, actor_id):
    """Store the state, and notify the user unless it is the one that they know."""
    if consequence.state != state:
        consequence.state = state
        session.flush()
        notify_decision(session, consequence, actor_id=actor_id)
    return consequence


def _grant_hours(session, consequence):
    data = consequence.data
    hours = Decimal(str(data["hours"]))
    if not hours.is_finite() or not 0 < hours <= MAX_HOURS:
        raise ConsequenceFailed
    session.add(
        WorkingHours(
            user_id=consequence.user_id,
            hours=hours,
            reason=strip_control_chars(str(data["reason"]))[:MAX_REASON_LENGTH],
            worked_on=dt.date.fromisoformat(data["date"][:10]),
        )
    )
    session.flush()


def _grant_qualification(session, consequence):
    """Grant a qualification, or move its expiry. An earlier expiry never replaces a later one."""
    data = consequence.data
    qualification = session.get(Qualification, data["qualification_id"])
    if qualification is None:
        raise ConsequenceFailed
    expires = data.get("expires")
    expires_at = dt.datetime.fromisoformat(expires) if expires else None
    if expires_at is not None and expires_at.tzinfo is None:
        expires_at = expires_at.replace(tzinfo=dt.UTC)
    if expires_at is not None:
        expires_at = max(EARLIEST, min(expires_at, LATEST))
    lock_row(session, User, consequence.user_id)
    grant = session.scalar(
        select(QualificationGrant).filter_by(user_id=consequence.user_id, qualification_id=qualification.id)
    )
    if grant is None:
        session.add(
            QualificationGrant(user_id=consequence.user_id, qualification_id=qualification.id, expires_at=expires_at)
        )
    elif expires_at is None or (grant.expires_at is not None and grant.expires_at < expires_at):
        grant.expires_at = expires_at
    session.flush()
    fill_lists_of(session, [consequence.user_id], now=utc_now(), timezone="UTC")
