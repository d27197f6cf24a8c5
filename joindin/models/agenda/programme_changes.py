"""Changes of programmes that visitors could see."""

import datetime as dt

from sqlalchemy import Computed, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db

NEW_TALK, MOVED_TALK, OTHER_ROOM = "new", "moved", "room"
TALK_CANCELLED, TALK_RESTORED, TALK_REMOVED = "cancelled", "restored", "removed"

# The first that applies.
KIND = """CASE
    WHEN state_after = 'removed' THEN 'removed'
    WHEN state_after = 'cancelled' AND coalesce(state_before, '') <> 'cancelled' THEN 'cancelled'
    WHEN state_before IS NULL THEN 'new'
    WHEN state_before = 'removed' OR (state_before = 'cancelled' AND state_after <> 'cancelled') THEN 'restored'
    WHEN starts_before <> starts_after THEN 'moved'
    ELSE 'room' END"""


class ProgrammeChange(db.Model):
    """A change of a talk in the programme of a public event. Triggers store it (``performance/read_models/programme_changes.py``).

    The states are ``shown``, ``cancelled`` and ``removed``; ``state_before`` is None if the talk was never shown. Starts and
    the names of rooms are those that visitors saw; a removed talk has none. There is no title: it is that of the talk, while
    the talk is visible. The talk may be deleted. Changes of other talks in the same moment have the same ``batch_id``, the
    id of the first of them, which has none.
    """

    __tablename__ = "programme_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id", ondelete="SET NULL"))
    batch_id: Mapped[int | None]
    state_before: Mapped[str | None] = mapped_column(String(10))
    state_after: Mapped[str] = mapped_column(String(10))
    starts_before: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    starts_after: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    room_before: Mapped[str | None] = mapped_column(String(200))
    room_after: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(10), Computed(KIND, persisted=True))
    changed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_programme_changes_event_id", "event_id", "id"),
        Index("ix_programme_changes_talk_id", "talk_id", "id"),
    )
