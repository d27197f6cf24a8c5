"""Rate limits stored in the database."""

import datetime as dt

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class RateLimitCounter(db.Model):
    """A count that is valid until ``ends_at``. The key is a hash, because it may contain an IP address."""

    __tablename__ = "rate_limit_counters"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
