"""Lists in the order of the start: of all visible events, or of those with one tag.

Such a list is a run of ranks in the order of all, so tallies tell how long it is and where a page
far inside begins: nobody walks there.
"""

import datetime as dt
import re
from dataclasses import dataclass
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
from joindin.queries.event_lists.keys import EventKeys
from joindin.queries.paging import LIMIT_OFFSET, Page, Paging, limit_clause
from joindin.utils.datetimes import EPOCH, midnight

# Further in than that, the tallies are asked where a page begins.
OFFSET_SCAN_LIMIT = 200


@dataclass(frozen=True)
class DateRange:
    """Which stretch of the whole order is listed, and which way; ``tag_id`` narrows it to one tag."""

    starts_from: dt.datetime | None = None
    starts_before: dt.datetime | None = None
    is_latest_first: bool = False
    tag_id: int | None = None

    @property
    def is_empty(self):
        return None not in (self.starts_from, self.starts_before) and self.starts_from >= self.starts_before

    @property
    def shape(self):
        return (
            _bound(self.starts_from),
            _bound(self.starts_before),
            self.is_latest_first,
            self.tag_id is not None,
        )

    @property
    def values(self):
        values = {}
        if self.tag_id is not None:
            values |= {"tag_id": self.tag_id, "subject": f"tag {self.tag_id}"}
        for name, at in (("from", self.starts_from), ("until", self.starts_before)):
            if at is not None:
                values |= {name: at, f"{name}_midnight": midnight(at)} | bucket_params(name, at)
        return values


def list_range(connection, run: DateRange, paging: Paging) -> Page:
    """A page of keys: one statement, or two for a page far inside."""
    if run.is_empty:
        return Page([], 0, paging)
    start = paging.start or 0
    values = run.values | {"size": paging.size, "offset": start}
    if start > OFFSET_SCAN_LIMIT and paging.size:
        return _far_page(connection, run, paging, values)
    rows = connection.execute(_page(run.shape, limit_clause(paging)), values).all()
    total = rows[0].total if rows else count_range(connection, run)
    return Page(rows, total, paging)


def list_range_from(connection, run: DateRange, first: dt.datetime, size: int) -> Page:
    """The page of a run that begins with whatever starts at ``first`` or later, with the start that makes it so."""
    rest = DateRange(max(first, run.starts_from or first), run.starts_before, run.is_latest_first, run.tag_id)
    total, page = count_range(connection, run), list_range(connection, rest, Paging(0, size))
    start = total - page.total
    if size == 0:
        return Page(list_range(connection, run, Paging(0, 0)).items, total, Paging(start, 0))
    return Page(page.items, total, Paging(start, size))


def count_range(connection, run: DateRange) -> int:
    return 0 if run.is_empty else connection.scalar(_count(run.shape), run.values)


def _far_page(connection, run, paging, values):
    """Begin on the day on which the wanted one is, and go on from there."""
    found = connection.execute(_seek(run.shape), values).one()
    if not paging.start < found.total or found.place is None:
        return Page([], found.total, paging)
    day = dt.datetime.combine(EPOCH, dt.time(), dt.UTC) + dt.timedelta(days=found.place)
    if run.is_latest_first:
        bound = {"starts_before": _least(run.starts_before, day + dt.timedelta(days=1))}
        skipped = min(found.until_rank, found.before + found.number) - 1 - found.rank
    else:
        bound = {"starts_from": max(run.starts_from or day, day)}
        skipped = found.rank - max(found.from_rank, found.before)
    near = DateRange(**{**vars(run), **bound})
    rows = connection.execute(_rows(near.shape), near.values | {"size": paging.size, "offset": skipped}).all()
    return Page(rows, found.total, paging)


def _least(one, other):
    return other if one is None else min(one, other)


def _bound(at):
    """None, or whether the tallies of whole days are enough to count up to there."""
    return None if at is None else at == midnight(at)


@lru_cache(maxsize=256)
def _page(shape, limit):
    return _typed(_select(shape, _total(shape), limit), EventKeys)


@lru_cache(maxsize=256)
def _rows(shape):
    return _typed(_select(shape, "0", LIMIT_OFFSET), EventKeys)


@lru_cache(maxsize=256)
def _count(shape):
    return _typed(f"SELECT {_total(shape)}")


@lru_cache(maxsize=256)
def _seek(shape):
    lower, upper = _ranks(shape)
    rank = f"({upper}) - 1 - :offset" if shape[2] else f"({lower}) + :offset"
    return _typed(
        f"SELECT found.*, {lower} AS from_rank, {upper} AS until_rank, ({upper}) - ({lower}) AS total"
        f" FROM ({seek_rank_sql(_subject(shape), rank)}) found"
    )


def _select(shape, total, limit):
    has_from, has_until, is_latest_first, is_tagged = shape
    conditions = [
        *(["tag_id = :tag_id"] if is_tagged else []),
        *(["starts_at >= :from"] if has_from is not None else []),
        *(["starts_at < :until"] if has_until is not None else []),
    ]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    way = "DESC" if is_latest_first else "ASC"
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {total} AS total
        FROM (
            SELECT event_id, starts_at FROM {_table(shape)} {where}
            ORDER BY starts_at {way}, event_id {way} {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY page.starts_at {way}, page.event_id {way}"""


def _total(shape):
    lower, upper = _ranks(shape)
    return upper if lower == "0" else f"({upper}) - ({lower})"


def _ranks(shape):
    """How many start before the run, and before its end."""
    subject = _subject(shape)
    lower = "0" if shape[0] is None else _rank(shape, "from", shape[0])
    upper = total_count_sql(subject) if shape[1] is None else _rank(shape, "until", shape[1])
    return lower, upper


def _rank(shape, name, is_midnight):
    before = count_before_sql(_subject(shape), name)
    if is_midnight:
        return before
    tagged = "tag_id = :tag_id AND" if shape[3] else ""
    return f"""{before} + (SELECT count(*) FROM {_table(shape)}
        WHERE {tagged} starts_at >= :{name}_midnight AND starts_at < :{name})"""


def _table(shape):
    return "listed_tags" if shape[3] else "listed_events"


def _subject(shape):
    return ":subject" if shape[3] else "'events'"


def _typed(sql, kind=CompiledStatement):
    statement = text(sql)
    instants = [name for name in ("from", "until", "from_midnight", "until_midnight") if re.search(rf":{name}\b", sql)]
    return kind(statement.bindparams(*(bindparam(name, type_=UtcDateTime) for name in instants)))
