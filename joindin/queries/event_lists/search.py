"""Event lists narrowed by title, short name, several tags, or several conditions at once.

Three ways, chosen by how many rows match:

- rare: the matches are found through an index and sorted;
- common: the list is scanned in its order until the page is full, up to a bound;
- common, but far from the start: all matches are found and sorted.
"""

import re
from functools import lru_cache

from sqlalchemy import bindparam, text

from joindin.db.base import UtcDateTime
from joindin.db.dialects import dialect_of
from joindin.performance.caching.query_cache import CHANGE_COUNTER, cached_count, peek_count
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_lists.hot import SCORE_SQL, hot_candidates_sql
from joindin.queries.paging import Page, Paging, limit_clause
from joindin.queries.search_patterns import like_param

# At most this many matches are sorted; a search with more is common.
RARE_MATCH_LIMIT = 1000
# Rows that the scan of a common search reads at most. Popular events are scored first, so they are read step by step.
MAX_SCANNED_ROWS = 4000
HOT_SCAN_STEPS = (250, 1000, MAX_SCANNED_ROWS)

DATETIME_PARAMS = ("from", "until", "today", "soon")

CONDITIONS = {
    "from": "listed.starts_at >= :from",
    "until": "listed.starts_at < :until",
    "cfp": "listed.cfp_ends_at >= :today AND listed.cfp_starts_at <= :soon",
    "title": f"listed.name_key LIKE {like_param('title')}",
    "stub": "listed.event_id = (SELECT id FROM events WHERE lower(stub) = :stub)",
    "tags": """EXISTS (SELECT 1 FROM listed_tags tagged WHERE tagged.tag_id IN :tag_ids
        AND tagged.starts_at = listed.starts_at AND tagged.event_id = listed.event_id)""",
}

# Parameters of each condition.
CONDITION_PARAMS = {
    "from": ("from",),
    "until": ("until",),
    "cfp": ("today", "soon"),
    "title": ("title", "match"),
    "stub": ("stub",),
    "tags": ("tag_ids",),
}

ORDERS = {
    "earliest": "{0}.starts_at, {0}.event_id",
    "latest": "{0}.starts_at DESC, {0}.event_id DESC",
    "cfp": "{0}.cfp_ends_at, {0}.event_id",
    "hot": "{0}.score, {0}.event_id",
    "hot, latest": "{0}.score, {0}.starts_at DESC, {0}.event_id",
}

# Supersets of the matches that an index provides, by condition; the most selective first.
CANDIDATES = {
    "stub": "SELECT id AS event_id FROM events WHERE lower(stub) = :stub",
    "title": {
        "sqlite": "SELECT rowid AS event_id FROM event_titles WHERE event_titles MATCH :match",
        "postgresql": f"SELECT event_id FROM listed_events WHERE name_key LIKE {like_param('title')}",
    },
    "tags": "SELECT event_id FROM listed_tags WHERE tag_id IN :tag_ids",
}


def search_events(connection, conditions: tuple, order: str, values: dict, paging: Paging) -> Page:
    """Return a page of keys of the events that fulfil all ``conditions``, in that ``order``.

    ``values`` holds the parameters of the conditions. A ``match`` of None means that the title is too short for its
    index. The number of matches is cached; it also decides which way is tried first.
    """
    dialect = dialect_of(connection)
    params = values | paging.params
    narrowest = next((name for name in CANDIDATES if name in conditions and not _is_too_short(name, values)), None)
    counting = _count(dialect, narrowest, conditions), _count_params(conditions, values)
    if narrowest is not None and (peek_count(connection, *counting) or 0) <= RARE_MATCH_LIMIT:
        statement = _rare(dialect, narrowest, conditions, order, limit_clause(paging))
        rows = connection.execute(statement, params).all()
        if rows[0].candidates <= RARE_MATCH_LIMIT:
            return Page([row for row in rows if row.id is not None], rows[0].total, paging)
    return _scan(connection, narrowest, conditions, order, params, paging, counting)


def _scan(connection, narrowest, conditions, order, params, paging, counting):
    limit = limit_clause(paging)
    # An outdated total will do to begin with: it is read again with the rows.
    total = peek_count(connection, *counting)
    if total is None or total <= paging.offset:
        total = cached_count(connection, *counting)
    rows = []
    steps = HOT_SCAN_STEPS if order.startswith("hot") else (MAX_SCANNED_ROWS,)
    for length in steps if paging.size else ():
        if len(rows) < min(paging.limit, total - paging.offset):
            rows = connection.execute(_bounded_scan(conditions, order, length, limit), params).all()
            total = cached_count(connection, *counting, rows[0].changes if rows else None)
    if len(rows) < min(paging.limit, total - paging.offset):
        statement = _sorted_matches(dialect_of(connection), narrowest, conditions, order, limit)
        rows = connection.execute(statement, params).all()
        total = cached_count(connection, *counting, rows[0].changes if rows else None)
    return Page(rows, total, paging)


def _count_params(conditions, values):
    """Return the values on which the number of matches depends."""
    return {name: values[name] for condition in conditions for name in CONDITION_PARAMS[condition]}


def _is_too_short(name, values):
    return name == "title" and values["match"] is None


