"""Marking talks."""

from sqlalchemy import select

from joindin.models import Event, Talk, TalkStar
from joindin.operations.toggles import Marks
from joindin.performance.sql.writer import Writer
from joindin.queries.talks import VISIBLE

_marks = Marks(
    TalkStar.__table__,
    "talk_id",
    things=Talk.__table__,
    counter="star_count",
    seen=select(Event.id).where(Event.id == Talk.event_id, *VISIBLE).correlate(Talk).exists(),
)


def star_talk(writer: Writer, talk_id: int, user_id: int) -> bool:
    """Mark a talk, and commit; nothing happens if it is marked. False if there is no such talk."""
    return _marks.add(writer, talk_id, user_id)


def unstar_talk(writer: Writer, talk_id: int, user_id: int) -> None:
    """Take the mark back, and commit; nothing happens if there is none, or no such talk."""
    _marks.remove(writer, talk_id, user_id)
