"""Lists of events in the forms of the Gancio API: filters from the query string, rows from the fragment cache."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import orjson
from flask import Response, current_app

from joindin.extensions import reader
from joindin.performance.caching.fragment_cache import render_cached
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.agenda.agenda_lists import AgendaFilter, Choice, as_datetime, list_agenda
from joindin.queries.agenda.collections import CollectionChoices
from joindin.representations.gancio.events import represent_collection_event, represent_listed_event
from joindin.resources.gancio.query_params import (
    MAX_NUMBER,
    once_per_query,
    read_flag,
    read_number,
    read_text,
    read_texts,
    read_time,
)
from joindin.resources.gancio.responses import json_array, read_response, streamed_response
from joindin.utils.datetimes import utc_now

ONE_SECOND = dt.timedelta(seconds=1)


class ListExpiry:
    """When a list that begins now changes because an event in it has ended; None if it does not depend on the time."""

    def __init__(self, since: dt.datetime | None):
        self._since = since
        self._first_end = None

    def watch(self, chunks: Iterator[Sequence]) -> Iterator[Sequence]:
        """Yield the chunks of keys unchanged."""
        for keys in chunks:
            if self._since is not None:
                # An event without a known end ends at its start.
                first_end = min(max(key.ends_at, key.starts_at) for key in keys)
                self._first_end = first_end if self._first_end is None else min(first_end, self._first_end)
            yield keys

    @property
    def at(self) -> dt.datetime | None:
        # The event is listed in the second of its end.
        return None if self._first_end is None else as_datetime(self._first_end) + ONE_SECOND


def render_rows(keys: Sequence, represent: Callable) -> list[bytes]:
    """Return the rendered rows of these keys; each form is cached by the version of the event."""
    form = represent.__name__
    return render_cached(
        current_app.extensions["fragment_cache"],
        keys,
        lambda event: (event.id, event.version, "gancio event", form),
        lambda ids: load_agenda_event_records(reader(), ids),
        represent,
    )


@dataclass(frozen=True)
class Window:
    """The requested time window of a list; without a ``start`` it begins now."""

    start: dt.datetime | None
    end: dt.datetime | None
    is_older: bool

    @classmethod
    def read(cls, *start_names: str) -> "Window":
        """:raises ValueError: if the start is not a number."""
        start = next((at for name in start_names if (at := read_time(name)) is not None), None)
        try:
            end = read_time("end")
        except ValueError:
            end = None
        return cls(start, end, read_flag("older"))

    def times(self, now: dt.datetime, *, is_search: bool = False) -> dict[str, dt.datetime | None]:
        """Return the times of the filter. A search finds events whenever they start."""
        since = None if is_search else self.start or now
        if self.is_older:
            return {"starts_until": since, "starts_from": self.end}
        return {"since": since, "starts_until": self.end}


@dataclass(frozen=True)
class Slice:
    """The requested part of a list."""

    offset: int
    limit: int | None

    @classmethod
    def read(cls, max_name: str = "max") -> "Slice":
        size = read_number(max_name)
        return cls(min(size * read_number("page"), MAX_NUMBER), size or None)


@dataclass(frozen=True)
class ListQuery:
    """The query string of the list. ``shows_occurrences`` is None if the settings of the site decide that."""

    tags: tuple[str, ...]
    places: tuple[str, ...]
    text: str | None
    window: Window
    slice: Slice
    is_latest_first: bool
    shows_multidate: bool
    shows_occurrences: bool | None

    @staticmethod
    @once_per_query
    def read() -> "ListQuery":
        """:raises ValueError: if the start is not a number."""
        return ListQuery(
            tags=tuple(read_texts("tags")),
            places=tuple(read_texts("places")),
            text=read_text("query"),
            window=Window.read("start"),
            slice=Slice.read(),
            is_latest_first=read_flag("reverse"),
            shows_multidate=read_flag("show_multidate", True),
            shows_occurrences=read_flag("show_recurrent", None),
        )


def list_response(
    agenda_filter: AgendaFilter, chunks: Iterator[Sequence], requested: Slice, represent: Callable, *, begins_now: bool
) -> Response:
    """Return the rows of the ``chunks`` of keys that the filter selects."""
    expiry = ListExpiry(agenda_filter.since if begins_now else None)
    # An event that ends may move a later page, and one that begins moves the list of older ones.
    depends_on_others = begins_now and (requested.offset > 0 or agenda_filter.since is None)
    parts = json_array(render_rows(keys, represent) for keys in expiry.watch(chunks))
    return streamed_response(parts, expires_at=lambda: expiry.at, is_shared=not depends_on_others)


def collection_response(
    choices: CollectionChoices, agenda_filter: AgendaFilter, *, now: dt.datetime, max_name: str = "max"
) -> Response:
    """Return the events of a collection in the window of the request."""
    try:
        window = Window.read("start_at", "start")
    except ValueError:
        return read_response(b"[]")
    any_of, none_of = choices
    agenda_filter = replace(
        agenda_filter, any_of=any_of, none_of=none_of, is_latest_first=read_flag("reverse"), **window.times(now)
    )
    requested = Slice.read(max_name)
    chunks = list_agenda(reader(), agenda_filter, offset=requested.offset, limit=requested.limit)
    begins_now = window.start is None
    return list_response(agenda_filter, chunks, requested, represent_collection_event, begins_now=begins_now)


def coming_and_past_response(choice: Choice, others: Mapping | None = None) -> Response:
    """Return an object with the coming events of a tag or place and the past ones, newest first, and ``others`` before."""
    now = utc_now()
    coming = AgendaFilter(since=now, any_of=(choice,))
    past = AgendaFilter(starts_until=now, ended_before=now, any_of=(choice,), is_latest_first=True)
    expiry = ListExpiry(now)
    parts = _object_parts(
        others or {},
        events=json_array(_render(expiry.watch(list_agenda(reader(), coming)))),
        pastEvents=json_array(_render(list_agenda(reader(), past))),
    )
    return streamed_response(parts, expires_at=lambda: expiry.at)


def _render(chunks):
    return (render_rows(keys, represent_listed_event) for keys in chunks)


def _object_parts(others, **arrays):
    yield b"{"
    for name, value in others.items():
        yield b"%s:%s," % (orjson.dumps(name), orjson.dumps(value))
    for number, (name, parts) in enumerate(arrays.items()):
        yield b"%s%s:" % (b"," if number else b"", orjson.dumps(name))
        yield from parts
    yield b"}"
