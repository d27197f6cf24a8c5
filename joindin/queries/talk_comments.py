"""Talk comments and the reports about them. Private and hidden comments are found by nobody."""

import datetime as dt

from sqlalchemy import bindparam, exists, false, func, select, text
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkComment, TalkCommentReport, TalkSpeaker
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging

PUBLIC = (TalkComment.is_private == false(), TalkComment.is_hidden == false())

# All that a representation of a comment reads.
EAGER_LOADS = (
    joinedload(TalkComment.user),
    joinedload(TalkComment.talk).load_only(Talk.title),
    joinedload(TalkComment.event).load_only(Event.timezone, Event.slug),
)


def find_talk_comment(session, comment_id: int) -> TalkComment:
    """A comment that is neither private nor hidden; :raises NotFound: otherwise."""
    comment = session.scalar(select(TalkComment).where(TalkComment.id == comment_id, *PUBLIC).options(*EAGER_LOADS))
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def find_talk_comment_including_hidden(session, comment_id: int) -> TalkComment:
    """A comment that may be hidden, with all that is told of it when it is reported; private ones are not found."""
    comment = session.scalar(
        select(TalkComment)
        .where(TalkComment.id == comment_id, TalkComment.is_private == false())
        .options(
            joinedload(TalkComment.user),
            joinedload(TalkComment.talk).load_only(Talk.title),
            joinedload(TalkComment.event).load_only(Event.name, Event.slug),
        )
    )
    if comment is None:
        raise NotFound("Comment not found")
    return comment


def find_talk_comment_key(connection, comment_id: int):
    """Key of a comment that is neither private nor hidden; :raises NotFound: otherwise."""
    key = connection.execute(_KEY, {"id": comment_id}).first()
    if key is None:
        raise NotFound("Comment not found")
    return key


def list_talk_comments(connection, talk_id: int, paging: Paging) -> Page:
    """Keys of the comments on a talk, oldest first."""
    return _OF_TALK.page(connection, paging, whose=talk_id)


def list_event_talk_comments(connection, event_id: int, paging: Paging) -> Page:
    """Keys of the comments on all talks of an event, newest first."""
    return _OF_EVENT.page(connection, paging, whose=event_id)


def list_user_talk_comments(connection, user_id: int, paging: Paging) -> Page:
    """Keys of what somebody said about talks, newest first."""
    return _OF_USER.page(connection, paging, whose=user_id)


def list_open_talk_reports(session, event_id: int) -> Page:
    """Reports nobody has decided about, oldest first; never paged (spec 8.6).

    Hosts see what is hidden, but not what was said in private.
    """
    rows = (
        select(TalkCommentReport)
        .join(TalkCommentReport.comment)
        .where(
            TalkComment.event_id == event_id,
            TalkComment.is_private == false(),
            TalkCommentReport.decision.is_(None),
        )
        .options(
            joinedload(TalkCommentReport.comment).options(*EAGER_LOADS),
            joinedload(TalkCommentReport.reporter),
            joinedload(TalkCommentReport.decider),
        )
        .order_by(TalkCommentReport.id)
    )
    reports = session.scalars(rows).all()
    return Page(reports, len(reports))


def get_talk_comment_context(connection, talk_id: int, user_id: int, comment_text: str):
    """What decides about a comment: whether its author ``is_speaker``, ``has_rated`` the talk and ``is_duplicate`` just that.

    However long ago, be it in private, and also where it is hidden by now.
    """
    return connection.execute(_AUTHOR, {"talk": talk_id, "user": user_id, "words": comment_text}).one()


def count_recent_talk_comments(connection, user_id: int, *, since: dt.datetime) -> tuple[int, dt.datetime | None]:
    """How many comments on talks somebody wrote after ``since``, and when the oldest of them."""
    return connection.execute(_RECENT, {"user": user_id, "since": since}).one()


_THEIRS = TalkComment.talk_id == bindparam("talk"), TalkComment.user_id == bindparam("user")
_SPEAKING = TalkSpeaker.talk_id == bindparam("talk"), TalkSpeaker.user_id == bindparam("user")
_AUTHOR = CompiledStatement(
    select(
        exists().where(*_SPEAKING).label("is_speaker"),
        exists().where(*_THEIRS, TalkComment.rating > 0).label("has_rated"),
        exists().where(*_THEIRS, TalkComment.text == bindparam("words")).label("is_duplicate"),
    )
)
_RECENT = CompiledStatement(
    select(func.count(), func.min(TalkComment.created_at)).where(
        TalkComment.user_id == bindparam("user"), TalkComment.created_at > bindparam("since")
    )
)

# The title itself, for the version of a talk moves with each star.
_COLUMNS = "comments.id, comments.version, users.version AS user_version, talks.title AS talk_title, events.timezone"
_WITH_OTHERS = """JOIN talks ON talks.id = comments.talk_id JOIN events ON events.id = comments.event_id
    LEFT JOIN users ON users.id = comments.user_id"""
_PUBLIC = "is_private = false AND is_hidden = false"
_KEY = CompiledStatement(
    text(f"""SELECT {_COLUMNS} FROM talk_comments comments {_WITH_OTHERS}
        WHERE comments.id = :id AND comments.is_private = false AND comments.is_hidden = false""")
)


def _key_list(column, way):
    found = f"talk_comments WHERE {column} = :whose AND {_PUBLIC}"
    total = f"(SELECT count(*) FROM {found})"
    return KeyedList(
        f"""SELECT {_COLUMNS}, {total} AS total
            FROM (SELECT id, created_at FROM {found} ORDER BY created_at {way}, id {way} {{slice}}) page
            JOIN talk_comments comments ON comments.id = page.id {_WITH_OTHERS}
            ORDER BY page.created_at {way}, page.id {way}""",
        total,
    )


_OF_TALK = _key_list("talk_id", "ASC")
_OF_EVENT = _key_list("event_id", "DESC")
_OF_USER = _key_list("user_id", "DESC")
