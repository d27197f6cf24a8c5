"""Consequences: grants that wait for a confirmation, and the events that grant qualifications."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db

GRANT_WORKING_HOURS, GRANT_QUALIFICATION = "ephios.grant_working_hours", "ephios.grant_qualification"
NEEDS_CONFIRMATION, EXECUTED, FAILED, DENIED = "needs_confirmation", "executed", "failed", "denied"

# Which shifts of an event a user has to attend for the qualification.
ANY_SHIFT, EVERY_SHIFT, LAST_SHIFT = 1, 2, 3


class Consequence(db.Model):
    """Something that a user gets once it is confirmed: hours or a qualification, by ``slug``.

    ``data`` of hours: ``hours``, ``date``, ``reason``; of a qualification: ``qualification_id``, ``event_id``, ``expires``.
    """

    __tablename__ = "consequences"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(255))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20), default=NEEDS_CONFIRMATION)
    data: Mapped[dict] = mapped_column(JSON, default=dict)

    __table_args__ = (Index("ix_consequences_state", "state", "id"),)


class EventQualification(db.Model):
    """The qualification that an event grants to those who attended it. ``mode`` is one of the ``_SHIFT`` constants.

    With ``extends_only`` it only moves the expiry of those who have the qualification already.
    """

    __tablename__ = "event_qualifications"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    qualification_id: Mapped[int] = mapped_column(ForeignKey("qualifications.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    mode: Mapped[int] = mapped_column(default=ANY_SHIFT)
    extends_only: Mapped[bool] = mapped_column(default=False)
    needs_confirmation: Mapped[bool] = mapped_column(default=True)
