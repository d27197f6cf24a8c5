"""Tracks of an event and the talks in them."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from joindin.db.base import Base
from joindin.extensions import db
from joindin.models.events import Event
from joindin.utils.text import fold_case_accents

talk_tracks = Table(
    "talk_tracks",
    Base.metadata,
    Column("talk_id", ForeignKey("talks.id", ondelete="CASCADE"), primary_key=True),
    Column("track_id", ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_talk_tracks_track_id", "track_id", "talk_id"),
)


HUES = ("red", "orange", "yellow", "lime", "green", "teal", "cyan", "blue", "indigo", "purple", "pink", "grey")


class Track(db.Model):
    """``talk_count`` counts the active talks; names need not be unique. ``hue`` is one of ``HUES``; NULL is no colour."""

    __tablename__ = "tracks"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(300))
    name_key: Mapped[str] = mapped_column(String(600))
    description: Mapped[str | None] = mapped_column(Text)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    hue: Mapped[str | None] = mapped_column(String(10))
    talk_count: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (Index("ix_tracks_event_id", "event_id", "name_key", "id"),)

    @validates("name")
    def _set_name_key(self, _field, value):
        self.name_key = fold_case_accents(value)
        return value
