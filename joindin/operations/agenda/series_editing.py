"""Editing of a series: this occurrence, this and the following ones, or all.

Occurrences that have begun stay as they are. An occurrence to come takes a change of its parent unless it was edited by hand in the
same field, that is, unless its value differed from the parent's.
"""

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from joindin.db.locking import lock_row
from joindin.errors import InvalidInput
from joindin.models import Event, EventFlyer, EventSeries, event_tags
from joindin.operations.agenda.editing import change_event, edit_agenda_event, lock_event
from joindin.operations.agenda.event_copies import COPIED_COLUMNS, copy_event
from joindin.operations.agenda.event_fields import AgendaFields, FlyerChange
from joindin.operations.agenda.flyers import copy_event_flyer, remove_event_flyer
from joindin.operations.agenda.series import create_next_occurrence
from joindin.operations.agenda.venue_plans import remove_venue_plan
from joindin.operations.events import UNCHANGED
from joindin.queries.agenda.series import list_excluded_dates, list_rule_dates, read_rule
from joindin.utils.datetimes import UTC, get_timezone
from joindin.utils.recurrence.rules import count_dates, to_local

if TYPE_CHECKING:
    from joindin.operations.agenda.flyers import FlyerStore

THIS, FOLLOWING, ALL = SCOPES = "this", "following", "all"


def edit_series_event(
    session, event_id: int, fields: AgendaFields, *, scope: str, files: "FlyerStore", now: dt.datetime
) -> Event:
    """Change an event, and with it other dates of its series as ``scope`` says. Return the event.

    For an event without a series, and for ``THIS``, that is :func:`edit_agenda_event`. ``FOLLOWING`` divides the series before the
    occurrence. Times are taken as changes of the clock time: all dates move by the same difference.

    :raises InvalidInput: if a date or a place is not valid, or if the new start does not fit the rule.
    :raises NotFound: if the event does not exist.
    """
    event = lock_event(session, event_id)
    parent = event if event.is_series else _get_parent(session, event)
    if scope == THIS or parent is None:
        return edit_agenda_event(session, event_id, fields, files=files, now=now)
    fields = _with_moved_end(fields, event)
    if event is not parent:
        if scope == FOLLOWING and event.occurrence_at > parent.starts_at:
            parent = _divide(session, parent, event.occurrence_at, now)
        own_fields = replace(fields, recurrence=UNCHANGED, flyer=FlyerChange())
        fields = _as_fields_of_parent(fields, event, parent)
        edit_agenda_event(session, event_id, own_fields, files=files, now=now)
    _edit_parent(session, parent, fields, edited=event, files=files, now=now)
    return event


def _edit_parent(session, parent, fields, *, edited, files, now):
    series = session.get(EventSeries, parent.id, populate_existing=True)
    before, start, duration = _snapshot(session, parent), parent.starts_at, _duration(parent)
    coming = session.scalars(
        select(Event)
        .where(Event.parent_id == parent.id, or_(Event.occurrence_at >= now, Event.starts_at >= now))
        .order_by(Event.occurrence_at)
    ).all()
    snapshots = {occurrence.id: _snapshot(session, occurrence) for occurrence in coming}
    if fields.starts_at is not UNCHANGED and fields.starts_at != start:
        _move_dates(session, parent, series, coming, fields.starts_at, now)
    change_event(session, parent, fields, files=files, now=now)
    after = _snapshot(session, parent)
    for occurrence in coming:
        if occurrence is not edited and _is_superfluous(session, parent, series, occurrence):
            remove_event_flyer(session, occurrence, files)
            remove_venue_plan(session, occurrence, files)
            session.delete(occurrence)
            continue
        if _duration(occurrence) == duration:
            occurrence.ends_at, occurrence.is_end_known = (
                occurrence.starts_at + _duration(parent)[0],
                parent.is_end_known,
            )
        new_flyer = occurrence is edited and fields.flyer.flyer is not None
        _apply_changes(session, parent, occurrence, before, after, snapshots[occurrence.id], new_flyer, files)
    session.flush()
    create_next_occurrence(session, parent.id, now=now)


def _get_parent(session, event):
    return None if event.parent_id is None else lock_row(session, Event, event.parent_id)


def _divide(session, parent, at, now):
    """End the series before ``at`` and return the parent of a new one that begins there, with its occurrences."""
    series = session.get(EventSeries, parent.id, populate_existing=True)
    if at not in list_rule_dates(parent, series, after=at, before=at):
        raise InvalidInput("The rule of the series has no such date. Choose another scope")
    rule, zone = read_rule(series.rrule), get_timezone(parent.timezone)
    later = copy_event(
        session,
        parent,
        is_series=True,
        starts_at=at,
        ends_at=at + (parent.ends_at - parent.starts_at),
        submitted_at=now,
    )
    later.is_active, later.is_pending = parent.is_active, parent.is_pending
    remaining = rule
    if rule.count:
        remaining = replace(rule, count=max(1, rule.count - count_dates(rule, parent.starts_at, zone, before=at)))
    timestamp = int(at.timestamp())
    session.add(
        EventSeries(
            event_id=later.id,
            rrule=str(remaining),
            recurrence=_with_rule(series.recurrence, remaining),
            excluded_starts=[start for start in series.excluded_starts if start >= timestamp],
        )
    )
    ended = rule.ending(at - dt.timedelta(seconds=1))
    series.rrule, series.recurrence = str(ended), _with_rule(series.recurrence, ended)
    series.excluded_starts = [start for start in series.excluded_starts if start < timestamp]
    for occurrence in session.scalars(select(Event).where(Event.parent_id == parent.id, Event.occurrence_at >= at)):
        occurrence.parent_id = later.id
    session.flush()
    return later


