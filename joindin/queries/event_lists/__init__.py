"""The lists of events: which events match a filter, in the filter's order (spec 4.2).

Each list is a module: ``by_start`` (latest, upcoming, past, all, one tag), ``hot``, ``open_cfps``, ``pending``, and
``search`` for everything that narrows a list further. Statements are compiled once for each shape of a filter; only
parameters change from request to request.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select

from joindin.models import Tag
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.by_start import DateRange, list_range, list_range_from
from joindin.queries.event_lists.hot import list_hot_events
from joindin.queries.event_lists.open_cfps import list_open_cfps
from joindin.queries.event_lists.pending import list_pending_events
from joindin.queries.event_lists.search import search_events
from joindin.queries.paging import Page, Paging
from joindin.queries.search_patterns import like_pattern, trigram_match
from joindin.utils.datetimes import day_number, midnight
from joindin.utils.text import fold_case_accents

UPCOMING_MARGIN = dt.timedelta(days=3)
CFP_NOTICE = dt.timedelta(days=7)


@dataclass(frozen=True)
class EventFilter:
    """The conditions of a list; an event has to fulfil all of them (spec 4.2).

    ``name`` is ``hot``, ``upcoming``, ``past``, ``cfp``, ``all``, ``pending`` or None. ``title`` may contain the
    wildcards of LIKE, as in the original. One of ``tags`` is enough.
    """

    name: str | None = None
    title: str | None = None
    stub: str | None = None
    tags: Sequence[str] = ()
    starts_from: dt.datetime | None = None
    starts_before: dt.datetime | None = None

    @property
    def is_unnarrowed(self) -> bool:
        return not self.tags and (self.title, self.stub, self.starts_from, self.starts_before) == (None,) * 4


def list_events(
    connection, event_filter: EventFilter, paging: Paging, now: dt.datetime, viewer_id: int | None = None
) -> Page:
    """Return a page of keys (id, version, is_pending) of the matching events, ties broken by id.

    Costs one statement in most cases; more for deep pages, tags, common titles and empty pages. With ``viewer_id`` the
    keys may carry that user's flags (:func:`~joindin.queries.event_lists.keys.viewer_from_keys`).
    """
    today = midnight(now)
    if event_filter.name == "pending":
        return list_pending_events(connection, event_filter, paging)
    tag_ids = _find_tag_ids(connection, event_filter.tags)
    if event_filter.tags and not tag_ids:
        return Page([], 0, replace(paging, start=0) if _starts_today(event_filter, paging) else paging)
    if event_filter.name == "hot" and event_filter.is_unnarrowed:
        return list_hot_events(connection, paging, day_number(today), viewer_id)
    if event_filter.name == "cfp" and event_filter.is_unnarrowed:
        return list_open_cfps(connection, paging, today, today + CFP_NOTICE, viewer_id)
    date_range = _date_range(event_filter, tag_ids, today)
    if _needs_search(event_filter, tag_ids):
        return _search(connection, event_filter, date_range, tag_ids, paging, today)
    if _starts_today(event_filter, paging):
        return list_range_from(connection, date_range, today, paging.size, viewer_id)
    return list_range(connection, date_range, paging, viewer_id)


def _starts_today(event_filter, paging):
    """Return whether the list of all events shows the page that begins with today's (spec 4.2)."""
    return event_filter.name == "all" and paging.start is None


def _needs_search(event_filter, tag_ids):
    is_text_search = event_filter.title is not None or event_filter.stub is not None
    return is_text_search or event_filter.name in ("hot", "cfp") or len(tag_ids) > 1


def _find_tag_ids(connection, names):
    keys = {fold_case_accents(name) for name in names}
    return tuple(connection.scalars(_TAG_IDS, {"keys": sorted(keys)}).all()) if keys else ()


_TAG_IDS = CompiledStatement(select(Tag.id).where(Tag.name_key.in_(bindparam("keys", expanding=True))).order_by(Tag.id))


def _date_range(event_filter, tag_ids, today):
    starts_from, starts_before = event_filter.starts_from, event_filter.starts_before
    if event_filter.name == "upcoming":
        recently = today - UPCOMING_MARGIN
        starts_from = recently if starts_from is None else max(starts_from, recently)
    elif event_filter.name == "past":
        starts_before = today if starts_before is None else min(starts_before, today)
    is_latest_first = event_filter.name not in ("upcoming", "all")
    return DateRange(starts_from, starts_before, is_latest_first, tag_ids[0] if len(tag_ids) == 1 else None)


def _search(connection, event_filter, date_range, tag_ids, paging, today):
    values = {
        "from": date_range.starts_from,
        "until": date_range.starts_before,
        "stub": event_filter.stub and event_filter.stub.lower(),
        "tag_ids": tuple(tag_ids),
        "day": day_number(today),
        "today": today,
        "soon": today + CFP_NOTICE,
    }
    conditions = [name for name in ("from", "until") if values[name] is not None]
    if event_filter.title is not None:
        conditions.append("title")
        values["title"] = like_pattern(event_filter.title)
        values["match"] = trigram_match(values["title"])
    conditions += ["cfp"] if event_filter.name == "cfp" else []
    conditions += ["stub"] if event_filter.stub is not None else []
    conditions += ["tags"] if tag_ids else []
    if _starts_today(event_filter, paging):
        before = date_range.starts_before
        earlier = {**values, "until": today if before is None else min(before, today)}
        until_today = tuple(dict.fromkeys([*conditions, "until"]))
        paging = Paging(search_events(connection, until_today, "earliest", earlier, Paging(0, 1)).total, paging.size)
    return search_events(connection, tuple(conditions), _order(event_filter, date_range), values, paging)


def _order(event_filter, date_range):
    if event_filter.name == "hot":
        return "hot" if event_filter.title is None else "hot, latest"
    return "cfp" if event_filter.name == "cfp" else "latest" if date_range.is_latest_first else "earliest"
