"""Pages of lists of events. A page begins behind an event or ends before one, so that each costs the same."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from flask import request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.agenda.agenda_lists import AgendaFilter, as_datetime
from joindin.queries.agenda.selections import Position, list_selection
from joindin.utils.datetimes import EARLIEST, EPOCH, LATEST, UTC
from joindin.utils.row_ids import MAX_ROW_ID

AFTER, BEFORE = "after", "before"
POSITION = re.compile(r"(after|before)_(-?\d{1,12})_(\d{1,10})", re.ASCII)
_EPOCH = dt.datetime.combine(EPOCH, dt.time(), UTC)


@dataclass(frozen=True)
class PagePosition:
    """The parameter ``page`` of an address, such as ``after_1803895200_17``: the start in seconds, and the id."""

    direction: str
    position: Position

    def __str__(self):
        seconds = (self.position.starts_at - _EPOCH) // dt.timedelta(seconds=1)
        return f"{self.direction}_{seconds}_{self.position.event_id}"


class EventPage(NamedTuple):
    """``previous`` and ``next`` are parameters ``page``, "" is the first page; None if there is no such page.

    ``is_complete`` is False if the page ends although it is not full (:mod:`joindin.queries.agenda.selections`).
    """

    events: Sequence
    previous: str | None
    next: str | None
    is_complete: bool


def read_page_position() -> PagePosition | None:
    """Return the position of the requested page, None for the first; :raises NotFound: if it is none."""
    text = request.args.get("page")
    if text is None:
        return None
    match = POSITION.fullmatch(text)
    try:
        starts_at = _EPOCH + dt.timedelta(seconds=int(match[2]))
        event_id = int(match[3])
    except (TypeError, OverflowError):
        raise NotFound("There is no such page.") from None
    if not EARLIEST <= starts_at <= LATEST or event_id > MAX_ROW_ID:
        raise NotFound("There is no such page.")
    return PagePosition(match[1], Position(starts_at, event_id))


def read_event_page(agenda_filter: AgendaFilter, position: PagePosition | None, size: int) -> EventPage:
    """Return the page of records that is requested: three statements, up to five for filters that are combined."""
    is_reversed = position is not None and position.direction == BEFORE
    if is_reversed:
        agenda_filter = replace(agenda_filter, is_latest_first=not agenda_filter.is_latest_first)
    found = list_selection(reader(), agenda_filter, position and position.position, size)
    keys = found.keys[::-1] if is_reversed else found.keys
    records = load_agenda_event_records(reader(), [key.id for key in keys])
    events = [records[key.id] for key in keys if key.id in records]
    ahead = found.ends_at and str(PagePosition(BEFORE if is_reversed else AFTER, found.ends_at))
    behind = None if position is None else _position_at(keys, -1 if is_reversed else 0, is_reversed)
    previous, following = (ahead, behind) if is_reversed else (behind, ahead)
    return EventPage(events, previous, following, found.is_complete)


def _position_at(keys, index, is_reversed):
    """Return the page on the other side of the event with that index; the first page if there is none."""
    if not keys:
        return ""
    position = Position(as_datetime(keys[index].starts_at), keys[index].id)
    return str(PagePosition(AFTER if is_reversed else BEFORE, position))


def page_addresses(page: EventPage, address: Callable[..., str]) -> dict[str, str | None]:
    """Return the addresses of the neighbouring pages; ``address`` builds one of the parameter ``page``."""
    return {
        "previous_page": None if page.previous is None else address(page=page.previous or None),
        "next_page": None if page.next is None else address(page=page.next or None),
    }
