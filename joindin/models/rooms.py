"""Rooms of an event."""

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from joindin.extensions import db
from joindin.models.events import Event
from joindin.utils.text import fold_case_accents


class Room(db.Model):
    """A room in which talks of one event take place.

    Names that differ in case or accents only are one room. ``code`` is the short address on printed sheets, ``guid`` the
    identity in the file of another program; without one it is computed. ``key_generation`` counts the renewals of the
    printed codes.
    """

    __tablename__ = "rooms"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(400))
    slug: Mapped[str] = mapped_column(String(255))
    code: Mapped[str] = mapped_column(String(8), unique=True)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    guid: Mapped[str | None] = mapped_column(String(36))
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    capacity: Mapped[int | None]
    floor: Mapped[str] = mapped_column(String(100), default="", server_default="")
    access_notes: Mapped[str] = mapped_column(Text, default="", server_default="")
    stream_url: Mapped[str] = mapped_column(String(600), default="", server_default="")
    key_generation: Mapped[int] = mapped_column(default=0, server_default="0")

    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (UniqueConstraint("event_id", "name_key"), UniqueConstraint("event_id", "slug"))

    @validates("name")
    def _set_name_key(self, _field, value):
        self.name_key = fold_case_accents(value)
        return value
