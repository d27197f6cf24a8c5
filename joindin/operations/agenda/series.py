"""Series of events: the rule of a parent, and the creation of its occurrences (Gancio contract, section 6.7).

Only the next occurrence of a series is created by itself. Every write of a series locks the parent first, so that two writers
never create the same date; a unique constraint holds them apart as well.
"""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import or_, select

from joindin.db.locking import begin_write, lock_row
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Event, EventSeries
from joindin.operations.agenda.event_copies import copy_event
from joindin.queries.agenda.series import MSG_NO_SUCH_DATE, list_rule_dates, read_rule
from joindin.utils.datetimes import get_timezone
from joindin.utils.recurrence.gancio import rule_from_gancio
from joindin.utils.recurrence.parsing import parse_recurrence
from joindin.utils.recurrence.rules import to_local

# Dates are shown, and can be attended, for a year ahead.
HORIZON = dt.timedelta(days=366)
MAX_OCCURRENCES_AHEAD = 60

MAX_DAYS = 7
MAX_VALUE_LENGTH = 20


def set_recurrence(session, event: Event, recurrence: Mapping | None) -> None:
    """Make the event the parent of a series, or change its rule; None ends the series.

    ``recurrence`` is Gancio's object (``frequency``, ``type``, ``days``), or has ``rrule`` with the text of a rule and lines
    ``EXDATE:``. The rule counts from the start of the event: call this again when the start or the zone has changed. The start
    is rounded down to the minute. No occurrence is created; :func:`create_next_occurrence` does that.

    :raises InvalidInput: if the rule is not valid.
    """
    begin_write(session)
    session.flush()
    series = session.get(EventSeries, event.id)
    if recurrence is None:
        if series is not None:
            _end_series(session, event, series)
        return
    if event.parent_id is not None:
        exclude_occurrence(session, event)
        event.parent_id = event.occurrence_at = None
    event.starts_at, event.ends_at = (at.replace(second=0, microsecond=0) for at in (event.starts_at, event.ends_at))
    event.is_series = True
    if series is None:
        series = EventSeries(event_id=event.id, recurrence={}, excluded_starts=[])
        session.add(series)
    _set_rule(event, series, _clean(recurrence))
    session.flush()


def create_next_occurrence(session, parent_id: int, *, now: dt.datetime) -> Event | None:
    """Create the next occurrence of a visible parent unless it exists. Return it if it is new.

    A date is skipped if its occurrence is hidden or was deleted. An occurrence that exists ahead of its turn becomes the next
    one when it is its turn.
    """
    parent, series = _lock_running_series(session, parent_id)
    if parent is None:
        return None
    existing = _load_occurrences(session, parent_id, now)
    visible = [row for row in existing if row.is_visible and row.starts_at >= now]
    if any(not row.is_ahead for row in visible):
        return None
    by_date, ahead = {row.occurrence_at: row.id for row in existing}, {row.occurrence_at for row in visible}
    for at in list_rule_dates(parent, series, after=now):
        if at not in by_date:
            return _create_occurrence(session, parent, at, now)
        if at in ahead:
            session.get_one(Event, by_date[at]).is_ahead = False
            session.flush()
            return None
    return None


def create_occurrence_ahead(session, parent_id: int, at: dt.datetime, *, now: dt.datetime) -> Event:
    """Return the visible occurrence that starts by the rule at ``at``; create it if it does not exist yet.

    :raises NotFound: if the series is not visible, or has no such date within a year, or the date is skipped.
    :raises Conflict: if the series has ``MAX_OCCURRENCES_AHEAD`` occurrences to come already.
    """
    parent, series = _lock_running_series(session, parent_id)
    if parent is None or not now <= at <= now + HORIZON:
        raise NotFound(MSG_NO_SUCH_DATE)
    existing = session.scalar(select(Event).where(Event.parent_id == parent_id, Event.occurrence_at == at))
    if existing is not None and existing.is_visible:
        return existing
    if existing is not None or at not in list_rule_dates(parent, series, after=at, before=at):
        raise NotFound(MSG_NO_SUCH_DATE)
    if len(_load_occurrences(session, parent_id, now)) >= MAX_OCCURRENCES_AHEAD:
        raise Conflict("Too many dates of this series are announced already")
    create_next_occurrence(session, parent_id, now=now)
    existing = session.scalar(select(Event).where(Event.parent_id == parent_id, Event.occurrence_at == at))
    return existing or _create_occurrence(session, parent, at, now, is_ahead=True)


