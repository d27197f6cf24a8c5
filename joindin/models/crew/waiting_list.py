"""Waiting lists of full shifts."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class WaitingListEntry(db.Model):
    """A user who waits for a place, in the order of the ids. ``team_uuid`` is the preferred team.

    ``answers`` maps the ids of questions, as texts, to the answers that become those of the participation.
    """

    __tablename__ = "shift_waiting_list"

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    team_uuid: Mapped[str | None] = mapped_column(String(100))
    answers: Mapped[dict] = mapped_column(JSON, default=dict, server_default="{}")
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("shift_id", "user_id"),)
