"""Update of the flag ``has_started`` of hot events (``models/read_models.py``) when the day changes."""

import datetime as dt

from sqlalchemy import not_, or_, select, update

from joindin.db.locking import retry_on_lock_timeout
from joindin.models import HotEvent
from joindin.utils.datetimes import day_number

MSG_BUSY = "The events are being changed by others all the time. Try again later"


def mark_started_events(session, now: dt.datetime) -> int:
    """Set ``has_started`` by the calendar and return the number of changed events.

    Writes nothing if all flags are right. The flag affects the speed of lists, never their content.
    """
    today = day_number(now)
    is_late = (HotEvent.has_started.is_(False)) & (HotEvent.start_day < today)
    is_early = (HotEvent.has_started.is_(True)) & (HotEvent.start_day >= today)
    if session.scalar(select(HotEvent.event_id).where(or_(is_late, is_early)).limit(1)) is None:
        return 0
    return retry_on_lock_timeout(
        session, lambda: _flip(session, is_late, -1) + _flip(session, is_early, +1), message=MSG_BUSY
    )


def _flip(session, condition, sign):
    # The stored score contains the start day with the opposite sign on either side.
    return session.execute(
        update(HotEvent)
        .where(condition)
        .values(has_started=not_(HotEvent.has_started), sort_score=HotEvent.sort_score + sign * 10 * HotEvent.start_day)
        .execution_options(synchronize_session=False)
    ).rowcount
