"""Talks of a person, before and after now, and comments that everyone may read with the name."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import joinedload

from joindin.db.base import UtcDateTime
from joindin.models import Event, EventComment, EventSettings, Talk, TalkComment
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.keyed_lists import KeyedList
from joindin.queries.paging import Page, Paging
from joindin.queries.talks import TALKS_BY_USER

_FOUND = """
    SELECT 1 AS is_talk, talk_comments.id, talk_comments.created_at FROM talk_comments
        JOIN talks ON talks.id = talk_comments.talk_id AND talks.is_active
        JOIN events ON events.id = talk_comments.event_id AND events.is_visible
        WHERE talk_comments.user_id = :user_id AND talk_comments.is_name_hidden = false
            AND talk_comments.is_private = false AND talk_comments.is_hidden = false
    UNION ALL SELECT 0, event_comments.id, event_comments.created_at FROM event_comments
        JOIN events ON events.id = event_comments.event_id AND events.is_visible
        WHERE event_comments.user_id = :user_id AND event_comments.is_hidden = false"""
_TOTAL = f"(SELECT count(*) FROM ({_FOUND}) counted)"
_COMMENTS = KeyedList(
    f"SELECT is_talk, id, {_TOTAL} AS total FROM ({_FOUND}) found ORDER BY created_at DESC, is_talk DESC, id DESC {{slice}}",
    _TOTAL,
)
_EVENT = ("name", "slug", "timezone")


def _talk_ids(condition, order):
    statement = text(
        f"SELECT talks.id FROM {TALKS_BY_USER} AND {condition} ORDER BY talks.starts_at {order}, talks.id {order} LIMIT :most"
    )
    return CompiledStatement(statement.bindparams(bindparam("at", type_=UtcDateTime)))


_TALKS_FROM, _TALKS_BEFORE = _talk_ids("talks.starts_at >= :at", "ASC"), _talk_ids("talks.starts_at < :at", "DESC")
_LANGUAGES = CompiledStatement(
    text(
        f"""SELECT name FROM languages WHERE id IN (SELECT talks.language_id FROM {TALKS_BY_USER}) ORDER BY name, id"""
    )
)
_settings = EventSettings.__table__.c
_SCHEMES = CompiledStatement(
    select(_settings.event_id, _settings.feedback_scheme).where(
        _settings.event_id.in_(bindparam("ids", expanding=True))
    )
)


def list_talk_ids_from(connection, user_id: int, at: dt.datetime, most: int) -> list[int]:
    """Return the ids of the talks of a claimed speaker that start then or later, the first one first: one statement."""
    return list(connection.execute(_TALKS_FROM, {"user_id": user_id, "at": at, "most": most}).scalars())


def list_talk_ids_before(connection, user_id: int, at: dt.datetime, most: int) -> list[int]:
    """Return the ids of the talks of a claimed speaker that start before, the latest one first: one statement."""
    return list(connection.execute(_TALKS_BEFORE, {"user_id": user_id, "at": at, "most": most}).scalars())


def list_languages_of_talks(connection, user_id: int) -> list[str]:
    """Return the names of the languages in which the user speaks: one statement."""
    return list(connection.execute(_LANGUAGES, {"user_id": user_id}).scalars())


def load_feedback_schemes(connection, event_ids: Iterable[int]) -> dict[int, str]:
    """Return the feedback schemes of the events that have settings, by event: one statement."""
    rows = connection.execute(_SCHEMES, {"ids": list(event_ids)})
    return {row.event_id: row.feedback_scheme for row in rows}


def list_named_comments(session, user_id: int, paging: Paging) -> Page:
    """List the comments on talks and events that everyone may read with the user's name, newest first: three statements.

    Comments are loaded with their event and, of a talk, with the talk.
    """
    page = _COMMENTS.page(session, paging, user_id=user_id)
    talk_comments = _load(session, TalkComment, [key.id for key in page.items if key.is_talk], TalkComment.talk)
    event_comments = _load(session, EventComment, [key.id for key in page.items if not key.is_talk])
    found = [(talk_comments if key.is_talk else event_comments).get(key.id) for key in page.items]
    return Page([comment for comment in found if comment is not None], page.total, paging)


def _load(session, model, ids, *talk):
    event = joinedload(model.event).load_only(*(getattr(Event, name) for name in _EVENT))
    talks = [joinedload(each).load_only(Talk.title, Talk.slug, Talk.stub) for each in talk]
    comments = session.scalars(select(model).where(model.id.in_(ids)).options(event, *talks))
    return {comment.id: comment for comment in comments}
