"""Comments on events."""

from sqlalchemy import bindparam, exists, false, func, select, text, tuple_
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, EventComment, EventHost, TalkComment
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


def list_event_comments(
    connection, event_id: int, paging: Paging, viewer: UserSnapshot | None = None, *, is_oldest_first: bool = False
) -> Page:
    """List the keys of the visible comments of an event, newest first unless ``is_oldest_first``.

    :raises NotFound: if the viewer may not see the event.
    """
    found = _OLDEST_OF_EVENT if is_oldest_first else _NEWEST_OF_EVENT
    page = found.page(connection, paging, event_id=event_id)
    check_access_to_page(connection, page, event_id, viewer)
    return page


def count_event_comments(connection, event_id: int) -> int:
    """Return the number of visible comments of an event."""
    return connection.scalar(_COUNT_OF_EVENT, {"event_id": event_id})


def count_earlier_comments(connection, model: type[EventComment] | type[TalkComment], comment_id: int) -> int:
    """Return how many public comments on the same event or talk are older than this one."""
    return connection.scalar(_COUNT_EARLIER[model], {"id": comment_id})


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
_COUNT_OF_EVENT = CompiledStatement(text(f"SELECT {_TOTAL_OF_EVENT}"))


def _list_of_event(way):
    return KeyedList(
        f"""SELECT {_COLUMNS}, {_TOTAL_OF_EVENT} AS total
            FROM (SELECT id, created_at FROM {_VISIBLE_OF_EVENT} ORDER BY created_at {way}, id {way} {{slice}}) page
            JOIN event_comments comments ON comments.id = page.id {_WITH_OTHERS}
            ORDER BY page.created_at {way}, page.id {way}""",
        _TOTAL_OF_EVENT,
    )


_NEWEST_OF_EVENT, _OLDEST_OF_EVENT = _list_of_event("DESC"), _list_of_event("ASC")


def _count_earlier(model, subject, *is_public):
    this, earlier = model.__table__.alias("this"), model.__table__
    return CompiledStatement(
        select(func.count())
        .select_from(earlier)
        .join(this, this.c[subject] == earlier.c[subject])
        .where(
            this.c.id == bindparam("id"),
            tuple_(earlier.c.created_at, earlier.c.id) < tuple_(this.c.created_at, this.c.id),
            earlier.c.is_hidden == false(),
            *is_public,
        )
    )


_COUNT_EARLIER = {
    EventComment: _count_earlier(EventComment, "event_id"),
    TalkComment: _count_earlier(TalkComment, "talk_id", TalkComment.is_private == false()),
}


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
