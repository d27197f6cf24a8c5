"""Sender of an event that was submitted without an account."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class AnonymousSubmission(db.Model):
    """The secret with which the sender edits the event until it is decided, and the address for the decision.

    Only the hash of the secret is stored. The row is deleted with the decision.
    """

    __tablename__ = "anonymous_submissions"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