def _with_rule(recurrence, rule):
    return recurrence | {"rrule": str(rule)} if "rrule" in recurrence else recurrence


def _with_moved_end(fields, event):
    """Return the fields with an end if they have a new start alone."""
    if fields.starts_at is UNCHANGED or fields.ends_at is not UNCHANGED:
        return fields
    duration = event.ends_at - event.starts_at
    return replace(fields, ends_at=fields.starts_at + duration if event.is_end_known else None)


def _as_fields_of_parent(fields, event, parent):
    """Return the fields with the times as those of the parent."""
    zone = get_timezone(parent.timezone)
    start = event.starts_at if fields.starts_at is UNCHANGED else fields.starts_at
    moved = _shift(parent.starts_at, to_local(start, zone) - to_local(event.starts_at, zone), zone)
    times = {} if fields.starts_at is UNCHANGED else {"starts_at": moved}
    if isinstance(fields.ends_at, dt.datetime):
        times["ends_at"] = moved + (fields.ends_at - start)
    return replace(fields, **times)


def _move_dates(session, parent, series, coming, starts_at, now):
    """Move the dates of the series by the difference of the clock times, as far as a date to come remains one."""
    zone = get_timezone(parent.timezone)
    difference = to_local(starts_at, zone) - to_local(parent.starts_at, zone)
    excluded = [_shift(at, difference, zone) for at in list_excluded_dates(series)]
    series.excluded_starts = sorted({int(at.timestamp()) for at in excluded})
    if series.rrule and (until := read_rule(series.rrule).until):
        rule = read_rule(series.rrule).ending(_shift(until, difference, zone))
        series.rrule, series.recurrence = str(rule), _with_rule(series.recurrence, rule)
    dates = set(session.scalars(select(Event.occurrence_at).where(Event.parent_id == parent.id)))
    # The last one first if dates move to later: a date is unique within its series.
    for occurrence in sorted(coming, key=lambda each: each.occurrence_at, reverse=difference > dt.timedelta()):
        date = _shift(occurrence.occurrence_at, difference, zone)
        if date < now or date in dates:
            continue
        dates = dates - {occurrence.occurrence_at} | {date}
        if occurrence.starts_at == occurrence.occurrence_at:
            occurrence.starts_at, occurrence.ends_at = date, date + (occurrence.ends_at - occurrence.starts_at)
        occurrence.occurrence_at = date
        session.flush()


def _shift(at, difference, zone):
    return (to_local(at, zone) + difference).replace(tzinfo=zone).astimezone(UTC)


def _is_superfluous(session, parent, series, occurrence):
    """Return whether the occurrence is no date of the rule any more, and no person has done anything with it."""
    at = occurrence.occurrence_at
    if at in list_rule_dates(parent, series, after=at, before=at) or not occurrence.is_visible:
        return False
    is_used = occurrence.attendee_count or occurrence.comment_count or occurrence.talk_count
    return occurrence.starts_at == at and not is_used


def _snapshot(session, event):
    """Return the values that occurrences take from their parent, by what they are."""
    values = {group: [getattr(event, name) for name in group] for group in COPIED_COLUMNS}
    values["tags"] = session.scalars(
        select(event_tags.c.tag_id).where(event_tags.c.event_id == event.id).order_by(event_tags.c.id)
    ).all()
    flyer = session.get(EventFlyer, event.id, populate_existing=True)
    values["flyer"] = flyer and (flyer.file, flyer.alt_text, flyer.focal_x, flyer.focal_y)
    return values


def _duration(event):
    return event.ends_at - event.starts_at, event.is_end_known


def _apply_changes(session, parent, occurrence, before, after, own, new_flyer, files):
    changed = {key for key in before if before[key] != after[key] and own[key] == before[key]}
    for group in changed - {"tags", "flyer"}:
        for name in group:
            setattr(occurrence, name, getattr(parent, name))
    if "tags" in changed:
        session.execute(event_tags.delete().where(event_tags.c.event_id == occurrence.id))
        if after["tags"]:
            rows = [{"event_id": occurrence.id, "tag_id": tag_id} for tag_id in after["tags"]]
            session.execute(event_tags.insert(), rows)
        session.expire(occurrence, ["tags"])
    if "flyer" in changed or new_flyer:
        remove_event_flyer(session, occurrence, files)
        copy_event_flyer(session, parent, occurrence)
