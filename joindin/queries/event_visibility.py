"""Which events a viewer may see: the check of one event, and conditions for lists that span many events.

The rules are those of :mod:`joindin.permissions`. Lists state them in SQL, as :data:`VISIBLE_TO`, because a page and its
total must leave out the same rows.
"""

from collections.abc import Callable

from sqlalchemy import Integer, bindparam, exists, false, func, select, true

from joindin.errors import NotFound
from joindin.models import Attendance, Event, EventHost, Talk
from joindin.performance.sql.compiled import CompiledStatement
from joindin.permissions import can_see_parts_of_event
from joindin.queries.event_lists.keys import viewer_from_keys
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging
from joindin.viewer import ANONYMOUS, UserSnapshot, Viewer

MSG_EVENT_NOT_FOUND = "Event not found"

_IS_HOST = """EXISTS (SELECT 1 FROM event_hosts
    WHERE event_hosts.event_id = events.id AND event_hosts.user_id = :viewer_id)"""
# Conditions on ``events``, by kind of viewer. ``:viewer_id`` is the id of a signed-in viewer.
VISIBLE_TO = {
    "visitor": "events.is_visible",
    "user": f"(events.is_visible OR {_IS_HOST})",
    "editor": f"(NOT events.is_private OR {_IS_HOST})",
    "admin": "true",
}


class ListByViewer:
    """A list that contains only what the viewer may see: the same SQL with one of the conditions of ``VISIBLE_TO``."""

    def __init__(self, build: Callable[[str], KeyedList]):
        self._lists = {kind: build(condition) for kind, condition in VISIBLE_TO.items()}

    def page(self, connection, paging: Paging, viewer: UserSnapshot | None, **params) -> Page:
        kind = _kind_of(Viewer(viewer))
        if kind in ("user", "editor"):
            params["viewer_id"] = viewer.id
        return self._lists[kind].page(connection, paging, **params)


def load_event_key(connection, event_id: int, user: UserSnapshot | None):
    """Return the key of an event in any state, or None, and the viewer with their relations to it: one statement."""
    return _load_key(connection, _BY_ID, event_id, user)


def load_event_key_by_slug(connection, slug: str, user: UserSnapshot | None):
    """As :func:`load_event_key`, for the slug of an event that is not the parent of a series."""
    return _load_key(connection, _BY_SLUG, slug, user)


def load_series_key_by_slug(connection, slug: str, user: UserSnapshot | None):
    """As :func:`load_event_key`, for the slug of the parent of a series."""
    return _load_key(connection, _SERIES_BY_SLUG, slug, user)


def load_event_key_by_stub(connection, stub: str, user: UserSnapshot | None):
    """As :func:`load_event_key_by_slug`, for a short name, compared without case."""
    return _load_key(connection, _BY_STUB, stub.lower(), user)


def check_event_access(
    connection, event_id: int, user: UserSnapshot | None, message: str = MSG_EVENT_NOT_FOUND, *, is_public: bool = False
) -> None:
    """:raises NotFound: if there is such an event and ``user`` may not see what belongs to it.

    An event that does not exist passes: the contract lists nothing for it (spec 4.3). Costs one statement, and none if
    the caller has read that the event ``is_public``.
    """
    if not is_public:
        load_viewer_with_access(connection, event_id, user, message)


def load_viewer_with_access(
    connection, event_id: int, user: UserSnapshot | None, message: str = MSG_EVENT_NOT_FOUND
) -> Viewer:
    """Return the viewer with their relations to the event; :raises NotFound: as :func:`check_event_access`."""
    key, viewer = load_event_key(connection, event_id, user)
    _check(key, viewer, message)
    return viewer


def check_access_to_page(connection, page: Page, event_id: int, user: UserSnapshot | None) -> None:
    """Check the access to the event to which the keys of a page belong. The keys have its ``is_visible``."""
    check_event_access(connection, event_id, user, is_public=_is_public(page))


def check_access_to_talk_page(connection, page: Page, talk_id: int, user: UserSnapshot | None) -> None:
    """As :func:`check_access_to_page`, for keys of what belongs to a talk.

    :raises NotFound: with the message of a missing talk.
    """
    if not _is_public(page):
        _check(*_load_key(connection, _BY_TALK, talk_id, user), "Talk not found")


def _is_public(page):
    return bool(page.items) and page.items[0].is_visible


def _kind_of(viewer):
    if viewer.user is None:
        return "visitor"
    return "admin" if viewer.is_admin else "editor" if viewer.is_editor else "user"


def _check(key, viewer, message):
    if key is not None and not can_see_parts_of_event(viewer, key):
        raise NotFound(message)


def _load_key(connection, statements, name, user):
    plain, with_flags = statements
    params = {"name": name}
    if user is None:
        return connection.execute(plain, params).first(), ANONYMOUS
    row = connection.execute(with_flags, params | {"user_id": user.id}).first()
    return row, (row and viewer_from_keys([row], user)) or Viewer(user)


_columns = Event.__table__.c
_KEY = select(_columns.id, _columns.version, _columns.is_pending, _columns.is_visible, _columns.is_private)
_FLAGS = [
    exists().where(model.event_id == _columns.id, model.user_id == bindparam("user_id", type_=Integer)).label(name)
    for model, name in ((Attendance, "attends"), (EventHost, "hosts"))
]


def _key_statements(found):
    """Return the statement for visitors, and that with the flags of a user."""
    return CompiledStatement(found), CompiledStatement(found.add_columns(*_FLAGS))


_BY_ID = _key_statements(_KEY.where(_columns.id == bindparam("name")))
_BY_SLUG = _key_statements(_KEY.where(_columns.slug == bindparam("name"), _columns.is_series == false()))
_SERIES_BY_SLUG = _key_statements(_KEY.where(_columns.slug == bindparam("name"), _columns.is_series == true()))
_BY_STUB = _key_statements(_KEY.where(func.lower(_columns.stub) == bindparam("name"), _columns.is_series == false()))
_BY_TALK = _key_statements(
    _KEY.join(Talk.__table__, Talk.__table__.c.event_id == _columns.id).where(Talk.__table__.c.id == bindparam("name"))
)
