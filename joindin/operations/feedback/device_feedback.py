"""Ratings and texts of a device, when it is merged into an account or deleted."""

import datetime as dt

from sqlalchemy import delete, select, union, update

from joindin.models import Event, Talk, TalkComment, TalkRating
from joindin.operations.talk_counters import recompute_talk_counters
from joindin.queries.talks import is_speaker


def move_device_feedback(session, device_id: int, user_id: int, *, now: dt.datetime) -> None:
    """Move the ratings of a locked device to an account, where the account has none; ratings of own talks are deleted.

    Texts stay as they are, without a name and a device, so that the device can be deleted.
    """
    talk_ids = _lock_talks(session, select(TalkRating.talk_id).where(TalkRating.device_id == device_id))
    rated = set(session.scalars(select(TalkRating.talk_id).where(TalkRating.user_id == user_id)))
    for talk_id in talk_ids:
        own = TalkRating.talk_id == talk_id, TalkRating.device_id == device_id
        if talk_id in rated or is_speaker(session, talk_id, user_id):
            statement = delete(TalkRating).where(*own)
        else:
            statement = update(TalkRating).where(*own).values(device_id=None, user_id=user_id, updated_at=now)
        session.execute(statement.execution_options(synchronize_session=False))
    session.execute(
        update(TalkComment)
        .where(TalkComment.device_id == device_id)
        .values(device_id=None)
        .execution_options(synchronize_session=False)
    )
    recompute_talk_counters(session, talk_ids)


def delete_device_feedback(session, device_id: int) -> None:
    """Delete all ratings and texts of a locked device."""
    rated = select(TalkRating.talk_id).where(TalkRating.device_id == device_id)
    written = select(TalkComment.talk_id).where(TalkComment.device_id == device_id)
    talk_ids = _lock_talks(session, union(rated, written))
    events = session.execute(select(TalkComment.event_id).where(TalkComment.device_id == device_id)).scalars().all()
    for model in (TalkRating, TalkComment):
        session.execute(delete(model).where(model.device_id == device_id).execution_options(synchronize_session=False))
    for event_id in sorted(set(events)):
        session.execute(
            update(Event)
            .where(Event.id == event_id)
            .values(talk_comment_count=Event.talk_comment_count - events.count(event_id), version=Event.version + 1)
            .execution_options(synchronize_session=False)
        )
    recompute_talk_counters(session, talk_ids)


def _lock_talks(session, ids):
    return session.scalars(select(Talk.id).where(Talk.id.in_(ids)).order_by(Talk.id).with_for_update()).all()
