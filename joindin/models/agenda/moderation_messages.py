"""Messages between moderators, the author of an event and people who report it."""

import datetime as dt

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db

ADMIN, AUTHOR, ANONYMOUS = "ADMIN", "AUTHOR", "ANON"


class ModerationMessage(db.Model):
    """``author`` is the role of the sender: ``ADMIN``, ``AUTHOR`` or ``ANON``."""

    __tablename__ = "moderation_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    message: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(10))
    is_author_visible: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
