"""Which kinds of contents an event has: they decide which tabs its pages show."""

from typing import NamedTuple

from sqlalchemy import bindparam, exists, false, or_, select, true

from joindin.models import Room, Talk, TalkLink, TalkSpeaker
from joindin.performance.sql.compiled import CompiledStatement


class EventContents(NamedTuple):
    has_talks: bool
    has_speakers: bool
    has_slides: bool
    has_rooms: bool


_TALKS = select(Talk.id).where(Talk.event_id == bindparam("event_id"), Talk.is_active == true())
_SPEAKERS = _TALKS.join(TalkSpeaker, TalkSpeaker.talk_id == Talk.id).where(TalkSpeaker.is_pending == false())
_SLIDES = _TALKS.outerjoin(TalkLink, TalkLink.talk_id == Talk.id).where(
    or_(TalkLink.id.is_not(None), Talk.slides_url.is_not(None) & (Talk.slides_url != ""))
)
_CONTENTS = CompiledStatement(
    select(
        exists(_TALKS.subquery().select()),
        exists(_SPEAKERS.subquery().select()),
        exists(_SLIDES.subquery().select()),
        exists(select(Room.id).where(Room.event_id == bindparam("event_id"))),
    )
)


def load_event_contents(connection, event_id: int) -> EventContents:
    """Return what the event has: one statement."""
    return EventContents(*map(bool, connection.execute(_CONTENTS, {"event_id": event_id}).one()))
