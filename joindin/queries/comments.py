"""Comments on events."""

from sqlalchemy import bindparam, exists, select, text
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, EventComment, EventHost
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.event_visibility import check_access_to_page, check_event_access
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging
from joindin.viewer import UserSnapshot

MSG_COMMENT_NOT_FOUND = "Comment not found"

# The relations that representations of a comment read.
EAGER_LOADS = (
    joinedload(EventComment.user),
    joinedload(EventComment.event).load_only(Event.timezone, Event.slug, Event.name, Event.is_visible),
)


def find_event_comment_including_hidden(session, comment_id: int) -> EventComment:
    """Return a comment that may be hidden; :raises NotFound: if there is none."""
    comment = session.scalar(select(EventComment).where(EventComment.id == comment_id).options(*EAGER_LOADS))
    if comment is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    return comment


def list_event_comments(connection, event_id: int, paging: Paging, viewer: UserSnapshot | None = None) -> Page:
    """List the keys of the visible comments of an event, newest first.

    :raises NotFound: if the viewer may not see the event.
    """
    page = _OF_EVENT.page(connection, paging, event_id=event_id)
    check_access_to_page(connection, page, event_id, viewer)
    return page


def find_event_comment_key(connection, comment_id: int, viewer: UserSnapshot | None):
    """Return the key of a visible comment; :raises NotFound: if the viewer may see none."""
    key = connection.execute(_KEY, {"id": comment_id}).first()
    if key is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    check_event_access(connection, key.event_id, viewer, MSG_COMMENT_NOT_FOUND, is_public=key.is_visible)
    return key


_COLUMNS = """comments.id, comments.version, users.version AS user_version, events.timezone, comments.event_id,
    events.is_visible"""
_WITH_OTHERS = "JOIN events ON events.id = comments.event_id LEFT JOIN users ON users.id = comments.user_id"
_KEY = CompiledStatement(
    text(f"""SELECT {_COLUMNS} FROM event_comments comments {_WITH_OTHERS}
        WHERE comments.id = :id AND comments.is_hidden = false""")
)
_VISIBLE_OF_EVENT = "event_comments WHERE event_id = :event_id AND is_hidden = false"
_TOTAL_OF_EVENT = f"(SELECT count(*) FROM {_VISIBLE_OF_EVENT})"
_OF_EVENT = KeyedList(
    f"""SELECT {_COLUMNS}, {_TOTAL_OF_EVENT} AS total
        FROM (SELECT id, created_at FROM {_VISIBLE_OF_EVENT} ORDER BY created_at DESC, id DESC {{slice}}) page
        JOIN event_comments comments ON comments.id = page.id {_WITH_OTHERS}
        ORDER BY page.created_at DESC, page.id DESC""",
    _TOTAL_OF_EVENT,
)


def get_event_comment_context(connection, event_id: int, user_id: int, comment_text: str):
    """Return whether the author ``is_host``, ``has_rated`` the event, and whether the text ``is_duplicate``.

    Comments of any age and hidden comments count.
    """
    return connection.execute(_CONTEXT, {"event": event_id, "user": user_id, "text": comment_text}).one()


_BY_USER = EventComment.event_id == bindparam("event"), EventComment.user_id == bindparam("user")
_IS_HOST = EventHost.event_id == bindparam("event"), EventHost.user_id == bindparam("user")
_CONTEXT = CompiledStatement(
    select(
        exists().where(*_IS_HOST).label("is_host"),
        exists().where(*_BY_USER, EventComment.rating > 0).label("has_rated"),
        exists().where(*_BY_USER, EventComment.text == bindparam("text")).label("is_duplicate"),
    )
)
