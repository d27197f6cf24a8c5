"""Entries of the agenda as Gancio's API shows them: access to one, and records of many with all that is shown."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from types import SimpleNamespace

from sqlalchemy import and_, bindparam, exists, false, func, or_, select, true

from joindin.db.base import UtcDateTime
from joindin.errors import NotFound
from joindin.models import (
    Event,
    EventContact,
    EventFlyer,
    EventHost,
    EventSeries,
    Place,
    Tag,
    User,
    event_tags,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.permissions import can_moderate_agenda, can_see_agenda_event
from joindin.queries.agenda.neighbours import neighbour_slug
from joindin.queries.paging import MAX_PAGE_SIZE
from joindin.utils.row_ids import MAX_ROW_ID
from joindin.viewer import UserSnapshot, Viewer

_events, _parents = Event.__table__.c, Event.__table__.alias("parents").c
_places, _flyers, _series = Place.__table__.c, EventFlyer.__table__.c, EventSeries.__table__.c
_parent_series = EventSeries.__table__.alias("parent_series").c

_first_host_id = (
    select(EventHost.user_id)
    .where(EventHost.event_id == _events.id)
    .order_by(EventHost.id)
    .limit(1)
    .correlate(Event.__table__)
    .scalar_subquery()
)
# Columns of other tables, by the attribute of the record that they become.
_JOINED_COLUMNS = {
    "place": (
        _places.id,
        _places.name,
        _places.address,
        _places.latitude,
        _places.longitude,
        _places.created_at,
        _places.updated_at,
    ),
    "flyer": (
        _flyers.file,
        _flyers.width,
        _flyers.height,
        _flyers.byte_size,
        _flyers.alt_text,
        _flyers.focal_x,
        _flyers.focal_y,
    ),
    "series": (_series.event_id, _series.recurrence, _series.rrule, _series.excluded_starts),
    "parent": (_parents.id, _parents.is_active, _parents.is_pending, _parents.starts_at, _parent_series.recurrence),
    "owner": (User.__table__.c.id, User.__table__.c.is_active),
}

# Changes of the parent and of the owner, which an event shows and its own version does not contain.
_OTHER_VERSIONS = _parents.version.label("parent_version"), User.is_active.label("owner_is_active")


def _with_owner(statement):
    return statement.outerjoin(EventContact.__table__, EventContact.event_id == _events.id).outerjoin(
        User.__table__, User.id == func.coalesce(EventContact.user_id, _first_host_id)
    )


_EVENTS = CompiledStatement(
    _with_owner(
        select(
            *_events,
            *_OTHER_VERSIONS,
            *(
                column.label(f"{name}__{column.name}")
                for name, columns in _JOINED_COLUMNS.items()
                for column in columns
            ),
        )
        .select_from(Event.__table__)
        .outerjoin(Place.__table__, _places.id == _events.place_id)
        .outerjoin(EventFlyer.__table__, _flyers.event_id == _events.id)
        .outerjoin(EventSeries.__table__, _series.event_id == _events.id)
        .outerjoin(_parents.id.table, _parents.id == _events.parent_id)
        .outerjoin(_parent_series.event_id.table, _parent_series.event_id == _parents.id)
    ).where(_events.id.in_(bindparam("ids", expanding=True)))
)
_TAGS = CompiledStatement(
    select(event_tags.c.event_id, Tag.name)
    .join(Tag, Tag.id == event_tags.c.tag_id)
    .where(event_tags.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(event_tags.c.id)
)

_KEY = select(
    _events.id,
    _events.slug,
    _events.version,
    _events.starts_at,
    _events.is_active,
    _events.is_pending,
    _events.is_private,
    _events.is_visible,
    _events.is_series,
    exists().where(EventHost.event_id == _events.id, EventHost.user_id == bindparam("user_id")).label("hosts"),
)
_is_named = _events.id == func.coalesce(
    select(Event.id).where(Event.slug == bindparam("slug")).correlate(None).scalar_subquery(), bindparam("id")
)
_BY_ID = CompiledStatement(_KEY.where(_events.id == bindparam("id")))
_BY_SLUG_OR_ID = CompiledStatement(_KEY.where(_is_named))


def _detail(*, with_pending):
    """Return the statement of the key of one event with everything else that its representation depends on."""
    neighbours = (
        neighbour_slug("next_slug", is_next=True, with_pending=with_pending),
        neighbour_slug("previous_slug", is_next=False, with_pending=with_pending),
    )
    key = _KEY.add_columns(*_OTHER_VERSIONS, *neighbours).select_from(Event.__table__)
    return CompiledStatement(
        _with_owner(key.outerjoin(_parents.id.table, _parents.id == _events.parent_id)).where(_is_named)
    )


_DETAIL, _MODERATED_DETAIL = _detail(with_pending=False), _detail(with_pending=True)
_is_of_agenda = and_(_events.is_private == false(), or_(_events.is_active, _events.is_pending))
_OWN = CompiledStatement(
    select(_events.id, _events.version)
    .join(EventHost, EventHost.event_id == _events.id)
    .where(
        EventHost.user_id == bindparam("user_id"),
        or_(_events.ends_at >= bindparam("now", type_=UtcDateTime), _events.is_series),
        _is_of_agenda,
    )
    .order_by(_events.starts_at.desc(), _events.id.desc())
)
_PENDING = CompiledStatement(
    select(_events.id, _events.starts_at)
    .where(_events.is_pending == true(), _events.is_private == false(), _events.parent_id.is_(None))
    .order_by(_events.starts_at, _events.id)
    .limit(MAX_PAGE_SIZE)
)


def load_agenda_event_records(connection, event_ids) -> dict[int, SimpleNamespace]:
    """Return the events by id: two statements a batch.

    Beside the columns of the event a record has ``tags`` (names), ``place``, ``flyer``, ``series`` (the row of a parent),
    ``parent`` and ``owner``, each None if there is none. The owner is the user who submitted the event, else its first
    host. ``connection`` is a session or the request's reader.
    """
    return {event.id: event for ids in batched(event_ids) for event in _load_batch(connection, ids)}


def find_agenda_event(connection, slug_or_id: str | int, user: UserSnapshot | None):
    """Return the key of the event with that slug or, failing that, with that id, and the viewer with their relation to it.

    The key has ``id``, ``slug``, ``version``, ``starts_at`` and the columns of the state: one statement.

    :raises NotFound: if there is none, or ``user`` may not see it in the agenda.
    """
    name = str(slug_or_id)
    if isinstance(slug_or_id, int):
        return _find(connection, _BY_ID, {"id": _row_id(name)}, user)
    return _find(connection, _BY_SLUG_OR_ID, _name_params(name), user)


def find_detailed_agenda_event(connection, slug_or_id: str, user: UserSnapshot | None):
    """Return the same as :func:`find_agenda_event`, with all that the representation of one event depends on: one statement.

    The key has the slugs of the next and of the previous event in the order of the starts in addition, and as the
    records ``parent_version`` and ``owner_is_active``. The neighbours are listed events, for moderators also pending ones.

    :raises NotFound: as :func:`find_agenda_event`.
    """
    statement = _MODERATED_DETAIL if can_moderate_agenda(Viewer(user)) else _DETAIL
    return _find(connection, statement, _name_params(slug_or_id), user)


def _name_params(name):
    return {"slug": name.replace("\0", ""), "id": _row_id(name)}


def _find(connection, statement, params, user):
    key = connection.execute(statement, params | {"user_id": user.id if user else 0}).first()
    viewer = Viewer(user, hosting=frozenset([key.id] if key is not None and key.hosts else ()))
    if key is None or not can_see_agenda_event(viewer, key):
        raise NotFound("Not Found")
    return key, viewer


def list_own_events(connection, user_id: int, now: dt.datetime) -> Sequence:
    """Return keys of the events that a user hosts and that have not ended, and of their series; latest start first."""
    return connection.execute(_OWN, {"user_id": user_id, "now": now}).all()


def list_pending_agenda_events(connection) -> Sequence:
    """Return ``id`` and ``starts_at`` of the events that wait for approval, by start. Occurrences are decided with
    their parent.
    """
    return connection.execute(_PENDING).all()


def _row_id(name):
    """Return the id that a decimal number names; 0, which no row has, for other texts."""
    if not (name.isascii() and name.isdecimal()) or len(name) > 10:
        return 0
    return int(name) if int(name) <= MAX_ROW_ID else 0


def _load_batch(connection, ids):
    params = {"ids": ids}
    # The events are read before their tags: a tag may be newer than the version of the event, never older.
    rows, tags = connection.execute(_EVENTS, params).all(), defaultdict(list)
    for row in connection.execute(_TAGS, params):
        tags[row.event_id].append(row.name)
    return [_record(row, tags[row.id]) for row in rows]


def _record(row, tags):
    columns = row._asdict()
    joined = {name: {} for name in _JOINED_COLUMNS}
    for label in [label for label in columns if "__" in label]:
        name, _, column = label.partition("__")
        joined[name][column] = columns.pop(label)
    others = {name: _joined_record(values) for name, values in joined.items()}
    return SimpleNamespace(**columns, tags=tags, **others)


def _joined_record(values):
    """Return None if the outer join found no row; the first column of each is never NULL."""
    return None if next(iter(values.values())) is None else SimpleNamespace(**values)
