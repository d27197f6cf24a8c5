"""Shifts that were generated from the talks of an event, and follow them."""

import datetime as dt

from sqlalchemy import Column, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base, UtcDateTime
from joindin.extensions import db

# Kinds: leading talks, helping in rooms, filming.
SESSION_CHAIR, ROOM_HELP, CAMERA = "session_chair", "room_help", "camera"
KINDS = (SESSION_CHAIR, ROOM_HELP, CAMERA)

# Problems that a responsible has to decide about: all talks are gone, or they moved and the times were changed by hand.
TALKS_DELETED, TIMES_KEPT = "talks_deleted", "times_kept"
PROBLEMS = (TALKS_DELETED, TIMES_KEPT)

programme_shift_talks = Table(
    "programme_shift_talks",
    Base.metadata,
    Column("shift_id", ForeignKey("programme_shifts.shift_id", ondelete="CASCADE"), primary_key=True),
    Column("talk_id", ForeignKey("talks.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_programme_shift_talks_talk_id", "talk_id"),
)


class ProgrammeShift(db.Model):
    """The rule by which a shift was generated.

    A track stands for a room. ``max_gap`` is the longest break in minutes between two talks of a block; NULL for a shift of one
    talk. ``label``, ``starts_at`` and ``ends_at`` are those that the rule gives. A value of the shift that differs was
    changed by hand, and stays.
    """

    __tablename__ = "programme_shifts"

    shift_id: Mapped[int] = mapped_column(
        ForeignKey("shifts.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    kind: Mapped[str] = mapped_column(String(20))
    track_id: Mapped[int | None] = mapped_column(ForeignKey("tracks.id", ondelete="SET NULL"), index=True)
    minutes_before: Mapped[int]
    minutes_after: Mapped[int]
    max_gap: Mapped[int | None]
    label_pattern: Mapped[str] = mapped_column(String(255))
    label: Mapped[str] = mapped_column(String(255))
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    problem: Mapped[str | None] = mapped_column(String(20))
