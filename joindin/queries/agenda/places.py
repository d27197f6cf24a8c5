"""Places of the agenda: one, those with a text, and all (contract, section 9)."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, or_, select, tuple_

from joindin.errors import NotFound
from joindin.models import Event, Place
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.agenda.usage import MAX_FOUND, PLACE, all_by_usage_sql, most_used_sql
from joindin.queries.search_patterns import like_param, like_pattern
from joindin.utils.text import fold_case, fold_case_accents, parse_id

_place = Place.__table__.c
_COLUMNS = (_place.id, _place.name, _place.address, _place.latitude, _place.longitude)
_MATCHES = f"(r.name_key LIKE {like_param('pattern')} OR lower(r.address) LIKE {like_param('pattern')})"
_SEARCH = most_used_sql(PLACE, _COLUMNS, _MATCHES, "r.lookup_key = :exact")
_MOST_USED = most_used_sql(PLACE, _COLUMNS, "true", "false")
_ALL = all_by_usage_sql(PLACE, (*_COLUMNS, _place.created_at, _place.updated_at), is_used_only=True)
_is_shown = or_(bindparam("sees_all", False), exists().where(Event.place_id == _place.id, Event.is_visible))
_BY_ID = CompiledStatement(select(*_place).where(_place.id == bindparam("id"), _is_shown))
_BY_NAME = CompiledStatement(
    select(*_place)
    .where(_place.name_key == bindparam("key"), _place.name == bindparam("name"), _is_shown)
    .order_by(_place.id)
    .limit(1)
)
_IDS_BY_NAME = CompiledStatement(
    select(_place.id)
    .where(_place.name_key.in_(bindparam("keys", expanding=True)), _place.name.in_(bindparam("names", expanding=True)))
    .order_by(_place.id)
)


def _alphabetical(is_backwards):
    """Return the statement of a page of places with their numbers of visible events that run or are to come."""
    position = tuple_(_place.name_key, _place.id)
    after = tuple_(bindparam("after_key"), bindparam("after_id"))
    is_coming = (
        Event.place_id == _place.id,
        Event.is_visible,
        func.coalesce(Event.ends_at, Event.starts_at) >= bindparam("now"),
    )
    number = select(func.count()).select_from(Event).where(*is_coming).scalar_subquery()
    order = (_place.name_key.desc(), _place.id.desc()) if is_backwards else (_place.name_key, _place.id)
    return CompiledStatement(
        select(_place.id, _place.name, _place.name_key, _place.address, number.label("number"))
        .where(position < after if is_backwards else position > after, exists().where(*is_coming))
        .order_by(*order)
        .limit(bindparam("size"))
    )


_FORWARDS, _BACKWARDS = _alphabetical(False), _alphabetical(True)


def list_places_alphabetically(
    connection, after: tuple[str, int], size: int, *, now: dt.datetime, is_backwards: bool = False
) -> Sequence:
    """Return a page of places with visible events that run or are to come, and the ``number`` of these events.

    It begins behind the key of the name and the id ``after``, or ends before them with the nearest first.
    """
    params = {"after_key": after[0], "after_id": after[1], "size": size, "now": now}
    return connection.execute(_BACKWARDS if is_backwards else _FORWARDS, params).all()


def search_places(connection, search: str | None, *, most: int = MAX_FOUND) -> Sequence:
    """Return at most ``most`` places with visible events, the most used first; with a text one of that very name before them.

    The text is part of the name or of the address, with the wildcards of LIKE.
    """
    if not search:
        return connection.execute(_MOST_USED, {"most": most}).all()
    params = {"pattern": like_pattern(search), "exact": fold_case(search), "most": most}
    return connection.execute(_SEARCH, params).all()


def list_used_places(connection) -> Sequence:
    """Return all places with visible events, the most used first."""
    return connection.execute(_ALL).all()


def find_place(connection, name_or_id: str, *, sees_all: bool = False):
    """Return the place. A number is always an id; the case of a name matters.

    Without ``sees_all`` it needs a visible event: people without an account may have sent the others.

    :raises NotFound: if there is none.
    """
    name = name_or_id.replace("\0", "")
    if name.isascii() and name.isdecimal():
        place = connection.execute(_BY_ID, {"id": parse_id(name) or 0, "sees_all": sees_all}).first()
    else:
        params = {"key": fold_case_accents(name), "name": name, "sees_all": sees_all}
        place = connection.execute(_BY_NAME, params).first()
    if place is None:
        raise NotFound("Not Found")
    return place


def find_place_ids(connection, names_or_ids: Sequence[str]) -> tuple[int, ...]:
    """Return the ids among the texts, and those of the places that the other texts name."""
    numbers = [text for text in names_or_ids if text.isascii() and text.isdecimal()]
    names = sorted({text for text in names_or_ids if text not in numbers})
    ids = {number for text in numbers if (number := parse_id(text))}
    if names:
        ids |= set(
            connection.scalars(
                _IDS_BY_NAME, {"keys": sorted({fold_case_accents(name) for name in names}), "names": names}
            )
        )
    return tuple(sorted(ids))
