"""Attendance of events."""

from sqlalchemy import ForeignKey, Index, true
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class Attendance(db.Model):
    """A user attends an event. The pair is the primary key, so an attendance exists once.

    ``is_listed``: the web site shows the user's name in the list of attendees. The API lists all attendees.
    """

    __tablename__ = "attendances"

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    is_listed: Mapped[bool] = mapped_column(server_default=true())

    __table_args__ = (Index("ix_attendances_user_id", "user_id", "event_id"),)
