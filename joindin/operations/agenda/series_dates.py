"""Dates of a series that its hosts skip and restore."""

import datetime as dt

from joindin.db.locking import lock_row
from joindin.errors import NotFound
from joindin.models import Event, EventSeries
from joindin.operations.agenda.confirmation import confirm_event, unconfirm_event
from joindin.operations.agenda.series import create_next_occurrence
from joindin.operations.audit import log_action
from joindin.queries.agenda.series import MSG_NO_SUCH_DATE, find_date
from joindin.viewer import UserSnapshot


def skip_date(session, parent_id: int, day: dt.date, *, actor: UserSnapshot, now: dt.datetime) -> None:
    """Hide the occurrence of that day, or exclude the date if there is none. The next date takes its place.

    :raises NotFound: if the series has no such date to come.
    """
    parent, series, date = _lock_date(session, parent_id, day, now)
    if date.event_id is not None:
        unconfirm_event(session, date.event_id, actor=actor)
    elif date.is_visible:
        series.excluded_starts = sorted({*series.excluded_starts, int(date.occurrence_at.timestamp())})
        session.flush()
    changes = {"skipped": [None, day.isoformat()]}
    log_action(session, "event.skip_date", parent, actor=actor, changes=changes)
    create_next_occurrence(session, parent_id, now=now)


def restore_date(session, parent_id: int, day: dt.date, *, actor: UserSnapshot, now: dt.datetime) -> None:
    """Show the occurrence of that day again, or no longer exclude the date.

    :raises NotFound: if the series has no such date to come.
    """
    parent, series, date = _lock_date(session, parent_id, day, now)
    if date.event_id is not None:
        confirm_event(session, date.event_id, actor=actor, now=now)
    timestamp = int(date.occurrence_at.timestamp())
    series.excluded_starts = [start for start in series.excluded_starts if start != timestamp]
    session.flush()
    changes = {"skipped": [day.isoformat(), None]}
    log_action(session, "event.restore_date", parent, actor=actor, changes=changes)
    create_next_occurrence(session, parent_id, now=now)


def _lock_date(session, parent_id, day, now):
    parent = lock_row(session, Event, parent_id)
    series = session.get(EventSeries, parent_id, populate_existing=True)
    if parent is None or series is None:
        raise NotFound(MSG_NO_SUCH_DATE)
    date = find_date(session, parent, series, day)
    if date.starts_at < now:
        raise NotFound(MSG_NO_SUCH_DATE)
    return parent, series, date
