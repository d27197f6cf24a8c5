"""Numbers of coming events on the home page, read from the counts that triggers maintain."""

import datetime as dt

from sqlalchemy import text

from joindin.performance.sql.compiled import CompiledStatement
from joindin.utils.datetimes import EPOCH

MONTHS = 12
_MONTH = " ".join(f"WHEN bucket < :before{number} THEN {number}" for number in range(MONTHS))

_BY_MONTH = CompiledStatement(
    text(f"""SELECT month, CAST(sum(number) AS bigint) AS number FROM (
            SELECT CASE {_MONTH} END AS month, count AS number FROM bucket_counts
            WHERE counter = 'events' AND level = 0 AND bucket >= :first AND bucket < :last
            UNION ALL SELECT CASE {_MONTH} END, change FROM pending_bucket_counts
            WHERE counter = 'events' AND bucket >= :first AND bucket < :last
        ) counted GROUP BY month ORDER BY month""")
)


def count_events_by_month(connection, now: dt.datetime) -> list[tuple[dt.date, dt.date, int]]:
    """Return first day, last day and number of the events that start in each month with any, from today on (UTC).

    The last month is the one before the same month of the next year.
    """
    first_days = [now.date()]
    while len(first_days) <= MONTHS:
        first_days.append((first_days[-1].replace(day=1) + dt.timedelta(days=31)).replace(day=1))
    params = {f"before{number}": (first - EPOCH).days for number, first in enumerate(first_days[1:])}
    params |= {"first": (first_days[0] - EPOCH).days, "last": (first_days[-1] - EPOCH).days}
    return [
        (first_days[row.month], first_days[row.month + 1] - dt.timedelta(days=1), row.number)
        for row in connection.execute(_BY_MONTH, params)
        if row.number
    ]
