"""Moving events from those that are to come to those that have begun (``models/listing.py``)."""

import datetime as dt

from sqlalchemy import not_, or_, select, update

from joindin.db.locking import retry_on_lock_timeout
from joindin.models import HotEvent
from joindin.utils.datetimes import day_number

BUSY = "Others write to the same events all the time"


def mark_started_events(session, now: dt.datetime) -> int:
    """Let ``is_begun`` follow the calendar; how many events changed sides. Nothing is written where none has to.

    No list depends on it for what it shows, only for how fast.
    """
    today = day_number(now)
    behind = (HotEvent.is_begun.is_(False)) & (HotEvent.start_day < today)
    ahead = (HotEvent.is_begun.is_(True)) & (HotEvent.start_day >= today)
    if session.scalar(select(HotEvent.event_id).where(or_(behind, ahead)).limit(1)) is None:
        return 0
    return retry_on_lock_timeout(session, lambda: _move(session, behind, -1) + _move(session, ahead, +1), message=BUSY)


def _move(session, which, sign):
    return session.execute(
        update(HotEvent)
        .where(which)
        .values(is_begun=not_(HotEvent.is_begun), heat=HotEvent.heat + sign * 10 * HotEvent.start_day)
        .execution_options(synchronize_session=False)
    ).rowcount
