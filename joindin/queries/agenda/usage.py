"""How many visible events a tag, a place or a city has, read from the counters that triggers maintain."""

from collections.abc import Sequence

from sqlalchemy import Column, bindparam, column, text

from joindin.performance.read_models.expressions import TOTAL_LEVEL
from joindin.performance.sql.compiled import CompiledStatement

# Rows of a search without a limit of its own (contract, sections 9 and 10).
MAX_FOUND = 10

TAG, PLACE, CITY = "tag", "place", "city"
_TABLES = {TAG: "tags", PLACE: "places", CITY: "cities"}

# Changes that are not summed up yet (PostgreSQL) are added to the totals; their counters are candidates as well.
_TOTALS = """SELECT counter, CAST(sum(count) AS bigint) AS number FROM (
        SELECT counter, count FROM bucket_counts WHERE level = {level} AND {condition}
        UNION ALL SELECT counter, change FROM pending_bucket_counts WHERE {condition}
    ) counted GROUP BY counter"""


def totals_sql(condition: str) -> str:
    """Return SQL for ``counter`` and ``number`` of the counters that fulfil a condition."""
    return _TOTALS.format(level=TOTAL_LEVEL, condition=condition)


def most_used_sql(kind: str, columns: Sequence[Column], matches: str, is_exact: str) -> CompiledStatement:
    """Return the statement of the ``:most`` rows with the most events that fulfil ``matches``; exact matches come first.

    The conditions are SQL over the row ``r``. Rows without a visible event are left out.
    """
    table, row_id = _TABLES[kind], _row_id(kind, "{0}")
    is_counter = f"counter LIKE '{kind} %'"
    totals = totals_sql("counter IN (SELECT counter FROM candidates)")
    return _compiled(
        columns,
        f"""
        WITH candidates AS (
            SELECT counter FROM (
                SELECT b.counter FROM bucket_counts b JOIN {table} r ON r.id = {row_id.format("b.counter")}
                WHERE b.level = {TOTAL_LEVEL} AND b.{is_counter} AND b.count > 0 AND {matches}
                ORDER BY b.count DESC, b.counter DESC LIMIT :most + (SELECT count(*) FROM pending_bucket_counts)
            ) most_used
            UNION SELECT counter FROM pending_bucket_counts WHERE {is_counter}
            UNION SELECT '{kind} ' || r.id FROM {table} r WHERE {is_exact}
        )
        SELECT {_select(columns)}, totals.number AS number
        FROM ({totals}) totals JOIN {table} r ON r.id = {row_id.format("totals.counter")}
        WHERE totals.number > 0 AND {matches}
        ORDER BY CASE WHEN {is_exact} THEN 0 ELSE 1 END, totals.number DESC, r.id LIMIT :most""",
        bindparam("most", MAX_FOUND),
    )


def all_by_usage_sql(kind: str, columns: Sequence[Column], *, is_used_only: bool) -> CompiledStatement:
    """Return the statement of all rows, those with the most events first."""
    totals = totals_sql(f"counter LIKE '{kind} %'")
    return _compiled(
        columns,
        f"""
        SELECT {_select(columns)}, coalesce(totals.number, 0) AS number
        FROM {_TABLES[kind]} r LEFT JOIN ({totals}) totals ON r.id = {_row_id(kind, "totals.counter")}
        WHERE {"totals.number > 0" if is_used_only else "true"}
        ORDER BY coalesce(totals.number, 0) DESC, r.id""",
    )


def _select(columns):
    return ", ".join(f"r.{each.name}" for each in columns)


def _compiled(columns, sql, *params):
    types = [column(each.name, each.type) for each in columns]
    return CompiledStatement(text(sql).bindparams(*params).columns(*types, column("number")))


def _row_id(kind, counter):
    return f"CAST(substr({counter}, {len(kind) + 2}) AS integer)"
