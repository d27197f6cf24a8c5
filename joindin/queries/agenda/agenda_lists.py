"""Lists of the agenda: which visible events a filter selects, in the order of their starts (contract, sections 6.1, 11).

A list is the merge of short scans in that order: one of each tag or place that the filter names, or one of all events,
and one of the events that run at the start of the list (``performance/read_models/running_events``). Each scan ends with
the page, so a page costs the same however many events there are.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from joindin.db.dialects import dialect_of
from joindin.performance.read_models.running_events import earliest_starts
from joindin.queries.agenda.agenda_list_sql import (
    MAX_SCANS,
    Shape,
    candidates_statement,
    count_statement,
    list_statement,
)
from joindin.queries.agenda.facets import NO_FACETS, Facets
from joindin.queries.agenda.local_days import AFTER_LAST, FIRST, days_params, midnights_after, midnights_of
from joindin.queries.search_patterns import like_pattern, trigram_match
from joindin.utils.datetimes import UTC

TIMES = ("since", "starts_from", "starts_until", "ended_before")

# Events that are read, and held in memory, at once.
CHUNK_SIZE = 200
# Sizes of pages with statements of their own.
FREQUENT_SIZES = (1, 5, 10, 11, 12, 20, 21, 24, 25, 30, 50, 51, 100, CHUNK_SIZE)
# A search with at most this many matches sorts them. Another one scans the events in their order.
MAX_SORTED_MATCHES = 500


@dataclass(frozen=True)
class Choice:
    """Events with one of the tags, and at one of the places. None stands for any, an empty list for none."""

    tag_ids: tuple[int, ...] | None = None
    place_ids: tuple[int, ...] | None = None

    @property
    def is_empty(self) -> bool:
        return self.tag_ids == () or self.place_ids == ()


@dataclass(frozen=True)
class AgendaFilter:
    """The conditions of a list; an event has to fulfil all of them.

    ``since``: it starts then or later, or still runs then. ``starts_from`` and ``starts_until`` bound the start; both
    are included. ``ended_before`` bounds the end. ``first_day`` and ``last_day``: it takes place on one of these days or on
    a day between them, in its own time zone. ``any_of`` None selects all events. ``text`` is part of the title or of the
    name of the place, with the wildcards of LIKE, or one of ``text_tag_ids`` is the text.
    """

    since: dt.datetime | None = None
    starts_from: dt.datetime | None = None
    starts_until: dt.datetime | None = None
    ended_before: dt.datetime | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    any_of: tuple[Choice, ...] | None = None
    none_of: tuple[Choice, ...] = ()
    with_multidate: bool = True
    with_occurrences: bool = True
    text: str | None = None
    text_tag_ids: tuple[int, ...] = ()
    facets: Facets = NO_FACETS
    is_latest_first: bool = False

    @property
    def is_empty(self) -> bool:
        if self.text is not None and "\0" in self.text:
            return True
        return self.any_of is not None and all(choice.is_empty for choice in self.any_of)


def list_agenda(
    connection,
    agenda_filter: AgendaFilter,
    *,
    after: tuple[dt.datetime, int] | None = None,
    offset: int = 0,
    limit: int | None = None,
    with_settings: bool = False,
) -> Iterator[Sequence]:
    """Yield keys (id, version, starts_at, ends_at) in chunks, each read by one statement when it is requested.

    The list begins behind ``after``, the start and the id of an event. A search costs one more statement. The times are texts, see :func:`as_datetime`. ``with_settings``
    adds the column ``settings`` (:mod:`joindin.queries.agenda.list_settings`) to the first chunk.
    """
    if agenda_filter.is_empty:
        return
    size = _chunk_size(limit)
    shape, params = _scans(
        connection,
        agenda_filter,
        with_settings=with_settings,
        is_continued=after is not None,
        limit=_frequent_size(size) if offset == 0 else None,
    )
    params |= {"after": after[0], "after_id": after[1]} if after else {}
    while size > 0:
        page = {"size": size, "offset": offset, "reach": size + offset}
        keys = connection.execute(list_statement(shape), params | page).all()
        if keys:
            yield keys
        if len(keys) < size:
            return
        params |= {"after": as_datetime(keys[-1].starts_at), "after_id": keys[-1].id}
        offset, limit = 0, None if limit is None else limit - size
        size = _chunk_size(limit)
        shape = replace(shape, is_continued=True, with_settings=False, limit=_frequent_size(size))


def count_agenda(connection, agenda_filter: AgendaFilter, *, most: int) -> int:
    """Return the number of events, at most ``most``: one statement, and one more for a search."""
    if agenda_filter.is_empty:
        return 0
    shape, params = _scans(connection, agenda_filter)
    return connection.scalar(count_statement(shape), params | {"reach": most})


def has_few_matches(connection, agenda_filter: AgendaFilter) -> bool:
    """Return whether the events of a search are found by an index and sorted."""
    return _scans(connection, agenda_filter)[0].candidates is not None


def as_datetime(text: str) -> dt.datetime:
    """Return the time of a key. The texts have the order of the times."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def _chunk_size(limit):
    return CHUNK_SIZE if limit is None else min(CHUNK_SIZE, limit)


