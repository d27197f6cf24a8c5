"""Pages and numbers of the events that a visitor selects by any filters together, at a bounded cost.

A list reads the events of its narrowest index in the order of their starts until the page is full. Filters that rarely
match together would read all of them: a page ends after ``MAX_SCANNED_EVENTS``, and says so.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from joindin.queries.agenda.agenda_lists import (
    AgendaFilter,
    as_datetime,
    count_agenda,
    has_few_matches,
    list_agenda,
)
from joindin.queries.agenda.facets import NO_FACETS
from joindin.utils.row_ids import MAX_ROW_ID

MAX_SCANNED_EVENTS = 1_500
MAX_COUNT = 500


class Position(NamedTuple):
    """Where a page begins in the order of its list: behind the event, or behind all events of that start."""

    starts_at: dt.datetime
    event_id: int


class SelectedPage(NamedTuple):
    """``keys`` of a page. ``ends_at`` is where the next one begins; None if there is none.

    ``is_complete`` says whether all events up to there were read until the page was full.
    """

    keys: Sequence
    ends_at: Position | None
    is_complete: bool


@dataclass(frozen=True)
class Count:
    """A number of events; there may be more if it is not exact."""

    number: int
    is_exact: bool


def list_selection(connection, agenda_filter: AgendaFilter, after: Position | None, size: int) -> SelectedPage:
    """Return a page of keys: one statement, up to three for filters that are combined."""
    scan_end = _find_scan_end(connection, agenda_filter, after)
    bounded = _until(agenda_filter, scan_end)
    keys = [key for chunk in list_agenda(connection, bounded, after=after, limit=size + 1) for key in chunk]
    if len(keys) > size:
        last = keys[size - 1]
        return SelectedPage(keys[:size], Position(as_datetime(last.starts_at), last.id), True)
    return SelectedPage(keys, scan_end, scan_end is None)


def count_selection(connection, agenda_filter: AgendaFilter) -> Count:
    """Return the number of events, at most ``MAX_COUNT``: one statement, up to three for filters that are combined."""
    scan_end = _find_scan_end(connection, agenda_filter, None)
    number = count_agenda(connection, _until(agenda_filter, scan_end), most=MAX_COUNT + 1)
    return Count(min(number, MAX_COUNT), scan_end is None and number <= MAX_COUNT)


def _find_scan_end(connection, agenda_filter, after):
    """Return the position at which reading ends; None if all events may be read."""
    scanned = _scanned_alone(agenda_filter)
    if replace(scanned, ended_before=agenda_filter.ended_before) == agenda_filter or agenda_filter.is_empty:
        return None
    if has_few_matches(connection, agenda_filter):
        return None
    keys = [
        key
        for chunk in list_agenda(connection, scanned, after=after, offset=MAX_SCANNED_EVENTS, limit=1)
        for key in chunk
    ]
    last_id = 0 if agenda_filter.is_latest_first else MAX_ROW_ID
    return Position(as_datetime(keys[0].starts_at), last_id) if keys else None


def _scanned_alone(agenda_filter):
    """Return the filter without the conditions that the scanned index does not fulfil."""
    facets, any_of = agenda_filter.facets, agenda_filter.any_of
    if agenda_filter.text is None and facets.city_id is None and any_of is not None:
        facets = NO_FACETS
    else:
        facets, any_of = facets.ordered, None
    return replace(agenda_filter, text=None, ended_before=None, any_of=any_of, facets=facets)


def _until(agenda_filter, position):
    if position is None:
        return agenda_filter
    if agenda_filter.is_latest_first:
        first = max(filter(None, (agenda_filter.starts_from, position.starts_at)))
        return replace(agenda_filter, starts_from=first)
    last = min(filter(None, (agenda_filter.starts_until, position.starts_at)))
    return replace(agenda_filter, starts_until=last)
