"""Devices of people without an account, and the talks that they starred."""

import datetime as dt

from sqlalchemy import Date, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class Device(db.Model):
    """A browser that starred or rated talks without an account. Only the hash of its cookie is stored.

    A stopped device can read what it stored, and store nothing more. The days are in UTC.
    """

    __tablename__ = "devices"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    first_seen_on: Mapped[dt.date] = mapped_column(Date)
    last_seen_on: Mapped[dt.date] = mapped_column(Date, index=True)
    is_stopped: Mapped[bool] = mapped_column(default=False, server_default=false())


class DeviceStar(db.Model):
    """A star on a talk from a device. ``talks.star_count`` counts the stars of users only."""

    __tablename__ = "device_stars"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"), primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_device_stars_talk_id", "talk_id"),)
