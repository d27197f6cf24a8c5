"""Read models for list queries: narrow copies of the public columns of events, and counts per bucket.

Database triggers maintain them (``performance/read_models``). They contain no primary data and can be rebuilt at any
time.
"""

import datetime as dt

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.events import MAX_EVENT_NAME_LENGTH


class ListedEvent(db.Model):
    """One row for each visible event. The columns of the call for papers are set only if its URL and both dates are."""

    __tablename__ = "listed_events"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    start_day: Mapped[int]
    cfp_starts_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    cfp_ends_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    name_key: Mapped[str] = mapped_column(String(2 * MAX_EVENT_NAME_LENGTH))

    __table_args__ = (Index("ix_listed_events_starts_at", "starts_at", "event_id", "name_key"),)


_has_cfp = ListedEvent.cfp_ends_at.is_not(None)
Index(
    "ix_listed_events_cfp_ends_at",
    ListedEvent.cfp_ends_at,
    ListedEvent.event_id,
    ListedEvent.cfp_starts_at,
    sqlite_where=_has_cfp,
    postgresql_where=_has_cfp,
)


class HotEvent(db.Model):
    """The place of a visible event in the hot list. A table of its own, because it changes with every attendance.

    The contract's score, in fifths, is ``5 * |start_day - today| - popularity``. For an event that has not started this
    is ``sort_score - 5 * today``, for one that has ``sort_score + 5 * today``: the order within each group does not
    depend on the day. ``has_started`` says which of the two forms ``sort_score`` has. It may lag behind the calendar;
    ``queries/event_lists/hot.py`` handles the rows in question one by one.
    """

    __tablename__ = "hot_events"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("listed_events.event_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    has_started: Mapped[bool]
    start_day: Mapped[int]
    sort_score: Mapped[int]

    __table_args__ = (
        Index("ix_hot_events_sort_score", "has_started", "sort_score", "event_id", "start_day"),
        Index("ix_hot_events_start_day", "has_started", "start_day", "sort_score", "event_id"),
    )


class ListedTag(db.Model):
    """A tag of a visible event, in the order in which the events of a tag are listed."""

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
    """How many entries of a list lie in a bucket.

    ``counter`` is the list: ``events``, ``tag 5`` and ``place 5`` (visible events, a bucket is the UTC day of the
    start), ``users`` (active users, a bucket is a block of 256 ids). A row of level 0 counts one bucket, a row of level 1
    counts 64, so that the number of entries before any bucket is the sum of few rows. A row of level 2 counts all, by
    which tags and places are ordered. ``changes`` counts changes of the read models in one bucket.
    """

    __tablename__ = "bucket_counts"

    counter: Mapped[str] = mapped_column(String(30), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bucket: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = ({"sqlite_with_rowid": False},)


_is_total = BucketCount.level == 2
Index(
    "ix_bucket_counts_total",
    BucketCount.count,
    BucketCount.counter,
    sqlite_where=_is_total,
    postgresql_where=_is_total,
)


class PendingBucketCount(db.Model):
    """A change that is not part of the bucket counts yet.

    On PostgreSQL two writers that updated the same count would wait for each other. Each inserts its change here
    instead, and the first that gets the lock without waiting adds all committed changes to the counts. SQLite has one
    writer at a time and never uses this table.
    """

    __tablename__ = "pending_bucket_counts"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    counter: Mapped[str] = mapped_column(String(30))
    bucket: Mapped[int]
    change: Mapped[int]

    __table_args__ = (Index("ix_pending_bucket_counts_counter", "counter", "bucket"),)
