"""Numbers of the missing parts of an event and of the open decisions at it, for its organisers."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, exists, false, func, or_, select, true

from joindin.models import (
    CANCELLED_TALK,
    Event,
    EventComment,
    EventCommentReport,
    EventFlyer,
    EventImage,
    Room,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkLink,
    TalkSpeaker,
)
from joindin.queries.comment_reports import select_open_reports
from joindin.queries.feedback.bursts import find_bursts

# As for new talks (``operations/talks.py``).
LATEST_TALK_AFTER_END = dt.timedelta(days=1)


@dataclass(frozen=True)
class Checklist:
    """Numbers of an event. ``reports`` counts each report about a comment."""

    images: int
    talks: int
    talks_outside: int
    unclaimed_speakers: int
    talks_without_slides: int
    claims: int
    reports: int
    rooms: int
    talks_without_room: int
    waiting_texts: int
    stars: int
    ratings: int
    texts: int
    bursts: int
    overlapping_talks: int


def load_checklist(session, event: Event) -> Checklist:
    """Count in six statements."""
    of_event = (Talk.event_id == event.id, Talk.is_active == true())
    is_slides = and_(TalkLink.talk_id == Talk.id, TalkLink.type == "slides_link")
    has_slides = or_(func.coalesce(Talk.slides_url, "") != "", exists().where(is_slides))
    counts = [
        select(
            select(func.count()).where(EventImage.event_id == event.id).scalar_subquery()
            + select(func.count()).where(EventFlyer.event_id == event.id).scalar_subquery()
        ),
        _count(Talk, *of_event),
        _count(Talk, *of_event, or_(Talk.starts_at < event.starts_at, Talk.starts_at >= _last_start(event))),
        _count(TalkSpeaker, *of_event, TalkSpeaker.user_id.is_(None), TalkSpeaker.is_pending == false(), joined=Talk),
        _count(Talk, *of_event, ~has_slides),
        _count(
            TalkClaim,
            Talk.event_id == event.id,
            TalkClaim.user_approved_at.is_not(None),
            TalkClaim.host_approved_at.is_(None),
            joined=Talk,
        ),
        select(_count_reports(event).scalar_subquery() + _count_reports(event, of_talks=True).scalar_subquery()),
        _count(Room, Room.event_id == event.id),
        _count(Talk, *of_event, Talk.room_id.is_(None)),
        _count(TalkComment, TalkComment.event_id == event.id, TalkComment.is_waiting == true()),
        _sum(Talk.star_count, *of_event),
        _sum(Talk.rating_count + Talk.guest_rating_count, *of_event),
        _count(TalkComment, TalkComment.event_id == event.id, TalkComment.is_hidden == false()),
    ]
    numbers = session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    bursts = [burst for burst in find_bursts(session, event.id) if burst.is_open]
    return Checklist(*numbers, bursts=len(bursts), overlapping_talks=_count_overlaps(session, event.id))


def _count_overlaps(session, event_id):
    """Return the number of talks that begin before another one in their room has ended. Cancelled talks take no room."""
    columns = (Talk.room_id, Talk.starts_at, Talk.duration)
    placed = select(*columns).where(
        Talk.event_id == event_id,
        Talk.is_active == true(),
        Talk.room_id.is_not(None),
        Talk.state != CANCELLED_TALK,
    )
    free_at, overlaps = {}, 0
    for room_id, starts_at, duration in session.execute(placed.order_by(Talk.starts_at, Talk.id)):
        overlaps += room_id in free_at and starts_at < free_at[room_id]
        ends_at = starts_at + dt.timedelta(minutes=max(duration, 0))
        free_at[room_id] = max(ends_at, free_at.get(room_id, ends_at))
    return overlaps


def _count(model, *conditions, joined=None):
    counted = select(func.count()).select_from(model)
    if joined is not None:
        counted = counted.join(joined, joined.id == model.talk_id)
    return counted.where(*conditions)


def _sum(number, *conditions):
    return select(func.coalesce(func.sum(number), 0)).where(*conditions)


def _count_reports(event, *, of_talks=False):
    reports, comments = (TalkCommentReport, TalkComment) if of_talks else (EventCommentReport, EventComment)
    return select_open_reports(reports).where(comments.event_id == event.id).with_only_columns(func.count())


def _last_start(event):
    return event.ends_at + LATEST_TALK_AFTER_END