def exclude_occurrence(session, occurrence: Event) -> None:
    """Note that the date of an occurrence is to be left out, before the occurrence is deleted."""
    if occurrence.parent_id is None or lock_row(session, Event, occurrence.parent_id) is None:
        return
    series = session.get(EventSeries, occurrence.parent_id, populate_existing=True)
    timestamp = int(occurrence.occurrence_at.timestamp())
    if series is not None and timestamp not in series.excluded_starts:
        series.excluded_starts = [*series.excluded_starts, timestamp]
        session.flush()


def _set_rule(event, series, recurrence):
    zone = get_timezone(event.timezone)
    if "rrule" in recurrence:
        rule, excluded = parse_recurrence(recurrence["rrule"], start=event.starts_at, timezone=zone)
        timestamps = {int(at.timestamp()) for at in excluded}
        series.excluded_starts = sorted({*series.excluded_starts, *timestamps})
        series.rrule, series.recurrence = str(rule), recurrence | {"rrule": str(rule)}
        return
    rule = rule_from_gancio(recurrence, to_local(event.starts_at, zone))
    if rule is not None and series.rrule is not None and recurrence == series.recurrence:
        # A series that was divided has an end, which Gancio's object cannot say.
        rule = rule.ending(read_rule(series.rrule).until)
    series.rrule, series.recurrence = str(rule) if rule else None, recurrence


def _clean(recurrence):
    """Return the members that mean something, as far as they are valid."""
    cleaned = {}
    rrule, days = recurrence.get("rrule"), recurrence.get("days")
    if rrule is not None:
        if not isinstance(rrule, str):
            raise InvalidInput("The recurrence rule must be a text")
        cleaned["rrule"] = rrule
    for name in ("frequency", "type"):
        if name in recurrence and _is_short_value(recurrence[name]):
            cleaned[name] = recurrence[name]
    if isinstance(days, list) and len(days) <= MAX_DAYS and all(map(_is_short_value, days)):
        cleaned["days"] = days
    return cleaned


def _is_short_value(value):
    if isinstance(value, str):
        return value.isascii() and value.isprintable() and len(value) <= MAX_VALUE_LENGTH
    return value is None or (type(value) is int and abs(value) < 1000)


def _end_series(session, event, series):
    """Make the parent an ordinary event. An occurrence that equals it is deleted; the others stay."""
    twins = select(Event).where(
        Event.parent_id == event.id, Event.starts_at == event.starts_at, Event.name == event.name
    )
    for twin in session.scalars(twins):
        if not (twin.attendee_count or twin.comment_count or twin.talk_count):
            session.delete(twin)
    session.delete(series)
    event.is_series = False
    session.flush()


def _load_occurrences(session, parent_id, now):
    return session.execute(
        select(Event.id, Event.occurrence_at, Event.starts_at, Event.is_visible, Event.is_ahead).where(
            Event.parent_id == parent_id, or_(Event.occurrence_at >= now, Event.starts_at >= now)
        )
    ).all()


def _lock_running_series(session, parent_id):
    """Return the locked parent and its series; None and None unless the parent is visible in the agenda."""
    parent = lock_row(session, Event, parent_id)
    if parent is None or not parent.is_series or not parent.is_active or parent.is_pending:
        return None, None
    return parent, session.get(EventSeries, parent_id, populate_existing=True)


def _create_occurrence(session, parent, at, now, *, is_ahead=False):
    return copy_event(
        session,
        parent,
        parent_id=parent.id,
        occurrence_at=at,
        is_ahead=is_ahead,
        starts_at=at,
        ends_at=at + (parent.ends_at - parent.starts_at),
        submitted_at=now,
    )
