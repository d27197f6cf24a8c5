"""Attendance of events."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class Attendance(db.Model):
    """A user attends an event. The pair is the primary key, so an attendance exists once."""

    __tablename__ = "attendances"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_attendances_user_id", "user_id", "event_id"),)
