"""The viewer's facts about a page, in bulk."""

from collections.abc import Collection

from sqlalchemy import Integer, bindparam, literal_column, select, union_all

from joindin.models import Attendance, EventHost, Talk, TalkComment, TalkSpeaker, TalkStar
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import batched
from joindin.viewer import UserSnapshot, Viewer


def load_viewer_for_events(session, user: UserSnapshot | None, event_ids) -> Viewer:
    """What these events are to ``user``: one statement a batch, none for a visitor."""
    if user is None:
        return Viewer(user)
    found = [
        row
        for ids in batched(event_ids)
        for row in session.execute(_TO_EVENTS, {"user_id": user.id, "event_ids": ids}).all()
    ]
    return Viewer(
        user,
        attending=frozenset(event_id for event_id, hosts in found if not hosts),
        hosting=frozenset(event_id for event_id, hosts in found if hosts),
    )


def load_viewer_for_talks(session, user: UserSnapshot | None, talk_ids) -> Viewer:
    """What these talks are to ``user``: one statement a batch, none for a visitor."""
    if user is None:
        return Viewer(user)
    found = [
        row
        for ids in batched(talk_ids)
        for row in session.execute(_TO_TALKS, {"user_id": user.id, "talk_ids": ids}).all()
    ]
    # Only the first rating counts, so it is the one that stays in the dict.
    rated = sorted((row for row in found if row.comment_id), key=lambda row: row.comment_id, reverse=True)
    return Viewer(
        user,
        starred=frozenset(row.talk_id for row in found if not row.comment_id),
        ratings={row.talk_id: row.rating for row in rated},
    )


def load_viewer_for_talk_editing(session, user: UserSnapshot | None, talks: Collection[Talk]) -> Viewer:
    """What ``user`` may do with these talks comes of this: two statements, none for a visitor."""
    if user is None or not talks:
        return Viewer(user)
    talk_ids = [talk.id for talk in talks]
    speaking = select(TalkSpeaker.talk_id).where(TalkSpeaker.user_id == user.id, TalkSpeaker.talk_id.in_(talk_ids))
    return Viewer(
        user,
        hosting=_events_of(session, EventHost, user, {talk.event_id for talk in talks}),
        speaking=frozenset(session.scalars(speaking)),
    )


def _links(model, mark):
    mine = model.user_id == bindparam("user_id", type_=Integer)
    return select(model.event_id, literal_column(mark).label("hosts")).where(
        mine, model.event_id.in_(bindparam("event_ids", expanding=True))
    )


_TO_EVENTS = CompiledStatement(union_all(_links(Attendance, "0"), _links(EventHost, "1")))


def _on_talks(model, comment_id, rating):
    mine = model.user_id == bindparam("user_id", type_=Integer)
    return select(model.talk_id, comment_id.label("comment_id"), rating.label("rating")).where(
        mine, model.talk_id.in_(bindparam("talk_ids", expanding=True))
    )


_TO_TALKS = CompiledStatement(
    union_all(
        _on_talks(TalkStar, literal_column("0"), literal_column("0")),
        _on_talks(TalkComment, TalkComment.id, TalkComment.rating).where(TalkComment.rating > 0),
    )
)


def _events_of(session, model, user, event_ids):
    wanted = select(model.event_id).where(model.user_id == user.id, model.event_id.in_(event_ids))
    return frozenset(session.scalars(wanted))
