"""Working hours that were entered by hand, beside those of confirmed participations."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.extensions import db


class WorkingHours(db.Model):
    __tablename__ = "working_hours"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    hours: Mapped[Decimal] = mapped_column(Numeric(7, 2))
    reason: Mapped[str] = mapped_column(String(1024))
    worked_on: Mapped[dt.date]

    __table_args__ = (Index("ix_working_hours_user_id", "user_id", "worked_on"),)
