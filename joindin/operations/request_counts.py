"""Counts of requests by user and network, in one statement and one short transaction for each request."""

import datetime as dt
import math
from collections.abc import Sequence

from sqlalchemy import bindparam, case, select
from sqlalchemy.dialects import postgresql, sqlite

from joindin.db.base import UtcDateTime
from joindin.errors import RateLimited
from joindin.models import RateLimitCounter
from joindin.operations.rate_limits import RateLimit, counter_key
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.writer import TransactionRunner

MAX_COUNTERS = 2


def count_request(writer: TransactionRunner, counters: Sequence[tuple[RateLimit, object]], *, now: dt.datetime) -> None:
    """Count a request of each subject, and commit.

    :raises RateLimited: with the seconds until the windows of the exceeded limits end.
    """
    keys = [counter_key(limit, [subject]) for limit, subject in counters]
    params = {"now": now}
    for number, (key, (limit, _)) in enumerate(zip(keys, counters)):
        params |= {f"key_{number}": key, f"ends_at_{number}": now + limit.window}
    counts = dict(writer.execute(_COUNT[writer.has_data_changing_ctes, len(counters)], params))
    exceeded = {key: limit for key, (limit, _) in zip(keys, counters) if counts[key] > limit.max_count}
    if exceeded:
        last = max(writer.execute(_FIND, {"keys": list(exceeded)}), key=lambda row: row.ends_at)
        limit = exceeded[last.key]
        seconds = max(1, math.ceil((last.ends_at - now).total_seconds()))
        raise RateLimited(
            f"Too many requests. Try again in {seconds} seconds",
            seconds,
            max_count=limit.max_count,
            window=int(limit.window.total_seconds()),
        )


def _counting(dialect, number):
    """Build the statement that adds one to ``number`` counters, or starts their windows, and returns keys and counts."""
    rows = [
        {"key": bindparam(f"key_{each}"), "count": 1, "ends_at": bindparam(f"ends_at_{each}", type_=UtcDateTime)}
        for each in range(number)
    ]
    counter = RateLimitCounter.__table__.c
    adding = dialect.insert(RateLimitCounter.__table__).values(rows)
    is_over = counter.ends_at <= bindparam("now", type_=UtcDateTime)
    changes = {
        "count": case((is_over, 1), else_=counter.count + 1),
        "ends_at": case((is_over, adding.excluded.ends_at), else_=counter.ends_at),
    }
    counting = adding.on_conflict_do_update(index_elements=[counter.key], set_=changes)
    return CompiledStatement(counting.returning(counter.key, counter.count))


_COUNT = {
    (is_postgresql, number): _counting(dialect, number)
    for is_postgresql, dialect in ((False, sqlite), (True, postgresql))
    for number in range(1, MAX_COUNTERS + 1)
}
_FIND = CompiledStatement(
    select(RateLimitCounter.key, RateLimitCounter.ends_at).where(
        RateLimitCounter.key.in_(bindparam("keys", expanding=True))
    )
)