@lru_cache(maxsize=256)
def _rare(dialect, narrowest, conditions, order, limit):
    return _compiled(f"""
        WITH candidates AS MATERIALIZED ({_candidates(dialect, narrowest)} LIMIT {RARE_MATCH_LIMIT + 1}),
        found AS MATERIALIZED (
            SELECT DISTINCT listed.event_id, listed.starts_at, listed.cfp_ends_at{_score_column(order)}
            FROM candidates JOIN listed_events listed ON listed.event_id = candidates.event_id {_score_join(order)}
            WHERE (SELECT count(*) FROM candidates) <= {RARE_MATCH_LIMIT} AND {_where(conditions)}
        )
        SELECT page.event_id AS id, events.version, false AS is_pending, numbers.total, numbers.candidates
        FROM (SELECT (SELECT count(*) FROM found) AS total, (SELECT count(*) FROM candidates) AS candidates) numbers
        LEFT JOIN (SELECT * FROM found ORDER BY {ORDERS[order].format("found")} {limit}) page ON true
        LEFT JOIN events ON events.id = page.event_id
        ORDER BY {ORDERS[order].format("page")}""")


@lru_cache(maxsize=256)
def _bounded_scan(conditions, order, length, limit):
    if order.startswith("hot"):
        return _compiled(_hot_scan(conditions, order, length, limit))
    indexed = [name for name in ("from", "until", "cfp") if name in conditions]
    # The index by start covers the first columns; rows of the table are read for calls for papers only.
    call_columns = ", cfp_starts_at, cfp_ends_at" if "cfp" in conditions or order == "cfp" else ", NULL AS cfp_ends_at"
    scanned = f"""(SELECT event_id, starts_at, name_key{call_columns} FROM listed_events listed
        WHERE {_where(indexed)} ORDER BY {ORDERS[order].format("listed")} LIMIT {length}) listed"""
    # The rows come in the order of the list. Sorting them again would read all of them before the first.
    return _compiled(_page(conditions, order, scanned, limit, is_sorted=True))


def _hot_scan(conditions, order, length, limit):
    source = "scanned JOIN listed_events listed ON listed.event_id = scanned.event_id"
    # Rows behind the scanned ones may have the same score as the last of them.
    complete = f"AND (score < (SELECT max(score) FROM scanned) OR (SELECT count(*) FROM scanned) < {length})"
    return f"""WITH scanned AS MATERIALIZED (
            SELECT event_id, score FROM ({hot_candidates_sql(f"LIMIT {length}")}) candidates
            ORDER BY score, event_id LIMIT {length}
        ) {_page(conditions, order, source, limit, complete, score="scanned.score")}"""


@lru_cache(maxsize=256)
def _sorted_matches(dialect, narrowest, conditions, order, limit):
    source, remaining = _source(dialect, narrowest), _remaining_conditions(dialect, narrowest, conditions)
    return _compiled(_page(remaining, order, source + _score_join(order), limit))


@lru_cache(maxsize=256)
def _count(dialect, narrowest, conditions):
    source, where = _source(dialect, narrowest), _where(_remaining_conditions(dialect, narrowest, conditions))
    if conditions == ("tags",):
        source, where = f"(SELECT DISTINCT event_id FROM ({_candidates(dialect, 'tags')}) found) listed", "true"
    return _compiled(f"SELECT count(*) AS number, {CHANGE_COUNTER} AS changes FROM {source} WHERE {where}")


def _page(conditions, order, source, limit, complete="", score=SCORE_SQL, *, is_sorted=False):
    sorting = "" if is_sorted else f"ORDER BY {ORDERS[order].format('found')}"
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {CHANGE_COUNTER} AS changes
        FROM (
            SELECT found.* FROM (
                SELECT listed.event_id, listed.starts_at, listed.cfp_ends_at{_score_column(order, score)}
                FROM {source} WHERE {_where(conditions)} {complete}
            ) found {sorting} {limit}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY {ORDERS[order].format("page")}"""


def _source(dialect, narrowest):
    """Return the rows to search. PostgreSQL chooses the index from the conditions by itself."""
    if dialect.plans_text_searches or narrowest not in ("title", "tags"):
        return "listed_events listed"
    found = _candidates(dialect, narrowest)
    return (
        f"(SELECT DISTINCT event_id FROM ({found})) found JOIN listed_events listed ON listed.event_id = found.event_id"
    )


def _remaining_conditions(dialect, narrowest, conditions):
    """Return the conditions that :func:`_source` does not already fulfil."""
    return tuple(name for name in conditions if dialect.plans_text_searches or name != "tags" or name != narrowest)


def _candidates(dialect, name):
    sql = CANDIDATES[name]
    return sql if isinstance(sql, str) else sql[dialect.name]


def _score_join(order):
    return " JOIN hot_events hot ON hot.event_id = listed.event_id" if order.startswith("hot") else ""


def _score_column(order, score=SCORE_SQL):
    return f", {score} AS score" if order.startswith("hot") else ""


def _where(conditions):
    return " AND ".join(CONDITIONS[name] for name in conditions) or "true"


def _compiled(sql):
    types = [bindparam(name, type_=UtcDateTime) for name in DATETIME_PARAMS if re.search(rf":{name}\b", sql)]
    types += [bindparam("tag_ids", expanding=True)] if ":tag_ids" in sql else []
    return CompiledStatement(text(sql).bindparams(*types))
