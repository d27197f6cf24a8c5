"""Secret addresses at which the own schedule of a person or a device can be read without signing in."""

import datetime as dt

from sqlalchemy import Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.events import Event

# Forms of the schedule: a calendar, or a page of one event.
CALENDAR, PAGE = "calendar", "page"
# Contents of a calendar: starred talks, own talks, attended events and own shifts; or starred talks alone.
EVERYTHING, STARS = "all", "stars"


class ScheduleAddress(db.Model):
    """An address of a user or of a device. Only the hash of its token is stored.

    ``event_id`` limits it to one event. ``last_fetched_on`` is a day in UTC. The addresses of a device, and pages, have
    starred talks only.
    """

    __tablename__ = "schedule_addresses"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    contents: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_fetched_on: Mapped[dt.date | None] = mapped_column(Date)

    event: Mapped[Event | None] = relationship(lazy="raise_on_sql")
