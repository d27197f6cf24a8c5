"""The lists of events: what fits a filter, in the filter's order (spec 4.2).

Statements are put together once for each shape of filter and kept; only values change from request
to request. Putting one together costs more than its execution on a small database.
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
    """What a caller wants of the list; all parts hold together (spec 4.2).

    ``name`` is ``hot``, ``upcoming``, ``past``, ``cfp``, ``all``, ``pending`` or None. ``title``
    may hold LIKE's wildcards, as in the original. ``tags`` are alternatives.
    """

    name: str | None = None
    title: str | None = None
    stub: str | None = None
    tags: Sequence[str] = ()
    starts_from: dt.datetime | None = None
    starts_before: dt.datetime | None = None

    @property
    def is_plain(self) -> bool:
        return self.title is None and self.stub is None and not self.tags

    @property
    def has_dates(self) -> bool:
        return self.starts_from is not None or self.starts_before is not None


def list_events(connection, event_filter: EventFilter, paging: Paging, now: dt.datetime) -> Page:
    """Keys (id, version, is_pending) of the events on a page, ties broken by id, and how many there are.

    Mostly one statement: more for pages far inside, for what is common among titles or several
    tags, and for empty pages.
    """
    today = midnight(now)
    if event_filter.name == "pending":
        return list_pending_events(connection, event_filter, paging)
    tag_ids = _find_tags(connection, event_filter.tags)
    if event_filter.tags and not tag_ids:
        return Page([], 0, replace(paging, start=0) if _starts_today(event_filter, paging) else paging)
    if event_filter.name == "hot" and event_filter.is_plain and not event_filter.has_dates:
        return list_hot_events(connection, paging, day_number(today))
    if event_filter.name == "cfp" and event_filter.is_plain and not event_filter.has_dates:
        return list_open_cfps(connection, paging, today, today + CFP_NOTICE)
    run = _run(event_filter, tag_ids, today)
    if (
        event_filter.name in ("hot", "cfp")
        or event_filter.title is not None
        or event_filter.stub is not None
        or len(tag_ids) > 1
    ):
        return _search(connection, event_filter, run, tag_ids, paging, today)
    if _starts_today(event_filter, paging):
        return list_range_from(connection, run, today, paging.size)
    return list_range(connection, run, paging)


def _starts_today(wanted, paging):
    return wanted.name == "all" and paging.start is None


def _find_tags(connection, names):
    keys = {fold_case_accents(name) for name in names}
    return tuple(connection.scalars(_TAGS, {"keys": sorted(keys)}).all()) if keys else ()


_TAGS = CompiledStatement(select(Tag.id).where(Tag.name_key.in_(bindparam("keys", expanding=True))).order_by(Tag.id))


def _run(wanted, tag_ids, today):
    starts_from, starts_before = wanted.starts_from, wanted.starts_before
    if wanted.name == "upcoming":
        recently = today - UPCOMING_MARGIN
        starts_from = recently if starts_from is None else max(starts_from, recently)
    elif wanted.name == "past":
        starts_before = today if starts_before is None else min(starts_before, today)
    is_latest_first = wanted.name not in ("upcoming", "all")
    return DateRange(starts_from, starts_before, is_latest_first, tag_ids[0] if len(tag_ids) == 1 else None)


def _search(connection, wanted, run, tag_ids, paging, today):
    values = {"from": run.starts_from, "until": run.starts_before, "stub": wanted.stub and wanted.stub.lower()}
    values |= {"tag_ids": tuple(tag_ids), "day": day_number(today), "today": today, "soon": today + CFP_NOTICE}
    conditions = [name for name in ("from", "until") if values[name] is not None]
    if wanted.title is not None:
        conditions.append("title")
        values["title"] = like_pattern(wanted.title)
        values["match"] = trigram_match(values["title"])
    conditions += ["cfp"] if wanted.name == "cfp" else []
    conditions += ["stub"] if wanted.stub is not None else []
    conditions += ["tags"] if tag_ids else []
    if _starts_today(wanted, paging):
        before = run.starts_before
        earlier = {**values, "until": today if before is None else min(before, today)}
        start = search_events(
            connection, tuple(dict.fromkeys([*conditions, "until"])), "earliest", earlier, Paging(0, 1)
        ).total
        paging = Paging(start, paging.size)
    return search_events(connection, tuple(conditions), _order(wanted, run), values, paging)


def _order(wanted, run):
    if wanted.name == "hot":
        return "hot" if wanted.title is None else "hot, latest"
    return "cfp" if wanted.name == "cfp" else "latest" if run.is_latest_first else "earliest"
