"""Ratings of talks that people gave with one tap, with an account or from a device."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class TalkRating(db.Model):
    """``rating`` is 1 to 5 (with the scheme ``two``: of the content), ``rating_2`` the one of the delivery.

    The rating is of a user or of a device, once a talk. The last tap counts. Users' ratings are in the talk's
    ``rating_sum`` unless a comment of the user rated the talk; those without a user are in ``guest_rating_sum``.
    A rating without both is of a device whose cookie has expired.
    ``is_on_site`` marks ratings with the code of a room. Hosts leave out bursts (``is_left_out``).
    """

    __tablename__ = "talk_ratings"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id", ondelete="SET NULL"))
    rating: Mapped[int]
    rating_2: Mapped[int | None]
    is_on_site: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_left_out: Mapped[bool] = mapped_column(default=False, server_default=false())
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        UniqueConstraint("talk_id", "user_id"),
        UniqueConstraint("talk_id", "device_id"),
        Index("ix_talk_ratings_user_id", "user_id", "talk_id"),
        Index("ix_talk_ratings_device_id", "device_id", "talk_id"),
        Index("ix_talk_ratings_talk_id", "talk_id", "created_at", "id"),
    )


class TalkRatingNetwork(db.Model):
    """The number of new ratings of a talk without an account that came from one network, outside the days of the event.

    ``network`` is a keyed hash that changes each day. Rows are kept for a day and refer to no rating.
    """

    __tablename__ = "talk_rating_networks"

    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"), primary_key=True)
    network: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    first_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
