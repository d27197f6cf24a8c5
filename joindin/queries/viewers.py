"""The viewer's facts about a page, in bulk."""

from collections.abc import Collection

from sqlalchemy import Integer, bindparam, literal_column, select, union_all

from joindin.models import Attendance, EventHost, Talk, TalkComment, TalkSpeaker, TalkStar
from joindin.reading import Prepared, in_batches
from joindin.viewer import Person, Viewer


def view_events(session, user: Person | None, event_ids) -> Viewer:
    """What these events are to ``user``: one statement a batch, none for a visitor."""
    if user is None:
        return Viewer(user)
    found = [
        row
        for ids in in_batches(event_ids)
        for row in session.execute(_TO_EVENTS, {"user_id": user.id, "event_ids": ids}).all()
    ]
    return Viewer(
        user,
        attending=frozenset(event_id for event_id, hosts in found if not hosts),
        hosting=frozenset(event_id for event_id, hosts in found if hosts),
    )


def view_talks(session, user: Person | None, talk_ids) -> Viewer:
    """What these talks are to ``user``: two statements, none for a visitor."""
    talk_ids = list(talk_ids)
    if user is None or not talk_ids:
        return Viewer(user)
    starred = select(TalkStar.talk_id).where(TalkStar.user_id == user.id, TalkStar.talk_id.in_(talk_ids))
    rated = select(TalkComment.talk_id, TalkComment.rating).where(
        TalkComment.user_id == user.id, TalkComment.talk_id.in_(talk_ids), TalkComment.rating > 0
    )
    # Only the first rating counts, so it is the one that stays in the dict.
    newest_first = rated.order_by(TalkComment.id.desc())
    return Viewer(
        user,
        starred=frozenset(session.scalars(starred)),
        ratings=dict(session.execute(newest_first).all()),
    )


def view_talks_to_edit(session, user: Person | None, talks: Collection[Talk]) -> Viewer:
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


_TO_EVENTS = Prepared(union_all(_links(Attendance, "0"), _links(EventHost, "1")))


def _events_of(session, model, user, event_ids):
    wanted = select(model.event_id).where(model.user_id == user.id, model.event_id.in_(event_ids))
    return frozenset(session.scalars(wanted))
