"""Comments on events and reports about them."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.events import Event
from joindin.models.users import User

MAX_AUTHOR_NAME_LENGTH = 100
MAX_REPORT_NOTE_LENGTH = 1000
REPORT_REASONS = ("spam", "insult", "private_data", "off_topic", "other")


class EventComment(db.Model):
    """``rating`` is 1 to 5, 0 where it does not count, NULL in old data.

    ``author_name`` is the name of an anonymous author in imported data, and a copy of a user's name, which may be cut. A reported comment is hidden until a decision.
    ``version`` changes with the row (``performance/read_models/row_versions.py``).
    """

    __tablename__ = "event_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    author_name: Mapped[str | None] = mapped_column(String(MAX_AUTHOR_NAME_LENGTH))
    rating: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(String(255))
    is_hidden: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")
    event: Mapped[Event] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_event_comments_event_id", "event_id", "is_hidden", "created_at", "id"),
        Index("ix_event_comments_user_id", "user_id", "event_id"),
    )


class EventCommentReport(db.Model):
    """A report about a comment; ``decision`` is ``approved``, ``denied`` or NULL while the report is open.

    ``reason`` is one of ``REPORT_REASONS``; reports through the API have none.
    """

    __tablename__ = "event_comment_reports"

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("event_comments.id", ondelete="CASCADE"), index=True)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    reported_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(String(MAX_REPORT_NOTE_LENGTH))
    decision: Mapped[str | None] = mapped_column(String(20))
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    comment: Mapped[EventComment] = relationship(lazy="raise_on_sql")
    reporter: Mapped[User | None] = relationship(foreign_keys=reporter_id, lazy="raise_on_sql")
    decider: Mapped[User | None] = relationship(foreign_keys=decider_id, lazy="raise_on_sql")
