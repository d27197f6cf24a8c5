"""The viewer's relations to the events or talks of a page, loaded together."""

from collections.abc import Collection

from sqlalchemy import Integer, bindparam, false, literal_column, select, union_all

from joindin.models import Attendance, EventHost, Talk, TalkComment, TalkSpeaker, TalkStar
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.viewer import UserSnapshot, Viewer


def load_viewer_for_events(session, user: UserSnapshot | None, event_ids) -> Viewer:
    """Return the viewer with their relations to these events: one statement a batch, none for a visitor."""
    if user is None:
        return Viewer(user)
    rows = [
        row
        for ids in batched(event_ids)
        for row in session.execute(_EVENT_RELATIONS, {"user_id": user.id, "event_ids": ids}).all()
    ]
    return Viewer(
        user,
        attending=frozenset(event_id for event_id, hosts in rows if not hosts),
        hosting=frozenset(event_id for event_id, hosts in rows if hosts),
    )


def load_viewer_for_talks(session, user: UserSnapshot | None, talk_ids) -> Viewer:
    """Return the viewer with their relations to these talks: one statement a batch, none for a visitor."""
    if user is None:
        return Viewer(user)
    rows = [
        row
        for ids in batched(talk_ids)
        for row in session.execute(_TALK_RELATIONS, {"user_id": user.id, "talk_ids": ids}).all()
    ]
    # Only the first rating counts; in descending order it is the last one put into the dict.
    rated = sorted((row for row in rows if row.comment_id), key=lambda row: row.comment_id, reverse=True)
    return Viewer(
        user,
        starred=frozenset(row.talk_id for row in rows if not row.comment_id),
        ratings={row.talk_id: row.rating for row in rated},
    )


def load_viewer_for_talk_editing(session, user: UserSnapshot | None, talks: Collection[Talk]) -> Viewer:
    """Return the viewer with the relations that decide about editing: two statements, none for a visitor."""
    if user is None or not talks:
        return Viewer(user)
    talk_ids = [talk.id for talk in talks]
    speaking = select(TalkSpeaker.talk_id).where(
        TalkSpeaker.user_id == user.id, TalkSpeaker.talk_id.in_(talk_ids), TalkSpeaker.is_pending == false()
    )
    return Viewer(
        user,
        hosting=_related_event_ids(session, EventHost, user, {talk.event_id for talk in talks}),
        speaking=frozenset(session.scalars(speaking)),
    )


def _related_events(model, hosts):
    is_own = model.user_id == bindparam("user_id", type_=Integer)
    return select(model.event_id, literal_column(hosts).label("hosts")).where(
        is_own, model.event_id.in_(bindparam("event_ids", expanding=True))
    )


_EVENT_RELATIONS = CompiledStatement(union_all(_related_events(Attendance, "0"), _related_events(EventHost, "1")))


def _related_talks(model, comment_id, rating):
    is_own = model.user_id == bindparam("user_id", type_=Integer)
    return select(model.talk_id, comment_id.label("comment_id"), rating.label("rating")).where(
        is_own, model.talk_id.in_(bindparam("talk_ids", expanding=True))
    )


_TALK_RELATIONS = CompiledStatement(
    union_all(
        _related_talks(TalkStar, literal_column("0"), literal_column("0")),
        _related_talks(TalkComment, TalkComment.id, TalkComment.rating).where(TalkComment.rating > 0),
    )
)


def _related_event_ids(session, model, user, event_ids):
    statement = select(model.event_id).where(model.user_id == user.id, model.event_id.in_(event_ids))
    return frozenset(session.scalars(statement))
