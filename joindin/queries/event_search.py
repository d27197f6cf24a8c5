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

from joindin.database import UtcDateTime
from joindin.queries.hot import SCORE, hottest
from joindin.queries.memory import CHANGES, remembered_count
from joindin.queries.paging import Page, Paging
from joindin.reading import Prepared

# No more than so many are put in order; more is common.
RARE = 1000
# So many are looked at by walking, the fewer first, before everything is.
WALKS = (250, 1000, 4000)

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


def search_events(connection, conditions: tuple, order: str, values: dict, paging: Paging) -> Page:
    """A page of keys of what fits all ``conditions``, in that ``order``.

    One statement for what is rare; for what is common one for the rows and one for the total, which
    is remembered. A ``match`` of None says that the title is too short for its index.
    """
    dialect = connection.dialect.name
    values = values | {"size": paging.size, "offset": paging.start or 0}
    narrowest = next((name for name in CANDIDATES if name in conditions and not _is_short(name, values)), None)
    is_limited = paging.size > 0
    question = (connection.engine.url, narrowest, conditions, tuple(_asked(values, conditions).items()))
    if narrowest is not None and question not in _common:
        statement = _rare(dialect, narrowest, conditions, order, is_limited)
        rows = connection.execute(statement, values).all()
        if rows[0].candidates <= RARE:
            return Page([row for row in rows if row.id is not None], rows[0].total, paging)
        _remember_common(question)
    counting = _count(dialect, narrowest, conditions)
    total = remembered_count(connection, counting, _asked(values, conditions))
    due = min(paging.size, total - (paging.start or 0)) if is_limited else total
    rows = []
    for length in WALKS if is_limited else ():
        if len(rows) < due:
            rows = connection.execute(_walk(conditions, order), values | {"walked": length}).all()
    if len(rows) < due:
        statement = _whole(dialect, narrowest, conditions, order, is_limited)
        rows = connection.execute(statement, values).all()
    return Page(rows, total, paging)


# Questions that much was found for when they were asked before. Whether it still is does not matter for the answer.
_common = OrderedDict()


def _remember_common(question):
    _common[question] = True
    while len(_common) > RARE:
        # Another thread may have been there.
        with suppress(KeyError):
            _common.popitem(last=False)


def _asked(values, conditions):
    """The values on which a total depends."""
    return {name: value for condition in conditions for name, value in values.items() if name in ASKED[condition]}


def _is_short(name, values):
    return name == "title" and values["match"] is None


@lru_cache(maxsize=512)
def _rare(dialect, narrowest, conditions, order, is_limited):
    return _typed(f"""
        WITH candidates AS MATERIALIZED ({_candidates(dialect, narrowest)} LIMIT {RARE + 1}),
        found AS MATERIALIZED (
            SELECT DISTINCT listed.event_id, listed.starts_at, listed.cfp_ends_at{_score(order)}
            FROM candidates JOIN listed_events listed ON listed.event_id = candidates.event_id {_heat(order)}
            WHERE (SELECT count(*) FROM candidates) <= {RARE} AND {_where(conditions)}
        )
        SELECT page.event_id AS id, events.version, false AS is_pending, numbers.total, numbers.candidates
        FROM (SELECT (SELECT count(*) FROM found) AS total, (SELECT count(*) FROM candidates) AS candidates) numbers
        LEFT JOIN (SELECT * FROM found ORDER BY {ORDERS[order].format("found")} {_limit(is_limited)}) page ON true
        LEFT JOIN events ON events.id = page.event_id
        ORDER BY {ORDERS[order].format("page")}""")


@lru_cache(maxsize=512)
def _walk(conditions, order):
    source, more = "walked listed", ""
    if order.startswith("hot"):
        source = "walked JOIN listed_events listed ON listed.event_id = walked.event_id"
        # The last of those walked past may have others behind them that are as hot.
        more = "AND (score < (SELECT max(score) FROM walked) OR (SELECT count(*) FROM walked) < :walked)"
    page = _page(conditions, order, source, True, more, scored="walked.score")
    return _typed(f"WITH walked AS MATERIALIZED ({_walked(conditions, order)}) {page}")


def _walked(conditions, order):
    if order.startswith("hot"):
        return f"""SELECT event_id, score FROM ({hottest("LIMIT :walked")}) near
            ORDER BY score, event_id LIMIT :walked"""
    within = [name for name in ("from", "until", "cfp") if name in conditions]
    where = f"WHERE {_where(within)}" if within else ""
    return f"SELECT listed.* FROM listed_events listed {where} ORDER BY {ORDERS[order].format('listed')} LIMIT :walked"


@lru_cache(maxsize=512)
def _whole(dialect, narrowest, conditions, order, is_limited):
    source, checked = _source(dialect, narrowest), _checked(dialect, narrowest, conditions)
    return _typed(_page(checked, order, source + _heat(order), is_limited))


@lru_cache(maxsize=512)
def _count(dialect, narrowest, conditions):
    source, where = _source(dialect, narrowest), _where(_checked(dialect, narrowest, conditions))
    if conditions == ("tags",):
        source, where = f"(SELECT DISTINCT event_id FROM ({_candidates(dialect, 'tags')}) found) listed", "true"
    return _typed(f"SELECT count(*) AS number, {CHANGES} AS changes FROM {source} WHERE {where}")


def _page(conditions, order, source, is_limited, more="", scored=SCORE):
    return f"""
        SELECT page.event_id AS id, events.version, false AS is_pending
        FROM (
            SELECT found.* FROM (
                SELECT listed.event_id, listed.starts_at, listed.cfp_ends_at{_score(order, scored)}
                FROM {source} WHERE {_where(conditions)} {more}
            ) found ORDER BY {ORDERS[order].format("found")} {_limit(is_limited)}
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


def _score(order, score=SCORE):
    return f", {score} AS score" if order.startswith("hot") else ""


def _where(conditions):
    return " AND ".join(CONDITIONS[name] for name in conditions) or "true"


def _limit(is_limited):
    return "LIMIT :size OFFSET :offset" if is_limited else ""


def _typed(sql):
    statement = text(sql)
    types = [bindparam(name, type_=UtcDateTime) for name in INSTANTS if re.search(rf":{name}\b", sql)]
    if ":tag_ids" not in sql:
        return Prepared(statement.bindparams(*types))
    # Their number changes, and with it the words.
    return statement.bindparams(*types, bindparam("tag_ids", expanding=True))
