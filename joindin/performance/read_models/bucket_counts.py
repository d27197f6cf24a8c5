"""SQL over the bucket counts: how many entries lie before a bucket, and in which bucket a rank lies.

A bucket is a UTC day (events, events of a tag) or a block of 256 ids (users); see ``models/read_models.py``. Counts are
stored per bucket and per group of 64 buckets, so a query reads a few hundred short rows at most, however many events
there are. Each function takes the name of the counter as SQL: a literal or a parameter.
"""

from joindin.utils.datetimes import day_number

# Changes that are not summed up yet (PostgreSQL); always empty on SQLite.
_PENDING_BEFORE = (
    "(SELECT coalesce(sum(change), 0) FROM pending_bucket_counts WHERE counter = {counter} AND bucket < {bucket})"
)

_BEFORE = (
    """((SELECT coalesce(sum(count), 0) FROM bucket_counts
        WHERE counter = {counter} AND level = 1 AND bucket < {group})
    + (SELECT coalesce(sum(count), 0) FROM bucket_counts
        WHERE counter = {counter} AND level = 0 AND bucket >= {group} * 64 AND bucket < {bucket})
    + """
    + _PENDING_BEFORE
    + ")"
)

_TOTAL = """((SELECT coalesce(sum(count), 0) FROM bucket_counts WHERE counter = {counter} AND level = 1)
    + (SELECT coalesce(sum(change), 0) FROM pending_bucket_counts WHERE counter = {counter}))"""

# Finds, on one level, the bucket in which the running total exceeds the rank, and the total before it.
_SEEK_STEP = """
    counts_{level} AS (
        SELECT bucket, sum(count) AS count FROM (
            SELECT stored.bucket, stored.count FROM bucket_counts stored, {within}
            WHERE counter = {counter} AND level = {level} AND stored.bucket {bounds}
            UNION ALL
            SELECT pending.bucket >> {bits}, pending.change FROM pending_bucket_counts pending, {within}
            WHERE counter = {counter} AND pending.bucket >> {bits} {bounds}
        ) merged GROUP BY bucket
    ),
    totals_{level} AS (
        SELECT counted.bucket, counted.count, before + sum(counted.count) OVER (ORDER BY counted.bucket) AS upto
        FROM counts_{level} counted, {within}
    ),
    found_{level} AS (
        SELECT bucket, upto - count AS before, count
        FROM totals_{level}, target WHERE upto > target.rank ORDER BY bucket LIMIT 1
    )"""


def total_count_sql(counter: str) -> str:
    """Return SQL for the number of all entries."""
    return _as_bigint(_TOTAL.format(counter=counter))


def count_before_sql(counter: str, name: str) -> str:
    """Return SQL for the number of entries before a day, whose parameters come from :func:`bucket_params`."""
    return _as_bigint(_BEFORE.format(counter=counter, bucket=f":{name}_day", group=f":{name}_day_group"))


def bucket_params(name: str, at) -> dict:
    day = day_number(at)
    return {f"{name}_day": day, f"{name}_day_group": day >> 6}


def seek_rank_sql(counter: str, rank: str) -> str:
    """Return SQL for the bucket of a rank: ``rank``, ``bucket``, entries ``before`` it and their ``count`` in it.

    ``bucket`` is NULL if there are not that many entries.
    """
    steps = [
        _seek_step(counter, 1, "start", "IS NOT NULL"),
        _seek_step(counter, 0, "found_1", "BETWEEN found_1.bucket * 64 AND found_1.bucket * 64 + 63"),
    ]
    return (
        f"WITH target AS (SELECT {rank} AS rank), start AS (SELECT 0 AS before),{','.join(steps)}"
        " SELECT target.rank, found_0.bucket, CAST(found_0.before AS bigint) AS before,"
        " CAST(found_0.count AS bigint) AS count FROM target LEFT JOIN found_0 ON true"
    )


def _seek_step(counter, level, within, bounds):
    return _SEEK_STEP.format(level=level, counter=counter, within=within, bounds=bounds, bits=6 * level)


def _as_bigint(number):
    # PostgreSQL's sum() of bigint is numeric.
    return f"CAST({number} AS bigint)"
