"""SQL of the lists of the agenda, compiled once for each shape of a filter (see ``agenda_lists``)."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from sqlalchemy import bindparam, text

from joindin.db.base import UtcDateTime
from joindin.performance.read_models.running_events import running_events_sql
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda import facets
from joindin.queries.agenda.list_settings import LIST_SETTINGS_SQL
from joindin.queries.agenda.local_days import days_condition
from joindin.queries.event_lists.search import CANDIDATES
from joindin.queries.search_patterns import like_param

# Scans that are merged in one statement. A filter that names more tags and places is a condition of one scan of all.
MAX_SCANS = 40

# Each scan provides the columns ``id`` and ``starts_at``; ``e`` is the event.
_SOURCES = {
    # Reads only indexes: for counts without conditions on the columns of the event.
    "unfiltered": (
        "listed_events l",
        "l.starts_at",
        "l.event_id",
        ("NOT EXISTS (SELECT 1 FROM events ahead WHERE ahead.id = l.event_id AND ahead.is_ahead)",),
    ),
    "all": ("listed_events l JOIN events e ON e.id = l.event_id", "l.starts_at", "l.event_id", ()),
    "tag": ("listed_tags t JOIN events e ON e.id = t.event_id", "t.starts_at", "t.event_id", ("t.tag_id = :scan{0}",)),
    "place": ("events e", "e.starts_at", "e.id", ("e.place_id = :scan{0}", "e.is_visible")),
    "facet": ("events e", "e.starts_at", "e.id", ("e.is_visible",)),
    "found": (
        # In this order: SQLite would scan the listed events.
        "({candidates}) found CROSS JOIN listed_events l CROSS JOIN events e",
        "l.starts_at",
        "l.event_id",
        ("l.event_id = found.event_id", "e.id = l.event_id"),
    ),
}
_TAGGED = """EXISTS (SELECT 1 FROM listed_tags tagged WHERE tagged.tag_id IN :{0}
    AND tagged.starts_at = e.starts_at AND tagged.event_id = e.id)"""
_NAMED_PLACES = f"SELECT id FROM places WHERE name_key LIKE {like_param('title')}"
_HAS_TEXT = f"""(e.name_key LIKE {like_param("title")} OR e.place_id IN ({_NAMED_PLACES})
    OR {_TAGGED.format("text_tags")})"""
# SQLite would scan the events while its statistics are from a time when few events had a place.
_BY_PLACE = {"sqlite": "INDEXED BY ix_events_place_id", "postgresql": ""}


# Nearly every event has no parent. SQLite would read them all from the index of parents; the sign keeps it from that.
_IS_SINGLE = {"sqlite": "+e.parent_id IS NULL", "postgresql": "e.parent_id IS NULL"}


@dataclass(frozen=True)
class Shape:
    """Everything that the text of a statement depends on.

    ``times`` are the bounds that are given, ``days`` those in local days (``local_days.py``). ``any_of`` and ``none_of``
    say for each choice whether it names tags, and places. ``scans`` are the tags and places that are scanned one by one: kind, number of the choice, index in it.
    ``facets`` are further conditions (``facets.py``). ``candidates`` names what provides the sorted events: ``text`` or a facet.
    ``limit`` is that of a first page of a frequent size: PostgreSQL plans such a statement once, and one with an unknown
    limit at each execution.
    """

    dialect: str
    times: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    any_of: tuple[tuple[bool, bool], ...] | None = None
    none_of: tuple[tuple[bool, bool], ...] = ()
    scans: tuple[tuple[str, int, int], ...] = ()
    with_multidate: bool = True
    with_occurrences: bool = True
    has_text: bool = False
    facets: tuple[str, ...] = ()
    candidates: str | None = None
    is_latest_first: bool = False
    is_continued: bool = False
    limit: int | None = None
    with_settings: bool = False

    @property
    def has_only_starts(self) -> bool:
        """Return whether the times of the starts are the only conditions."""
        return "ended_before" not in self.times and replace(self, times=(), is_latest_first=False) == Shape(
            self.dialect
        )


@lru_cache(maxsize=512)
def list_statement(shape: Shape) -> CompiledStatement:
    """Return the statement of a page; its parameters are named as in the templates of this module."""
    direction = "DESC" if shape.is_latest_first else "ASC"
    settings = f", {LIST_SETTINGS_SQL[shape.dialect]} AS settings" if shape.with_settings else ""
    return _compiled(f"""
        SELECT page.id, events.version, {_time("events.starts_at", shape)}, {_time("events.ends_at", shape)}{settings}
        FROM (
            SELECT id, starts_at FROM ({_merged(shape)}) merged
            ORDER BY starts_at {direction}, id {direction} {_limits(shape)[0]}
        ) page JOIN events ON events.id = page.id
        ORDER BY page.starts_at {direction}, page.id {direction}""")


@lru_cache(maxsize=64)
def count_statement(shape: Shape) -> CompiledStatement:
    """Return the statement of the number of events, as far as ``:reach``."""
    scans = _merged(shape, "unfiltered" if shape.has_only_starts else "all")
    return _compiled(f"SELECT count(*) FROM (SELECT id FROM ({scans}) merged LIMIT :reach) counted")


@lru_cache(maxsize=16)
def candidates_statement(dialect: str, candidates: str) -> CompiledStatement:
    """Return the statement that counts what a text or a facet may match, as far as ``:most``."""
    return _compiled(f"SELECT count(*) FROM ({_candidates(dialect, candidates)} LIMIT :most) found")


def _merged(shape, source_of_all="all"):
    scans = [*_ordinary_scans(shape, source_of_all), *([_running_scan(shape)] if "since" in shape.times else [])]
    # An event is in several scans if it has several of the tags.
    union = " UNION ALL " if len(shape.scans) < 2 else " UNION "
    return union.join(f"SELECT * FROM ({scan}) scan{number}" for number, scan in enumerate(scans))


def _time(column, shape):
    """Return SQL for a time as a text in UTC, which SQLite stores and psycopg reads faster than a timestamp."""
    if shape.dialect == "sqlite":
        return column
    return f"CAST({column} AT TIME ZONE 'UTC' AS text) AS {column.partition('.')[2]}"


def _ordinary_scans(shape, source_of_all):
    if shape.candidates:
        return [_scan(shape, "found", 0, _choices(shape.any_of))]
    if not shape.scans:
        return [_facet_scan(shape) or _scan(shape, source_of_all, 0, _choices(shape.any_of))]
    return [
        _scan(shape, kind, number, _other_condition(shape, kind, choice))
        for number, (kind, choice, _) in enumerate(shape.scans)
    ]


def _facet_scan(shape):
    """Return the scan of the first facet that an index has in the order of the list; None if there is none."""
    for name, condition in facets.ORDERED.items():
        if name in shape.facets:
            others = replace(shape, facets=tuple(other for other in shape.facets if other != name))
            return _scan(others, "facet", 0, [condition, *_choices(shape.any_of)])
    return None


def _other_condition(shape, kind, choice):
    """Return the condition of a choice that the scan of one of its tags does not fulfil: the places."""
    return [_in_places(f"any{choice}")] if kind == "tag" and shape.any_of[choice][1] else []


def _scan(shape, kind, number, conditions):
    source, starts_at, event_id, own_conditions = _SOURCES[kind]
    if kind == "found":
        source = source.format(candidates=f"{_candidates(shape.dialect, shape.candidates)} LIMIT :most")
    where = [
        *(condition.format(number) for condition in own_conditions),
        *([f"{starts_at} >= :since"] if "since" in shape.times else []),
        *_time_bounds(shape, starts_at, event_id),
        *conditions,
        *([] if kind == "unfiltered" else _common_conditions(shape)),
    ]
    return _ordered(shape, source, starts_at, event_id, where)


def _running_scan(shape):
    """Return the scan of the events that began before the list and have not ended."""
    conditions = [
        *("e.is_visible", "e.starts_at < :since", "e.ends_at >= :since"),
        *_time_bounds(shape, "e.starts_at", "e.id"),
        *_choices(shape.any_of),
        *_common_conditions(shape),
    ]
    source, _, where = running_events_sql(shape.dialect).partition(" WHERE ")
    return _ordered(shape, source, "e.starts_at", "e.id", [where, *conditions])


def _ordered(shape, source, starts_at, event_id, conditions):
    direction = "DESC" if shape.is_latest_first else "ASC"
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"""SELECT {event_id} AS id, {starts_at} AS starts_at FROM {source} {where}
        ORDER BY {starts_at} {direction}, {event_id} {direction} {_limits(shape)[1]}"""


def _limits(shape):
    """Return the limits of the page and of each scan."""
    if shape.limit is not None:
        return (f"LIMIT {shape.limit}",) * 2
    return "LIMIT :size OFFSET :offset", "LIMIT :reach"


def _time_bounds(shape, starts_at, event_id):
    after = "<" if shape.is_latest_first else ">"
    return [
        *([f"{starts_at} >= :starts_from"] if "starts_from" in shape.times else []),
        *([f"{starts_at} <= :starts_until"] if "starts_until" in shape.times else []),
        *(
            [f"{starts_at} {after}= :after AND ({starts_at} {after} :after OR {event_id} {after} :after_id)"]
            if shape.is_continued
            else []
        ),
    ]


def _common_conditions(shape):
    return [
        *(["e.ends_at < :ended_before"] if "ended_before" in shape.times else []),
        *(days_condition(shape.dialect, bound) for bound in shape.days),
        *([] if shape.with_multidate else ["NOT e.is_multidate"]),
        "NOT e.is_ahead" if shape.with_occurrences else _IS_SINGLE[shape.dialect],
        *(f"NOT {_choice(f'none{number}', kinds)}" for number, kinds in enumerate(shape.none_of)),
        *([_HAS_TEXT] if shape.has_text else []),
        *(facets.CONDITIONS[name] for name in shape.facets),
    ]


def _choices(kinds):
    """Return the condition that an event is in one of the choices."""
    if kinds is None:
        return []
    return [f"({' OR '.join(_choice(f'any{number}', each) for number, each in enumerate(kinds))})"]


def _choice(name, kinds):
    conditions = [*([_TAGGED.format(f"{name}_tags")] if kinds[0] else []), *([_in_places(name)] if kinds[1] else [])]
    return f"({' AND '.join(conditions) or 'true'})"


def _in_places(name):
    # NOT of a comparison with NULL would leave out the events without a place.
    return f"coalesce(e.place_id, 0) IN :{name}_places"


def _candidates(dialect, name):
    """Return SQL for a superset of the events with the text or the facet."""
    return _text_candidates(dialect) if name == "text" else facets.CANDIDATES[name]


def _text_candidates(dialect):
    titles = CANDIDATES["title"][dialect]
    parts = (
        f"{titles} LIMIT :most",
        f"""SELECT id AS event_id FROM events {_BY_PLACE[dialect]}
            WHERE place_id IN ({_NAMED_PLACES}) AND is_visible LIMIT :most""",
        "SELECT event_id FROM listed_tags WHERE tag_id IN :text_tags LIMIT :most",
    )
    return (
        "SELECT event_id FROM ("
        + " UNION ".join(f"SELECT * FROM ({part}) p{i}" for i, part in enumerate(parts))
        + ") c"
    )


def _compiled(sql):
    names = set(re.findall(r"(?<!:):(\w+)", sql))
    times = {"since", "starts_from", "starts_until", "ended_before", "after", "call_now"}
    times |= {"first_latest", "after_last_earliest"}
    lists = {name for name in names if name.endswith(("_tags", "_places"))}
    return CompiledStatement(
        text(sql).bindparams(
            *(bindparam(name, type_=UtcDateTime) for name in sorted(names) if name in times),
            *(bindparam(name, expanding=True) for name in sorted(lists)),
        )
    )
