"""Which kinds of contents an event has: they decide which tabs its pages show."""

from typing import NamedTuple

from sqlalchemy import bindparam, exists, false, or_, select, true

from joindin.models import ProgrammeChange, Room, Talk, TalkLink, TalkSpeaker
from joindin.performance.sql.compiled import CompiledStatement


class EventContents(NamedTuple):
    has_talks: bool
    has_speakers: bool
    has_slides: bool
    has_rooms: bool
    has_changes: bool


_TALKS = select(Talk.id).where(Talk.event_id == bindparam("event_id"), Talk.is_active == true())
_SPEAKERS = _TALKS.join(TalkSpeaker, TalkSpeaker.talk_id == Talk.id).where(TalkSpeaker.is_pending == false())
_SLIDES = _TALKS.outerjoin(TalkLink, TalkLink.talk_id == Talk.id).where(
    or_(TalkLink.id.is_not(None), Talk.slides_url.is_not(None) & (Talk.slides_url != ""))
)
_WITH_MATERIAL = CompiledStatement(
    _TALKS.where(
        or_(
            exists().where(TalkLink.talk_id == Talk.id, TalkLink.type != "joindin_link"),
            Talk.slides_url.is_not(None) & (Talk.slides_url != ""),
        )
    ).order_by(Talk.starts_at, Talk.id)
)
_CONTENTS = CompiledStatement(
    select(
        exists(_TALKS.subquery().select()),
        exists(_SPEAKERS.subquery().select()),
        exists(_SLIDES.subquery().select()),
        exists(select(Room.id).where(Room.event_id == bindparam("event_id"))),
        exists(select(ProgrammeChange.id).where(ProgrammeChange.event_id == bindparam("event_id"))),
    )
)


def load_event_contents(connection, event_id: int) -> EventContents:
    """Return what the event has: one statement."""
    return EventContents(*map(bool, connection.execute(_CONTENTS, {"event_id": event_id}).one()))


def list_talk_ids_with_material(connection, event_id: int) -> list[int]:
    """Return the ids of the talks that have slides, a recording or code, by start and id."""
    return [row.id for row in connection.execute(_WITH_MATERIAL, {"event_id": event_id})]
