"""Keys of feeds: which events a feed contains, and how far each has changed. The texts are read only if they are rendered."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import bindparam, func, select, text

from joindin.db.base import UtcDateTime
from joindin.models import Event
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.queries.agenda.agenda_lists import AgendaFilter, Choice, list_agenda
from joindin.queries.agenda.facets import Facets
from joindin.queries.search_patterns import like_param, like_pattern

# A feed contains at most this many events, the soonest ones.
MAX_FEED_ENTRIES = 50_000
# The events of a search or a collection among which the newest are found: the soonest ones.
MAX_CANDIDATES = 1_000

_events = Event.__table__.c
REVISED_AT = func.coalesce(_events.revised_at, _events.submitted_at, _events.starts_at, type_=UtcDateTime)
_KEYS = CompiledStatement(
    select(
        _events.id,
        _events.revision,
        REVISED_AT.label("revised_at"),
        _events.starts_at,
        _events.ends_at,
        _events.timezone,
        _events.parent_id,
        _events.occurrence_at,
    ).where(_events.id.in_(bindparam("ids", expanding=True)))
)

# Conditions by the name of their parameter: lists of ids, so that the events outside of them are not read.
_CONDITIONS = {
    "tag_ids": "e.id IN (SELECT event_id FROM listed_tags WHERE tag_id IN :tag_ids)",
    "place_ids": "e.id IN (SELECT id FROM events WHERE place_id IN :place_ids)",
    "city_id": "e.id IN (SELECT id FROM events WHERE city_id = :city_id)",
    "country_code": "e.id IN (SELECT id FROM events WHERE country_code = :country_code)",
    "host_id": "e.id IN (SELECT event_id FROM event_hosts WHERE user_id = :host_id)",
    "title": f"l.name_key LIKE {like_param('title')}",
}
_NEWEST_FIRST, _BY_START = "l.event_id DESC", "l.starts_at, l.event_id"


@dataclass(frozen=True)
class FeedSelection:
    """The events of a feed: with one of the tags, at one of the places, in the city and country, of the host, and with the text in their title.

    None stands for any. A ``collection``, as its choices, selects instead of these.
    """

    tag_ids: tuple[int, ...] | None = None
    place_ids: tuple[int, ...] | None = None
    city_id: int | None = None
    country_code: str | None = None
    host_id: int | None = None
    text: str | None = None
    collection: tuple[tuple[Choice, ...] | None, tuple[Choice, ...]] | None = None


def load_feed_keys(connection, chunks: Iterable[Sequence]) -> list:
    """Return the keys of the events in the chunks of :func:`list_agenda`, in their order: one statement a chunk."""
    keys = []
    for chunk in chunks:
        keys += read_keys(connection, [key.id for key in chunk])
        if len(keys) >= MAX_FEED_ENTRIES:
            break
    return keys[:MAX_FEED_ENTRIES]


def list_soonest(connection, selection: FeedSelection, since: dt.datetime) -> list:
    """Return the keys of the events that have not ended before ``since``, by start."""
    # The lists of the agenda know no hosts.
    if selection.host_id is not None and selection.collection is None:
        return _list(connection, selection, since, _BY_START, MAX_FEED_ENTRIES, 0)
    return load_feed_keys(connection, list_agenda(connection, _agenda_filter(selection, since)))


def list_newest(connection, selection: FeedSelection, since: dt.datetime, *, limit: int, offset: int) -> list:
    """Return a page of the keys of the events that have not ended before ``since``, the newest added first."""
    if selection.collection is None and (selection.text is None or selection.host_id is not None):
        return _list(connection, selection, since, _NEWEST_FIRST, limit, offset)
    chunks = list_agenda(connection, _agenda_filter(selection, since), limit=MAX_CANDIDATES)
    newest = sorted((key.id for chunk in chunks for key in chunk), reverse=True)
    return read_keys(connection, newest[offset : offset + limit])


def _agenda_filter(selection, since):
    if selection.collection is not None:
        any_of, none_of = selection.collection
        return AgendaFilter(since=since, any_of=any_of, none_of=none_of)
    has_choice = selection.tag_ids is not None or selection.place_ids is not None
    choice = (Choice(selection.tag_ids, selection.place_ids),) if has_choice else None
    facets = Facets(city_id=selection.city_id, country_code=selection.country_code)
    return AgendaFilter(since=since, any_of=choice, text=selection.text, facets=facets)


def _list(connection, selection, since, order, limit, offset):
    params = {
        "tag_ids": selection.tag_ids,
        "place_ids": selection.place_ids,
        "city_id": selection.city_id,
        "country_code": selection.country_code,
        "host_id": selection.host_id,
        "title": None if selection.text is None else like_pattern(selection.text),
    }
    params = {name: value for name, value in params.items() if value is not None}
    statement = _list_statement(tuple(params), order)
    rows = connection.execute(statement, params | {"since": since, "limit": limit, "offset": offset}).all()
    return read_keys(connection, [row.event_id for row in rows])


@lru_cache(maxsize=64)
def _list_statement(names, order):
    conditions = " AND ".join(
        ["NOT e.is_ahead", "(l.starts_at >= :since OR e.ends_at >= :since)", *(_CONDITIONS[name] for name in names)]
    )
    statement = text(
        f"""SELECT l.event_id FROM listed_events l JOIN events e ON e.id = l.event_id
            WHERE {conditions} ORDER BY {order} LIMIT :limit OFFSET :offset"""
    )
    lists = (bindparam(name, expanding=True) for name in names if name.endswith("_ids"))
    return CompiledStatement(statement.bindparams(bindparam("since", type_=UtcDateTime), *lists))


def read_keys(connection, event_ids: Sequence[int]) -> list:
    """Return the keys of these events, in this order: one statement a batch."""
    rows = {row.id: row for ids in batched(event_ids) for row in connection.execute(_KEYS, {"ids": ids})}
    return [rows[event_id] for event_id in event_ids if event_id in rows]
