"""Shifts of an event, for which people sign up."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String, event, inspect
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.utils.datetimes import utc_now


class Shift(db.Model):
    """``signup_flow_slug`` names the rules of signing up, ``structure_slug`` those of places and qualifications.

    The configurations are stored as the contract describes them (spec 15), with ids of this database. Slugs of flows and
    structures that do not exist here are kept. ``revision`` and ``revised_at`` move with every change, so that calendars read
    the shift again; a shift that never changed has no ``revised_at``. ``version`` also changes with the participations.
    """

    __tablename__ = "shifts"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(255), default="")
    meets_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    signup_flow_slug: Mapped[str] = mapped_column(String(100))
    signup_flow_configuration: Mapped[dict] = mapped_column(JSON, default=dict)
    structure_slug: Mapped[str] = mapped_column(String(100))
    structure_configuration: Mapped[dict] = mapped_column(JSON, default=dict)
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    revised_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("ix_shifts_event_id", "event_id", "meets_at", "starts_at", "id"),
        Index("ix_shifts_meets_at", "meets_at", "starts_at", "id"),
        Index("ix_shifts_starts_at", "starts_at", "id"),
        Index("ix_shifts_ends_at", "ends_at", "id"),
    )


@event.listens_for(Shift, "before_update")
def _revise(_mapper, _connection, changed):
    if inspect(changed).modified:
        changed.revision, changed.revised_at = Shift.__table__.c.revision + 1, utc_now()
