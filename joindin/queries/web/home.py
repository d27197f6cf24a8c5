"""Numbers of coming events on the home page, read from the counts that triggers maintain."""

import datetime as dt

from sqlalchemy import text

from joindin.performance.sql.compiled import CompiledStatement
from joindin.utils.datetimes import EPOCH, day_number

_BY_DAY = CompiledStatement(
    text("""SELECT day, CAST(sum(number) AS bigint) AS number FROM (
            SELECT bucket AS day, count AS number FROM bucket_counts
            WHERE counter = 'events' AND level = 0 AND bucket >= :first AND bucket < :last
            UNION ALL SELECT bucket, change FROM pending_bucket_counts
            WHERE counter = 'events' AND bucket >= :first AND bucket < :last
        ) counted GROUP BY day ORDER BY day""")
)


def count_events_by_month(connection, now: dt.datetime) -> list[tuple[dt.date, dt.date, int]]:
    """Return first day, last day and number of the events that start in each month with any, from today on (UTC)."""
    today = now.date()
    last = today.replace(year=today.year + 1, day=1)
    numbers = {}
    for row in connection.execute(_BY_DAY, {"first": day_number(now), "last": (last - EPOCH).days}):
        day = EPOCH + dt.timedelta(days=row.day)
        month = day.replace(day=1)
        numbers[month] = numbers.get(month, 0) + row.number
    return [(max(month, today), _last_day(month), number) for month, number in numbers.items() if number]


def _last_day(month):
    return (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
