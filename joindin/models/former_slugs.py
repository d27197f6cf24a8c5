"""Former slugs of events and talks, which redirect to their pages.

Triggers store them (``performance/read_models/slug_history.py``), whichever program changes a slug.
"""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class EventSlug(db.Model):
    """A slug that an event had. An event that has it now comes first."""

    __tablename__ = "event_slugs"

    slug: Mapped[str] = mapped_column(String(255), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)


class TalkSlug(db.Model):
    """A slug that a talk of the event had. A deleted talk leaves all its slugs, with ``removed_at`` and without ``talk_id``."""

    __tablename__ = "talk_slugs"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(String(255), primary_key=True)
    talk_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id", ondelete="SET NULL"), index=True)
    removed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
