"""What lists go by: narrow copies of what everybody may see, and how many there are of it.

The database keeps them by triggers (``joindin/upkeep``), whoever writes and however. Nothing here
is the truth about anything: it can be made anew from the other tables at any time.
"""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db


class ListedEvent(db.Model):
    """One row for each visible event. The call for papers is there only with its address and both its ends."""

    __tablename__ = "listed_events"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    start_day: Mapped[int]
    cfp_starts_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    cfp_ends_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    name_key: Mapped[str] = mapped_column(String(400))

    __table_args__ = (Index("ix_listed_events_starts_at", "starts_at", "event_id"),)


_has_call = ListedEvent.cfp_ends_at.is_not(None)
Index(
    "ix_listed_events_cfp_ends_at",
    ListedEvent.cfp_ends_at,
    ListedEvent.event_id,
    ListedEvent.cfp_starts_at,
    sqlite_where=_has_call,
    postgresql_where=_has_call,
)


class HotEvent(db.Model):
    """How a visible event stands among the hot ones, apart because it moves with everybody who attends.

    The contract's score, in fifths, is ``5 * |start_day - today| - popularity``. For an event that
    has not begun that is ``heat - 5 * today``, for one that has ``heat + 5 * today``: the order
    among each does not depend on the day. ``is_begun`` tells which of the two ``heat`` is; it may
    lag behind the calendar, and lists then look at those few rows apart (``queries/hot.py``).
    """

    __tablename__ = "hot_events"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("listed_events.event_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    is_begun: Mapped[bool]
    start_day: Mapped[int]
    heat: Mapped[int]

    __table_args__ = (
        Index("ix_hot_events_heat", "is_begun", "heat", "event_id", "start_day"),
        Index("ix_hot_events_start_day", "is_begun", "start_day", "heat", "event_id"),
    )


# Those few that may be among the hot ones from far away have an index to themselves.
POPULARITY_THRESHOLD = 320
IS_POPULAR = f"CASE WHEN is_begun THEN -5 * start_day ELSE 5 * start_day END - heat > {POPULARITY_THRESHOLD}"
Index(
    "ix_hot_events_popular",
    HotEvent.is_begun,
    HotEvent.start_day,
    HotEvent.heat,
    sqlite_where=text(IS_POPULAR),
    postgresql_where=text(IS_POPULAR),
)


class ListedTag(db.Model):
    """The tag of a visible event, in the order in which the events of a tag are listed."""

    __tablename__ = "listed_tags"

    tag_id: Mapped[int] = mapped_column(
        ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, primary_key=True)
    event_id: Mapped[int] = mapped_column(
        ForeignKey("listed_events.event_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    start_day: Mapped[int]

    __table_args__ = (Index("ix_listed_tags_event_id", "event_id"), {"sqlite_with_rowid": False})


class BucketCount(db.Model):
    """How many of something there are in a stretch of places.

    ``subject`` says of what: ``events`` and ``tag 5`` (visible ones, by the day of their start),
    ``users`` (active ones, by their id in blocks of 256), ``changes`` (of whatever lists go by). A stretch of level 0 is one place, of level 1 it
    is 64, of level 2 4,096, so that a few rows tell how many lie before any place.
    """

    __tablename__ = "tallies"

    subject: Mapped[str] = mapped_column(String(30), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stretch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = ({"sqlite_with_rowid": False},)


class PendingBucketCount(db.Model):
    """What is not in the tallies yet.

    On PostgreSQL two writers would have to wait for each other if both counted in the same row, so
    they add one here, and whoever can do so without waiting sums up. SQLite has one writer at a time
    and needs none of this.
    """

    __tablename__ = "tally_changes"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(30))
    place: Mapped[int]
    change: Mapped[int]

    __table_args__ = (Index("ix_tally_changes_subject", "subject", "place"),)
