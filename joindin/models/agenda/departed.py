"""Events and talks that were public and are no longer."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class Departed(db.Model):
    """The trace of a removed event, from which calendars learn that it is gone; kept for 30 days.

    Triggers store it (``performance/read_models/revisions.py``). ``row_id`` is the id of the event, which may be deleted.
    ``sequence`` is the revision with which the event went. ``tag_ids`` and ``host_ids`` are lists, for calendars of a tag
    or a host.
    """

    __tablename__ = "departed"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    row_id: Mapped[int]
    parent_id: Mapped[int | None]
    place_id: Mapped[int | None]
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    is_end_known: Mapped[bool]
    timezone: Mapped[str | None] = mapped_column(String(100))
    tag_ids: Mapped[list] = mapped_column(JSON)
    host_ids: Mapped[list] = mapped_column(JSON)
    sequence: Mapped[int]
    gone_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("kind", "row_id"), Index("ix_departed_gone_at", "gone_at"))


class DepartedTalk(db.Model):
    """The trace of a removed talk, from which calendars learn that it is gone; kept for 30 days.

    Triggers store it (``performance/read_models/departed_talks.py``). Talk and event may be deleted. ``sequence`` is the
    revision with which the talk went; the other columns say in which selections of the programme it was.
    """

    __tablename__ = "departed_talks"

    talk_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(index=True)
    stub: Mapped[str] = mapped_column(String(5), index=True)
    room_id: Mapped[int | None]
    type_id: Mapped[int]
    language_id: Mapped[int]
    track_ids: Mapped[list] = mapped_column(JSON)
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    duration: Mapped[int]
    has_recording_opt_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    level: Mapped[str | None] = mapped_column(String(20))
    timezone: Mapped[str | None] = mapped_column(String(100))
    sequence: Mapped[int]
    gone_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class DepartedTalkReader(db.Model):
    """A user or a device in whose own calendar a removed talk was, as ``starrer``, ``device`` or ``speaker``."""

    __tablename__ = "departed_talk_readers"

    relation: Mapped[str] = mapped_column(String(10), primary_key=True)
    reader_id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(
        ForeignKey("departed_talks.talk_id", ondelete="CASCADE"), primary_key=True, index=True
    )
