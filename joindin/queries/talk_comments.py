"""Comments on talks. Private and hidden comments, and those on hidden talks, are not found, unless a function says so."""

import datetime as dt

from sqlalchemy import bindparam, exists, false, func, select, text, true
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Event, Talk, TalkComment, TalkRating, TalkSpeaker
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.comments import MSG_COMMENT_NOT_FOUND
from joindin.queries.event_visibility import (
    ListByViewer,
    check_access_to_page,
    check_access_to_talk_page,
    check_event_access,
)
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging
from joindin.viewer import UserSnapshot

PUBLIC = (TalkComment.is_private == false(), TalkComment.is_hidden == false())

# The relations that representations of a comment read.
EAGER_LOADS = (
    joinedload(TalkComment.user),
    joinedload(TalkComment.talk).load_only(Talk.title),
    joinedload(TalkComment.event).load_only(Event.timezone, Event.slug, Event.is_visible),
)


def find_talk_comment(session, comment_id: int) -> TalkComment:
    """Return a public comment; :raises NotFound: if there is none."""
    statement = select(TalkComment).join(TalkComment.talk).where(TalkComment.id == comment_id, *PUBLIC)
    comment = session.scalar(statement.where(Talk.is_active == true()).options(*EAGER_LOADS))
    if comment is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    return comment


def find_talk_comment_including_hidden(session, comment_id: int) -> TalkComment:
    """Return a comment that may be hidden, with what a report needs. Private and waiting comments are not found."""
    comment = session.scalar(
        select(TalkComment)
        .where(TalkComment.id == comment_id, TalkComment.is_private == false(), TalkComment.is_waiting == false())
        .options(
            joinedload(TalkComment.user),
            joinedload(TalkComment.talk).load_only(Talk.title),
            joinedload(TalkComment.event).load_only(Event.name, Event.slug, Event.is_visible),
        )
    )
    if comment is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    return comment


def find_talk_comment_key(connection, comment_id: int, viewer: UserSnapshot | None):
    """Return the key of a public comment; :raises NotFound: if the viewer may see none."""
    key = connection.execute(_KEY, {"id": comment_id}).first()
    if key is None:
        raise NotFound(MSG_COMMENT_NOT_FOUND)
    check_event_access(connection, key.event_id, viewer, MSG_COMMENT_NOT_FOUND, is_public=key.is_visible)
    return key


def list_talk_comments(connection, talk_id: int, paging: Paging, viewer: UserSnapshot | None = None) -> Page:
    """List the keys of the comments on a talk, oldest first.

    :raises NotFound: if the viewer may not see the event.
    """
    page = _OF_TALK.page(connection, paging, owner_id=talk_id)
    check_access_to_talk_page(connection, page, talk_id, viewer)
    return page


def list_event_talk_comments(connection, event_id: int, paging: Paging, viewer: UserSnapshot | None) -> Page:
    """List the keys of the comments on all talks of an event, newest first.

    :raises NotFound: if the viewer may not see the event.
    """
    page = _OF_EVENT.page(connection, paging, owner_id=event_id)
    check_access_to_page(connection, page, event_id, viewer)
    return page


def list_user_talk_comments(connection, user_id: int, paging: Paging, viewer: UserSnapshot | None) -> Page:
    """List the keys of a user's comments with name on talks of events that the viewer may see, newest first."""
    return _OF_USER.page(connection, paging, viewer, user_id=user_id)


def get_talk_comment_context(connection, talk_id: int, user_id: int, comment_text: str):
    """Return whether the author ``is_speaker``, ``has_rated`` the talk, and whether the text ``is_duplicate``.

    ``tapped_rating`` is the counted rating that the author gave without a comment, or None.
    Comments of any age, private and hidden comments count.
    """
    return connection.execute(_CONTEXT, {"talk": talk_id, "user": user_id, "text": comment_text}).one()


def count_recent_talk_comments(connection, user_id: int, *, since: dt.datetime) -> tuple[int, dt.datetime | None]:
    """Return the number of comments of a user after ``since``, and the time of the oldest of them."""
    return connection.execute(_RECENT, {"user": user_id, "since": since}).one()


