"""Outbox: mails that are written in the transaction of their cause and sent after it."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.db.encrypted_json import EncryptedJSON
from joindin.extensions import db, secret_keys


class Mail(db.Model):
    """A mail that is waiting, was sent or has failed for good.

    ``context`` fills the template ``kind``. It may contain a one-time token, which is encrypted, and is cleared once the mail
    is sent. A mail that was abandoned keeps it until it is purged, so that it can be retried.
    ``due_at`` is NULL when no further attempt is made. ``user_id`` is set for mails that the user can opt out of.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(50))
    recipient: Mapped[str] = mapped_column(String(200))
    reply_to: Mapped[str | None] = mapped_column(String(500))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    context: Mapped[dict] = mapped_column(EncryptedJSON("token", secret_keys), default=dict)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("ix_outbox_due_at", "due_at", "id"),)
