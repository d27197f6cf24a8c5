"""How many are hotter than a score that lies near a rank.

A score of five times so many days: everything that starts fewer days from today is hotter, and of
that tallies tell how many there are. What starts further away is hotter only if so many go there:
for some days these few are counted day by day, at the hot end of each, and beyond among the popular
ones, which have an index of their own. So it hardly matters how many events there are, or where the rank is.
"""

from functools import lru_cache

from sqlalchemy import text

from joindin.models.read_models import IS_POPULAR, POPULARITY_THRESHOLD
from joindin.performance.read_models.bucket_counts import count_before_day_sql, total_count_sql
from joindin.performance.sql.compiled import CompiledStatement

# The score, in whole fifths, of what the stored flag does not fit: late are those that have begun without it.
LATE, EARLY = "(heat - 10 * start_day + 5 * :day)", "(heat + 10 * start_day - 5 * :day)"

# Beyond so many more days only the popular can be hotter.
DAYS = POPULARITY_THRESHOLD // 5

# In days, a power of two: more than there are in all years.
FURTHEST = 1 << 22


def find_place(connection, rank: int, day: int):
    """The score near ``rank`` as ``reach``, in days; how many are ``before`` it; and how many there are in ``total``.

    All that starts within the reach comes to no more than the rank, and with the next day to more; if today
    alone is more, that is the reach.
    """
    return connection.execute(_place(day), {"rank": rank}).one()


@lru_cache(maxsize=2)
def _place(day):
    # With the day in the text, as for the first page; PostgreSQL would plan anew each time.
    return CompiledStatement(text(_PLACE.replace(":day", str(int(day)))))


def _within(reach):
    """How many start fewer days from today."""
    upto, below = f":day + {reach}", f":day - {reach} + 1"
    return f"""({count_before_day_sql("'events'", upto)} - {count_before_day_sql("'events'", below)})"""


def _hotter(is_begun, where, sign):
    """How many of those are hotter, of which the flag fits and heat tells."""
    return f"""(SELECT count(*) FROM hot_events
        WHERE is_begun = {is_begun} AND {where} AND heat < 5 * found.reach {sign} 5 * :day)"""


_PLACE = f"""
    WITH RECURSIVE search AS (
        SELECT 1 AS reach, {FURTHEST // 2} AS step
        UNION ALL
        SELECT CASE WHEN {_within("(reach + step)")} <= :rank THEN reach + step ELSE reach END, step / 2
        FROM search WHERE step > 0
    ),
    found AS (SELECT reach FROM search WHERE step = 0),
    days AS (SELECT 0 AS more UNION ALL SELECT more + 1 FROM days WHERE more < {DAYS} - 1)
    SELECT found.reach, {total_count_sql("'events'")} AS total, CAST({_within("found.reach")}
        + (SELECT sum({_hotter("false", "start_day = :day + found.reach + days.more", "+")}
            + {_hotter("true", "start_day = :day - found.reach - days.more", "-")}) FROM days)
        + {_hotter("false", f"start_day >= :day + found.reach + {DAYS} AND {IS_POPULAR}", "+")}
        + {_hotter("true", f"start_day <= :day - found.reach - {DAYS} AND {IS_POPULAR}", "-")}
        + (SELECT count(*) FROM hot_events WHERE is_begun = false AND start_day < :day
            AND start_day <= :day - found.reach AND {LATE} < 5 * found.reach)
        + (SELECT count(*) FROM hot_events WHERE is_begun = true AND start_day >= :day
            AND start_day >= :day + found.reach AND {EARLY} < 5 * found.reach) AS bigint) AS before
    FROM found"""
