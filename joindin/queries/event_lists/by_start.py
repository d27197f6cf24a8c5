"""Event lists in the order of the start: all visible events, or those with one tag.

Each of them is a range of ranks in the order of all events. The bucket counts therefore give its length and the place of
a deep page: no page reads more than the events of one day and its own.
"""

import datetime as dt
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import bindparam, text

from joindin.db.base import UtcDateTime
from joindin.performance.read_models.bucket_counts import (
    bucket_params,
    count_before_sql,
    seek_rank_sql,
    total_count_sql,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.keys import EventKeysStatement
from joindin.queries.paging import LIMIT_OFFSET, Page, Paging, limit_clause
from joindin.utils.datetimes import EPOCH, midnight

# Pages with a larger offset are found by the bucket counts.
OFFSET_SCAN_LIMIT = 200


@dataclass(frozen=True)
class DateRange:
    """Which events are listed: those that start in [``starts_from``, ``starts_before``), with one tag if given."""

    starts_from: dt.datetime | None = None
    starts_before: dt.datetime | None = None
    is_latest_first: bool = False
    tag_id: int | None = None

    @property
    def is_empty(self):
        return None not in (self.starts_from, self.starts_before) and self.starts_from >= self.starts_before

    @property
    def shape(self):
        """Everything that the text of a statement depends on."""
        return (
            _bound_kind(self.starts_from),
            _bound_kind(self.starts_before),
            self.is_latest_first,
            self.tag_id is not None,
        )

    @property
    def params(self):
        params = {}
        if self.tag_id is not None:
            params |= {"tag_id": self.tag_id, "counter": f"tag {self.tag_id}"}
        for name, at in (("from", self.starts_from), ("until", self.starts_before)):
            if at is not None:
                params |= {name: at, f"{name}_midnight": midnight(at)} | bucket_params(name, at)
        return params


def list_range(connection, date_range: DateRange, paging: Paging, viewer_id: int | None = None) -> Page:
    """Return a page of keys: one statement, or two for a deep page."""
    if date_range.is_empty:
        return Page([], 0, paging)
    params = date_range.params | paging.params
    if paging.offset > OFFSET_SCAN_LIMIT:
        return _deep_page(connection, date_range, paging, params, viewer_id)
    rows = _page(date_range.shape, limit_clause(paging)).fetch(connection, params, viewer_id)
    total = rows[0].total if rows else count_range(connection, date_range)
    return Page(rows, total, paging)


def list_range_from(
    connection, date_range: DateRange, first_at: dt.datetime, size: int, viewer_id: int | None = None
) -> Page:
    """Return the page that begins with the first event that starts at ``first_at`` or later, with its offset."""
    rest = replace(date_range, starts_from=max(first_at, date_range.starts_from or first_at))
    total, page = count_range(connection, date_range), list_range(connection, rest, Paging(0, size), viewer_id)
    start = total - page.total
    if size == 0:
        everything = list_range(connection, date_range, Paging(0, 0), viewer_id)
        return Page(everything.items, total, Paging(start, 0))
    return Page(page.items, total, Paging(start, size))


def count_range(connection, date_range: DateRange) -> int:
    return 0 if date_range.is_empty else connection.scalar(_count(date_range.shape), date_range.params)


def _deep_page(connection, date_range, paging, params, viewer_id):
    """Find the day of the page's first event by the counts, and scan from the start of that day."""
    found = connection.execute(_seek_rank(date_range.shape), params).one()
    if not paging.start < found.total or found.bucket is None:
        return Page([], found.total, paging)
    day = dt.datetime.combine(EPOCH, dt.time(), dt.UTC) + dt.timedelta(days=found.bucket)
    if date_range.is_latest_first:
        next_day = day + dt.timedelta(days=1)
        near = replace(date_range, starts_before=min(date_range.starts_before or next_day, next_day))
        skipped = min(found.until_rank, found.before + found.count) - 1 - found.rank
    else:
        near = replace(date_range, starts_from=max(date_range.starts_from or day, day))
        skipped = found.rank - max(found.from_rank, found.before)
    params = near.params | {"size": paging.limit, "offset": skipped}
    return Page(_rows(near.shape).fetch(connection, params, viewer_id), found.total, paging)


def _bound_kind(at):
    """Return None without a bound, True for a midnight (whole days are enough to count up to it), else False."""
    return None if at is None else at == midnight(at)


@lru_cache(maxsize=128)
def _page(shape, limit):
    return _compiled(_select(shape, _total(shape), limit), EventKeysStatement)


@lru_cache(maxsize=64)
def _rows(shape):
    return _compiled(_select(shape, "0", LIMIT_OFFSET), EventKeysStatement)


@lru_cache(maxsize=64)
def _count(shape):
    return _compiled(f"SELECT {_total(shape)}")


@lru_cache(maxsize=64)
def _seek_rank(shape):
    lower, upper = _ranks(shape)
    rank = f"({upper}) - 1 - :offset" if shape[2] else f"({lower}) + :offset"
    return _compiled(
        f"SELECT found.*, {lower} AS from_rank, {upper} AS until_rank, ({upper}) - ({lower}) AS total"
        f" FROM ({seek_rank_sql(_counter(shape), rank)}) found"
    )


def _select(shape, total, limit):
    from_kind, until_kind, is_latest_first, is_tagged = shape
    conditions = [
        *(["tag_id = :tag_id"] if is_tagged else []),
        *(["starts_at >= :from"] if from_kind is not None else []),
        *(["starts_at < :until"] if until_kind is not None else []),
    ]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    direction = "DESC" if is_latest_first else "ASC"
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {total} AS total
        FROM (
            SELECT event_id, starts_at FROM {_table(shape)} {where}
            ORDER BY starts_at {direction}, event_id {direction} {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.starts_at {direction}, page.event_id {direction}"""


def _total(shape):
    lower, upper = _ranks(shape)
    return upper if lower == "0" else f"({upper}) - ({lower})"


def _ranks(shape):
    """Return SQL for the numbers of events that start before the range and before its end."""
    lower = "0" if shape[0] is None else _rank(shape, "from", shape[0])
    upper = total_count_sql(_counter(shape)) if shape[1] is None else _rank(shape, "until", shape[1])
    return lower, upper


def _rank(shape, name, is_midnight):
    before = count_before_sql(_counter(shape), name)
    if is_midnight:
        return before
    tagged = "tag_id = :tag_id AND" if shape[3] else ""
    return f"""{before} + (SELECT count(*) FROM {_table(shape)}
        WHERE {tagged} starts_at >= :{name}_midnight AND starts_at < :{name})"""


def _table(shape):
    return "listed_tags" if shape[3] else "listed_events"


def _counter(shape):
    return ":counter" if shape[3] else "'events'"


def _compiled(sql, statement_class=CompiledStatement):
    names = [name for name in ("from", "until", "from_midnight", "until_midnight") if re.search(rf":{name}\b", sql)]
    return statement_class(text(sql).bindparams(*(bindparam(name, type_=UtcDateTime) for name in names)))
