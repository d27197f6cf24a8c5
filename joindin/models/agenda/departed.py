"""Events that were public and are no longer."""

import datetime as dt

from sqlalchemy import JSON, Index, String, UniqueConstraint
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