_BY_USER = TalkComment.talk_id == bindparam("talk"), TalkComment.user_id == bindparam("user")
_IS_SPEAKER = (
    TalkSpeaker.talk_id == bindparam("talk"),
    TalkSpeaker.user_id == bindparam("user"),
    TalkSpeaker.is_pending == false(),
)
_CONTEXT = CompiledStatement(
    select(
        exists().where(*_IS_SPEAKER).label("is_speaker"),
        exists().where(*_BY_USER, TalkComment.rating > 0).label("has_rated"),
        exists().where(*_BY_USER, TalkComment.text == bindparam("text")).label("is_duplicate"),
        select(TalkRating.rating)
        .where(
            TalkRating.talk_id == bindparam("talk"),
            TalkRating.user_id == bindparam("user"),
            TalkRating.is_left_out == false(),
        )
        .scalar_subquery()
        .label("tapped_rating"),
    )
)
_RECENT = CompiledStatement(
    select(func.count(), func.min(TalkComment.created_at)).where(
        TalkComment.user_id == bindparam("user"), TalkComment.created_at > bindparam("since")
    )
)

# The title itself, because the version of a talk changes with each star.
_COLUMNS = """comments.id, comments.version, users.version AS user_version, talks.title AS talk_title, events.timezone,
    comments.event_id, events.is_visible"""
_WITH_OTHERS = """JOIN talks ON talks.id = comments.talk_id JOIN events ON events.id = comments.event_id
    LEFT JOIN users ON users.id = comments.user_id"""
_PUBLIC = "talk_comments.is_private = false AND talk_comments.is_hidden = false"
_KEY = CompiledStatement(
    text(f"""SELECT {_COLUMNS} FROM talk_comments comments {_WITH_OTHERS}
        WHERE comments.id = :id AND comments.is_private = false AND comments.is_hidden = false AND talks.is_active""")
)


def _key_list(found, way, total=None):
    """Return a list of comments by their time. ``found`` is the FROM and WHERE clause of its comments."""
    total = total or f"(SELECT count(*) FROM {found})"
    return KeyedList(
        f"""SELECT {_COLUMNS}, {total} AS total
            FROM (SELECT talk_comments.id, talk_comments.created_at FROM {found}
                ORDER BY talk_comments.created_at {way}, talk_comments.id {way} {{slice}}) page
            JOIN talk_comments comments ON comments.id = page.id {_WITH_OTHERS}
            ORDER BY page.created_at {way}, page.id {way}""",
        total,
    )


_OF_TALK = _key_list(
    f"""talk_comments WHERE talk_id = :owner_id AND {_PUBLIC}
        AND EXISTS (SELECT 1 FROM talks WHERE talks.id = :owner_id AND talks.is_active)""",
    "ASC",
)
# The hidden talks of an event are few, and its comments many: their number is read from the indexes alone.
_ANY_OF_EVENT = f"talk_comments WHERE event_id = :owner_id AND {_PUBLIC}"
_HIDDEN_TALKS = "(SELECT id FROM talks WHERE event_id = :owner_id AND is_active = false)"
_OF_EVENT = _key_list(
    f"{_ANY_OF_EVENT} AND talk_id NOT IN {_HIDDEN_TALKS}",
    "DESC",
    f"""((SELECT count(*) FROM {_ANY_OF_EVENT})
        - (SELECT count(*) FROM talk_comments WHERE talk_id IN {_HIDDEN_TALKS} AND {_PUBLIC}))""",
)
_OF_USER = ListByViewer(
    lambda condition: _key_list(
        f"""talk_comments JOIN events ON events.id = talk_comments.event_id
            JOIN talks ON talks.id = talk_comments.talk_id AND talks.is_active
            WHERE talk_comments.user_id = :user_id AND talk_comments.is_name_hidden = false
                AND {_PUBLIC} AND {condition}""",
        "DESC",
    )
)