def _frequent_size(size):
    return size if size in FREQUENT_SIZES else None


def _scans(connection, agenda_filter, **page_shape):
    """Return the shape of the statement and its parameters."""
    choices = tuple(choice for choice in agenda_filter.any_of or () if not choice.is_empty)
    excluded = tuple(choice for choice in agenda_filter.none_of if not choice.is_empty)
    params = _time_params(agenda_filter)
    for prefix, group in (("any", choices), ("none", excluded)):
        for number, choice in enumerate(group):
            params |= {f"{prefix}{number}_tags": choice.tag_ids} if choice.tag_ids else {}
            params |= {f"{prefix}{number}_places": choice.place_ids} if choice.place_ids else {}
    shape = Shape(
        dialect=dialect_of(connection).name,
        times=tuple(name for name in TIMES if name in params),
        days=tuple(bound for bound in (FIRST, AFTER_LAST) if f"{bound}_midnights" in params),
        any_of=None if agenda_filter.any_of is None else tuple(map(_kinds, choices)),
        none_of=tuple(map(_kinds, excluded)),
        # The events of a city are fewer than those of most tags.
        scans=() if agenda_filter.facets.city_id is not None else _choice_scans(choices),
        facets=agenda_filter.facets.names,
        with_multidate=agenda_filter.with_multidate,
        with_occurrences=agenda_filter.with_occurrences,
        is_latest_first=agenda_filter.is_latest_first,
        **page_shape,
    )
    for number, (kind, choice_number, index) in enumerate(shape.scans):
        ids = choices[choice_number].tag_ids if kind == "tag" else choices[choice_number].place_ids
        params[f"scan{number}"] = ids[index]
    candidates, params = agenda_filter.facets.candidates, params | agenda_filter.facets.params
    if agenda_filter.text is not None:
        pattern = like_pattern(agenda_filter.text)
        params |= {"title": pattern, "match": trigram_match(pattern), "text_tags": agenda_filter.text_tag_ids}
        shape = replace(shape, has_text=True, scans=())
        candidates = "text" if params["match"] is not None else candidates
    return _with_candidates(connection, shape, params, candidates) if candidates else (shape, params)


def _with_candidates(connection, shape, params, candidates):
    """Return the shape and parameters of a list that sorts the candidates, if they are few."""
    params = params | {"most": MAX_SORTED_MATCHES + 1}
    if connection.scalar(candidates_statement(shape.dialect, candidates), params) > MAX_SORTED_MATCHES:
        return shape, params
    return replace(shape, candidates=candidates, scans=()), params


def _kinds(choice):
    """Return which of the two conditions a choice has."""
    return choice.tag_ids is not None, choice.place_ids is not None


def _choice_scans(choices):
    """Return a scan for each tag or place of the choices; none if that would be too many, or a choice has neither."""
    scans = []
    for number, choice in enumerate(choices):
        kind, ids = ("tag", choice.tag_ids) if choice.tag_ids is not None else ("place", choice.place_ids)
        if ids is None:
            return ()
        scans += [(kind, number, index) for index in range(len(ids))]
    return tuple(scans) if len(scans) <= MAX_SCANS else ()


def _time_params(agenda_filter):
    times = {name: getattr(agenda_filter, name) for name in TIMES}
    params = {}
    # The times contain the days of every zone, so that the indexes of times provide them.
    if agenda_filter.first_day is not None:
        midnights = midnights_of(agenda_filter.first_day)
        params |= days_params(FIRST, midnights)
        times["since"] = max(filter(None, (times["since"], midnights.earliest)))
    if agenda_filter.last_day is not None:
        midnights = midnights_after(agenda_filter.last_day)
        params |= days_params(AFTER_LAST, midnights)
        times["starts_until"] = min(filter(None, (times["starts_until"], midnights.latest)))
    params |= {name: at for name, at in times.items() if at is not None}
    if times["since"] is not None:
        params["earliest_starts"] = earliest_starts(times["since"])
    return params
