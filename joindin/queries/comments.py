"""Event comments and the reports about them."""

from sqlalchemy import bindparam, exists, select, text
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, EventComment, EventCommentReport, EventHost
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging

# All that a representation of a comment reads.
EAGER_LOADS = (
    joinedload(EventComment.user),
    joinedload(EventComment.event).load_only(Event.timezone, Event.slug),
)


def find_event_comment_including_hidden(session, comment_id: int) -> EventComment:
    """A comment, hidden or not; :raises NotFound: if there is none."""
    comment = session.scalar(select(EventComment).where(EventComment.id == comment_id).options(*EAGER_LOADS))
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def list_event_comments(connection, event_id: int, paging: Paging) -> Page:
    """Keys of the comments of an event that are not hidden, newest first."""
    return _OF_EVENT.page(connection, paging, event_id=event_id)


def find_event_comment_key(connection, comment_id: int):
    """Key of a comment that is not hidden; :raises NotFound: otherwise."""
    key = connection.execute(_KEY, {"id": comment_id}).first()
    if key is None:
        raise NotFound("Comment not found")
    return key


_COLUMNS = "comments.id, comments.version, users.version AS user_version, events.timezone"
_WITH_OTHERS = "JOIN events ON events.id = comments.event_id LEFT JOIN users ON users.id = comments.user_id"
_KEY = CompiledStatement(
    text(f"""SELECT {_COLUMNS} FROM event_comments comments {_WITH_OTHERS}
        WHERE comments.id = :id AND comments.is_hidden = false""")
)
_SHOWN_OF_EVENT = "event_comments WHERE event_id = :event_id AND is_hidden = false"
_TOTAL_OF_EVENT = f"(SELECT count(*) FROM {_SHOWN_OF_EVENT})"
_OF_EVENT = KeyedList(
    f"""SELECT {_COLUMNS}, {_TOTAL_OF_EVENT} AS total
        FROM (SELECT id, created_at FROM {_SHOWN_OF_EVENT} ORDER BY created_at DESC, id DESC {{slice}}) page
        JOIN event_comments comments ON comments.id = page.id {_WITH_OTHERS}
        ORDER BY page.created_at DESC, page.id DESC""",
    _TOTAL_OF_EVENT,
)


def list_open_event_reports(session, event_id: int) -> Page:
    """Reports nobody has decided about, oldest first; never paged (spec 5.5)."""
    rows = (
        select(EventCommentReport)
        .join(EventCommentReport.comment)
        .where(EventComment.event_id == event_id, EventCommentReport.decision.is_(None))
        .options(
            joinedload(EventCommentReport.comment).options(*EAGER_LOADS),
            joinedload(EventCommentReport.reporter),
            joinedload(EventCommentReport.decider),
        )
        .order_by(EventCommentReport.id)
    )
    reports = session.scalars(rows).all()
    return Page(reports, len(reports))


def get_event_comment_context(connection, event_id: int, user_id: int, comment_text: str):
    """What decides about a comment: whether its author ``is_host``, ``has_rated`` the event and ``is_duplicate`` just that.

    However long ago, and also where it is hidden by now.
    """
    return connection.execute(_AUTHOR, {"event": event_id, "user": user_id, "words": comment_text}).one()


_THEIRS = EventComment.event_id == bindparam("event"), EventComment.user_id == bindparam("user")
_HOSTING = EventHost.event_id == bindparam("event"), EventHost.user_id == bindparam("user")
_AUTHOR = CompiledStatement(
    select(
        exists().where(*_HOSTING).label("is_host"),
        exists().where(*_THEIRS, EventComment.rating > 0).label("has_rated"),
        exists().where(*_THEIRS, EventComment.text == bindparam("words")).label("is_duplicate"),
    )
)
