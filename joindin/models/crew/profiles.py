"""Profile of a user for the crew, beyond the account."""

import datetime as dt

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db

# The default of people who have chosen nothing, and of those without an account.
REMINDER_HOURS = 24
REMINDER_CHOICES = (1, 2, 4, 12, 24, 48, 72, 168)


class CrewProfile(db.Model):
    """Users without a row have the defaults.

    Users who are not visible are in no list of users. ``calendar_token_hash`` is the hash of the token in the address of the
    user's calendar, and ``shifts_key_hash`` that of the key of the export of shifts. ``muted_notifications`` are pairs of a
    notification type and a way to send it. Shifts are announced ``reminder_hours`` before they start, or never if it is NULL.
    """

    __tablename__ = "crew_profiles"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    date_of_birth: Mapped[dt.date | None] = mapped_column(Date)
    phone: Mapped[str | None] = mapped_column(String(254))
    is_visible: Mapped[bool] = mapped_column(default=True)
    preferred_language: Mapped[str | None] = mapped_column(String(10))
    calendar_token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    shifts_key_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    muted_notifications: Mapped[list] = mapped_column(JSON, default=list)
    reminder_hours: Mapped[int | None] = mapped_column(default=REMINDER_HOURS, server_default=str(REMINDER_HOURS))
