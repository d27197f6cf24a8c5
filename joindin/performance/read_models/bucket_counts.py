"""How many there are before a day, and on which day the one so many places on is (``models/listing.py``).

Both cost a few dozen short rows, however many events there are. ``:subject`` says of what.
"""

from joindin.utils.datetimes import day_number

# What waits to be summed up on PostgreSQL; SQLite has nothing there.
_WAITING = "(SELECT coalesce(sum(change), 0) FROM tally_changes WHERE subject = {subject} AND place < {day})"

BEFORE = (
    """((SELECT coalesce(sum(number), 0) FROM tallies
        WHERE subject = {subject} AND level = 2 AND stretch < {day_2})
    + (SELECT coalesce(sum(number), 0) FROM tallies
        WHERE subject = {subject} AND level = 1 AND stretch >= {day_2} * 64 AND stretch < {day_1})
    + (SELECT coalesce(sum(number), 0) FROM tallies
        WHERE subject = {subject} AND level = 0 AND stretch >= {day_1} * 64 AND stretch < {day})
    + """
    + _WAITING
    + ")"
)

ALL = """((SELECT coalesce(sum(number), 0) FROM tallies WHERE subject = {subject} AND level = 2)
    + (SELECT coalesce(sum(change), 0) FROM tally_changes WHERE subject = {subject}))"""

# Each step finds the stretch in which the number of those before goes past the rank, and how many lie before it.
_STEP = """
    numbers_{level} AS (
        SELECT stretch, sum(number) AS number FROM (
            SELECT tallies.stretch, tallies.number FROM tallies, {within}
            WHERE subject = {subject} AND level = {level} AND tallies.stretch {bounds}
            UNION ALL
            SELECT noted.place >> {bits}, noted.change FROM tally_changes noted, {within}
            WHERE subject = {subject} AND noted.place >> {bits} {bounds}
        ) together GROUP BY stretch
    ),
    sums_{level} AS (
        SELECT mine.stretch, mine.number, before + sum(mine.number) OVER (ORDER BY mine.stretch) AS upto
        FROM numbers_{level} mine, {within}
    ),
    found_{level} AS (
        SELECT stretch AS place, upto - number AS before, number
        FROM sums_{level}, wanted WHERE upto > wanted.rank ORDER BY stretch LIMIT 1
    )"""


def total_count_sql(subject: str) -> str:
    """SQL for the number of all; ``subject`` is SQL too."""
    return _whole(ALL.format(subject=subject))


def count_before_sql(subject: str, name: str) -> str:
    """SQL for how many lie before a day, whose values come from :func:`day_values`."""
    return _whole(BEFORE.format(subject=subject, day=f":{name}_day", day_1=f":{name}_1", day_2=f":{name}_2"))


def count_before_day_sql(subject: str, day: str) -> str:
    """The same for a day that is SQL too."""
    return _whole(BEFORE.format(subject=subject, day=f"({day})", day_1=f"(({day}) >> 6)", day_2=f"(({day}) >> 12)"))


def bucket_params(name: str, at) -> dict:
    day = day_number(at)
    return {f"{name}_day": day, f"{name}_1": day >> 6, f"{name}_2": day >> 12}


def seek_rank_sql(subject: str, rank: str) -> str:
    """SQL for ``rank``, the place that the one of that rank has, how many lie before that place, and how many at it."""
    steps = [_step(subject, 2, "start", "IS NOT NULL"), _step(subject, 1, "found_2"), _step(subject, 0, "found_1")]
    return (
        f"WITH wanted AS (SELECT {rank} AS rank), start AS (SELECT 0 AS before),{','.join(steps)}"
        " SELECT wanted.rank, found_0.place, CAST(found_0.before AS bigint) AS before,"
        " CAST(found_0.number AS bigint) AS number FROM wanted LEFT JOIN found_0 ON true"
    )


def _whole(number):
    # PostgreSQL's sums are of another kind.
    return f"CAST({number} AS bigint)"


def _step(subject, level, within, bounds=None):
    bounds = bounds or f"BETWEEN {within}.place * 64 AND {within}.place * 64 + 63"
    return _STEP.format(level=level, subject=subject, within=within, bounds=bounds, bits=6 * level)
