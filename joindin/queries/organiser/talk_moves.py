"""Consequences of another time, duration, room or state of a talk, before they are stored."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import select, true
from sqlalchemy.orm import joinedload, selectinload

from joindin.models import CANCELLED_TALK, Talk, TalkSpeaker
from joindin.models.talks import speaker_name
from joindin.queries.organiser.talk_losses import load_talk_losses
from joindin.utils.text import fold_case

MAX_OVERLAPS = 50


@dataclass
class MoveConsequences:
    """Talks that overlap in the room, and names of speakers with the talks that they give at the same time.

    ``star_count`` contains stars without an account.
    """

    star_count: int
    same_room: list[Talk] = field(default_factory=list)
    same_speakers: list[tuple[str, Talk]] = field(default_factory=list)


def load_move_consequences(
    session,
    talk: Talk,
    *,
    starts_at: dt.datetime,
    duration: int,
    room_id: int | None,
    speaker_names: Collection[str],
    is_cancelled: bool,
) -> MoveConsequences:
    """Return the consequences: four statements at most. The speakers of the talk are loaded with their users.

    A cancelled talk takes no time. Speakers are compared by account and, without one, by folded name.
    """
    found = MoveConsequences(load_talk_losses(session, talk).star_count)
    if is_cancelled:
        return found
    names = {fold_case(name) for name in speaker_names}
    user_ids = {each.user_id for each in talk.speakers if each.user_id and fold_case(speaker_name(each)) in names}
    for other in _list_simultaneous_talks(session, talk, starts_at, dt.timedelta(minutes=duration)):
        if room_id is not None and other.room_id == room_id:
            found.same_room.append(other)
        found.same_speakers += [
            (speaker_name(each), other)
            for each in other.speakers
            if each.user_id in user_ids or (each.user_id is None and fold_case(each.name) in names)
        ]
    return found


def _list_simultaneous_talks(session, talk, starts_at, duration):
    """Return the first talks of the event that overlap with the time. Differences of times are compared, as sums may overflow."""
    others = select(Talk.id, Talk.starts_at, Talk.duration).where(
        Talk.event_id == talk.event_id,
        Talk.id != talk.id,
        Talk.is_active == true(),
        Talk.state != CANCELLED_TALK,
    )
    ids = [
        id_
        for id_, other_starts_at, other_duration in session.execute(others.order_by(Talk.starts_at, Talk.id))
        if other_starts_at - starts_at < duration
        and starts_at - other_starts_at < dt.timedelta(minutes=max(other_duration, 0))
    ]
    loads = joinedload(Talk.room), selectinload(Talk.speakers).joinedload(TalkSpeaker.user)
    found = select(Talk).where(Talk.id.in_(ids[:MAX_OVERLAPS])).options(*loads).order_by(Talk.starts_at, Talk.id)
    return session.scalars(found).all() if ids else []
