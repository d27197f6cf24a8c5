"""Guests: people without an account, who sign up at one event by its share link."""

import datetime as dt

from sqlalchemy import Column, Date, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base, UtcDateTime
from joindin.db.encrypted_json import EncryptedJSON
from joindin.extensions import db, secret_keys

guest_qualifications = Table(
    "guest_qualifications",
    Base.metadata,
    Column("guest_id", ForeignKey("crew_guests.id", ondelete="CASCADE"), primary_key=True),
    Column("qualification_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class EventGuestShare(db.Model):
    """The link with which people register as guests of an event. Planners see it, so the token itself is stored."""

    __tablename__ = "event_guest_shares"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    token: Mapped[str] = mapped_column(String(254), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True)


class CrewGuest(db.Model):
    """``access_token_hash`` is the hash of the token in the link to the guest's page.

    ``mail_settings`` has the encrypted ``token`` for the link in mails, and the ``language`` of these.
    """

    __tablename__ = "crew_guests"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    display_name: Mapped[str] = mapped_column(String(254))
    date_of_birth: Mapped[dt.date | None] = mapped_column(Date)
    phone: Mapped[str | None] = mapped_column(String(254))
    access_token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    mail_settings: Mapped[dict | None] = mapped_column(EncryptedJSON("token", secret_keys))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("event_id", "email"),)
