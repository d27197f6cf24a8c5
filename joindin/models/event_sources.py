"""Where an event came from: the listing in other people's data that an import made it of."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class EventSource(db.Model):
    """What the last import knew of a listing, so that the next one can tell what has changed.

    ``source_key`` is the listing's identity within ``source``; ``traits`` are the parts by which it
    is recognised once that identity has changed. ``files`` tells the tag that each file gave.
    ``fingerprints`` stand for the values the listing had, by group of fields.
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
