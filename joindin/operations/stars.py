"""Marking talks."""

from sqlalchemy import select

from joindin.models import Event, Talk, TalkStar
from joindin.operations.toggles import CountedToggle
from joindin.performance.sql.writer import TransactionRunner
from joindin.queries.talks import VISIBLE

_toggle = CountedToggle(
    TalkStar.__table__,
    "talk_id",
    things=Talk.__table__,
    counter="star_count",
    seen=select(Event.id).where(Event.id == Talk.event_id, *VISIBLE).correlate(Talk).exists(),
)


def star_talk(writer: TransactionRunner, talk_id: int, user_id: int) -> bool:
    """Mark a talk, and commit; nothing happens if it is marked. False if there is no such talk."""
    return _toggle.set(writer, talk_id, user_id)


def unstar_talk(writer: TransactionRunner, talk_id: int, user_id: int) -> None:
    """Take the mark back, and commit; nothing happens if there is none, or no such talk."""
    _toggle.unset(writer, talk_id, user_id)
