"""Lists of events that are narrowed by title, short name, several tags, or two things at once.

What is rare is found through its index and put in order. What is common is met soon by walking in
the order of the list. Only what is neither (there is much of it, and all far from the beginning)
is looked up and put in order whole.
"""

import re
from collections import OrderedDict
from contextlib import suppress
from functools import lru_cache

from sqlalchemy import bindparam, text

from joindin.db.base import UtcDateTime
from joindin.performance.caching.query_cache import (
    CHANGE_COUNTER,
    are_current,
    cached_count,
    peek_count,
    recall,
    remember,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.queries.event_lists.hot import SCORE_SQL, hot_candidates_sql
from joindin.queries.paging import Page, Paging, limit_clause

# No more than so many are put in order; more is common.
RARE_MATCH_LIMIT = 1000
# So many are looked at by walking, the fewer first, before everything is.
SCAN_STEPS = (250, 1000, 4000)

# So often a search is begun anew when something has changed since what was remembered.
ATTEMPTS = 3

INSTANTS = ("from", "until", "today", "soon")

CONDITIONS = {
    "from": "listed.starts_at >= :from",
    "until": "listed.starts_at < :until",
    "cfp": "listed.cfp_ends_at >= :today AND listed.cfp_starts_at <= :soon",
    "title": "listed.name_key LIKE :title ESCAPE '\\'",
    "stub": "listed.event_id = (SELECT id FROM events WHERE lower(stub) = :stub)",
    "tags": """EXISTS (SELECT 1 FROM listed_tags tagged WHERE tagged.tag_id IN :tag_ids
        AND tagged.starts_at = listed.starts_at AND tagged.event_id = listed.event_id)""",
}

# What is said of each, for whoever remembers the answer.
ASKED = {
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

# What may hold everything that is wanted, by the condition that narrows most.
CANDIDATES = {
    "stub": "SELECT id AS event_id FROM events WHERE lower(stub) = :stub",
    "title": {
        "sqlite": "SELECT rowid AS event_id FROM event_titles WHERE event_titles MATCH :match",
        "postgresql": "SELECT event_id FROM listed_events WHERE name_key LIKE :title ESCAPE '\\'",
    },
    "tags": "SELECT event_id FROM listed_tags WHERE tag_id IN :tag_ids",
}


KEYS = CompiledStatement(
    text(
        f"SELECT id, version, false AS is_pending, {CHANGE_COUNTER} AS changes FROM events WHERE id IN :ids"
    ).bindparams(bindparam("ids", expanding=True))
)


def search_events(connection, conditions: tuple, order: str, values: dict, paging: Paging) -> Page:
    """A page of keys of what fits all ``conditions``, in that ``order``.

    What is found is remembered until anything that lists go by changes: the whole of what is rare,
    else a page. So asked again it costs one statement. A ``match`` of None says that the
    title is too short for its index.
    """
    values = values | {"size": paging.size, "offset": paging.start or 0}
    narrowest = next((name for name in CANDIDATES if name in conditions and not _is_short(name, values)), None)
    question = (narrowest, conditions, order, tuple(sorted(_asked(values, conditions).items())))
    page = None
    if narrowest is not None and (connection.engine.url, question) not in _common:
        page = (_rare_page if _changes_unseen(question) else _remembered_page)(connection, question, values, paging)
        if page is None:
            _remember_common((connection.engine.url, question))
    return page or _common_page(connection, question, values, paging)


def _changes_unseen(question):
    """Whether the answer may change without a change of what lists go by: short names do, and how hot something is."""
    narrowest, _, order, _ = question
    return narrowest == "stub" or order.startswith("hot")


def _remembered_page(connection, question, values, paging):
    """The page if the question finds little; None if it finds much. Everything is found at once, and remembered."""
    start = paging.start or 0
    part = slice(start, start + paging.size) if paging.size else slice(None)
    if (known := recall(connection, question)) and (page := _page_of(connection, known, part, paging)):
        return page
    for _attempt in range(ATTEMPTS):
        rows = connection.execute(_ids(connection.dialect.name, *question[:3]), values).all()
        if rows[0].candidates > RARE_MATCH_LIMIT:
            return None
        ids = [row.id for row in rows if row.id is not None]
        known = remember(connection, question, ids, len(ids), rows[0].changes)
        if page := _page_of(connection, known, part, paging):
            return page
    # Somebody writes all the time.
    return _rare_page(connection, question, values, paging)


def _page_of(connection, known, part, paging):
    """A part of what was found before; None if it is not current any more."""
    ids = known.ids[part]
    keys = {key.id: key for batch in batched(ids) for key in connection.execute(KEYS, {"ids": batch})}
    changes = {key.changes for key in keys.values()} or {None}
    if not all(are_current(connection, known, each) for each in changes):
        return None
    return Page([keys[event_id] for event_id in ids if event_id in keys], known.total, paging)


def _rare_page(connection, question, values, paging):
    narrowest, conditions, order, _ = question
    rows = connection.execute(
        _rare(connection.dialect.name, narrowest, conditions, order, limit_clause(paging)), values
    ).all()
    if rows[0].candidates > RARE_MATCH_LIMIT:
        return None
    return Page([row for row in rows if row.id is not None], rows[0].total, paging)


def _common_page(connection, question, values, paging):
    this_page = (question, paging.start or 0, paging.size)
    if (known := recall(connection, this_page)) and (page := _page_of(connection, known, slice(None), paging)):
        return page
    page = _walked_page(connection, question, values, paging)
    if page.items and len(page.items) <= RARE_MATCH_LIMIT and not _changes_unseen(question):
        remember(connection, this_page, [row.id for row in page.items], page.total, page.items[0].changes)
    return page


def _walked_page(connection, question, values, paging):
    (narrowest, conditions, order, asked), cut, dialect = question, limit_clause(paging), connection.dialect.name
    counting, asked, start = _count(dialect, narrowest, conditions), dict(asked), paging.start or 0 if cut else 0
    # What it was will do, for it is read anew with the rows; unless none were due.
    total = peek_count(connection, counting, asked)
    if total is None or total <= start:
        total = cached_count(connection, counting, asked)
    rows = []
    for length in SCAN_STEPS if cut else ():
        if len(rows) < min(paging.size, total - start):
            rows = connection.execute(_walk(conditions, order, length, cut), values).all()
            total = cached_count(connection, counting, asked, rows[0].changes if rows else None)
    if len(rows) < (min(paging.size, total - start) if cut else total):
        rows = connection.execute(_whole(dialect, narrowest, conditions, order, cut), values).all()
        total = cached_count(connection, counting, asked, rows[0].changes if rows else None)
    return Page(rows, total, paging)


# Questions that much was found for when they were asked before. Whether it still is does not matter for the answer.
_common = OrderedDict()


def _remember_common(question):
    _common[question] = True
    while len(_common) > RARE_MATCH_LIMIT:
        # Another thread may have been there.
        with suppress(KeyError):
            _common.popitem(last=False)


def _asked(values, conditions):
    """The values on which a total depends."""
    return {name: value for condition in conditions for name, value in values.items() if name in ASKED[condition]}


def _is_short(name, values):
    return name == "title" and values["match"] is None


@lru_cache(maxsize=512)
def _rare(dialect, narrowest, conditions, order, cut):
    return _typed(f"""
        {_found(dialect, narrowest, conditions, order)}
        SELECT page.event_id AS id, events.version, false AS is_pending, numbers.total, numbers.candidates
        FROM (SELECT (SELECT count(*) FROM found) AS total, (SELECT count(*) FROM candidates) AS candidates) numbers
        LEFT JOIN (SELECT * FROM found ORDER BY {ORDERS[order].format("found")} {cut}) page ON true
        LEFT JOIN events ON events.id = page.event_id
        ORDER BY {ORDERS[order].format("page")}""")


@lru_cache(maxsize=512)
def _ids(dialect, narrowest, conditions, order):
    """All of what is rare, in its order; a row without anything if there is none, or too much."""
    return _typed(f"""
        {_found(dialect, narrowest, conditions, order)}
        SELECT found.event_id AS id, numbers.candidates, {CHANGE_COUNTER} AS changes
        FROM (SELECT count(*) AS candidates FROM candidates) numbers LEFT JOIN found ON true
        ORDER BY {ORDERS[order].format("found")}""")


def _found(dialect, narrowest, conditions, order):
    return f"""WITH candidates AS MATERIALIZED ({_candidates(dialect, narrowest)} LIMIT {RARE_MATCH_LIMIT + 1}),
        found AS MATERIALIZED (
            SELECT DISTINCT listed.event_id, listed.starts_at, listed.cfp_ends_at{_score(order)}
            FROM candidates JOIN listed_events listed ON listed.event_id = candidates.event_id {_heat(order)}
            WHERE (SELECT count(*) FROM candidates) <= {RARE_MATCH_LIMIT} AND {_where(conditions)}
        )"""


@lru_cache(maxsize=512)
def _walk(conditions, order, length, cut):
    source, more = "walked listed", ""
    if order.startswith("hot"):
        source = "walked JOIN listed_events listed ON listed.event_id = walked.event_id"
        # The last of those walked past may have others behind them that are as hot.
        more = f"AND (score < (SELECT max(score) FROM walked) OR (SELECT count(*) FROM walked) < {length})"
    page = _page(conditions, order, source, cut, more, scored="walked.score")
    return _typed(f"WITH walked AS MATERIALIZED ({_walked(conditions, order, length)}) {page}")


def _walked(conditions, order, length):
    if order.startswith("hot"):
        return f"""SELECT event_id, score FROM ({hot_candidates_sql(f"LIMIT {length}")}) near
            ORDER BY score, event_id LIMIT {length}"""
    within = [name for name in ("from", "until", "cfp") if name in conditions]
    where = f"WHERE {_where(within)}" if within else ""
    return f"SELECT listed.* FROM listed_events listed {where} ORDER BY {ORDERS[order].format('listed')} LIMIT {length}"


@lru_cache(maxsize=512)
def _whole(dialect, narrowest, conditions, order, cut):
    source, checked = _source(dialect, narrowest), _checked(dialect, narrowest, conditions)
    return _typed(_page(checked, order, source + _heat(order), cut))


@lru_cache(maxsize=512)
def _count(dialect, narrowest, conditions):
    source, where = _source(dialect, narrowest), _where(_checked(dialect, narrowest, conditions))
    if conditions == ("tags",):
        source, where = f"(SELECT DISTINCT event_id FROM ({_candidates(dialect, 'tags')}) found) listed", "true"
    return _typed(f"SELECT count(*) AS number, {CHANGE_COUNTER} AS changes FROM {source} WHERE {where}")


def _page(conditions, order, source, cut, more="", scored=SCORE_SQL):
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending, {CHANGE_COUNTER} AS changes
        FROM (
            SELECT found.* FROM (
                SELECT listed.event_id, listed.starts_at, listed.cfp_ends_at{_score(order, scored)}
                FROM {source} WHERE {_where(conditions)} {more}
            ) found ORDER BY {ORDERS[order].format("found")} {cut}
        ) page JOIN events ON events.id = page.event_id
        ORDER BY {ORDERS[order].format("page")}"""


def _source(dialect, narrowest):
    """The rows to look through. PostgreSQL finds the way from the conditions by itself."""
    if dialect != "sqlite" or narrowest not in ("title", "tags"):
        return "listed_events listed"
    found = _candidates(dialect, narrowest)
    return (
        f"(SELECT DISTINCT event_id FROM ({found})) found JOIN listed_events listed ON listed.event_id = found.event_id"
    )


def _checked(dialect, narrowest, conditions):
    """The conditions, without the one that everything from the source fulfils."""
    return tuple(name for name in conditions if dialect != "sqlite" or name != "tags" or name != narrowest)


def _candidates(dialect, name):
    sql = CANDIDATES[name]
    return sql if isinstance(sql, str) else sql[dialect]


def _heat(order):
    return " JOIN hot_events hot ON hot.event_id = listed.event_id" if order.startswith("hot") else ""


def _score(order, score=SCORE_SQL):
    return f", {score} AS score" if order.startswith("hot") else ""


def _where(conditions):
    return " AND ".join(CONDITIONS[name] for name in conditions) or "true"


def _typed(sql):
    statement = text(sql)
    types = [bindparam(name, type_=UtcDateTime) for name in INSTANTS if re.search(rf":{name}\b", sql)]
    types += [bindparam("tag_ids", expanding=True)] if ":tag_ids" in sql else []
    return CompiledStatement(statement.bindparams(*types))
