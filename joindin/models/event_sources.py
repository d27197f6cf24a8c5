"""Origin of events that were imported from listings."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class EventSource(db.Model):
    """The state of a listing at the last import, with which the next import detects changes.

    ``source_key`` is the listing's identity within ``source``; ``traits`` are the fields by which it is recognised
    after that identity has changed. ``files`` maps each file to its tag. ``fingerprints`` are hashes of the values by
    group of fields.
    """

    __tablename__ = "event_sources"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    source: Mapped[str] = mapped_column(String(50))
    source_key: Mapped[str] = mapped_column(String(255))
    traits: Mapped[list] = mapped_column(JSON)
    files: Mapped[dict] = mapped_column(JSON)
    fingerprints: Mapped[dict] = mapped_column(JSON)
    imported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("source", "source_key"),)
