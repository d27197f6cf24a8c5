"""Events with their hosts and images."""

import datetime as dt

from sqlalchemy import (
    JSON,
    Computed,
    FetchedValue,
    Float,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    false,
    func,
    inspect,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship, validates

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.agenda.call_times import CallTimes
from joindin.models.agenda.places import Place
from joindin.models.agenda.tags import Tag, event_tags
from joindin.models.users import User
from joindin.utils.datetimes import day_number
from joindin.utils.text import fold_case_accents

# That of Gancio. Joind.in's own API allows less (docs/one-event.md).
MAX_EVENT_NAME_LENGTH = 255

# States of a visible event.
SCHEDULED, TENTATIVE, POSTPONED, CANCELLED = "scheduled", "tentative", "postponed", "cancelled"

# 06:00: talks after midnight belong to the evening before.
DAY_STARTS_AT = 6 * 60


class Event(db.Model):
    """An event in any state.

    ``is_pending`` keeps the contract's three values: pending, decided, and NULL for an event that needed no approval.
    A rejected event is neither pending nor active. ``is_visible`` is computed by the database; lists read copies of the
    visible events (``models/read_models.py``). The counters change in the transaction that changes what they count.
    ``version`` changes with everything that a representation contains.

    A call for papers that closes at midnight is open to the end of that day: in the time zone of the event, or with
    ``is_cfp_anywhere`` in the zone in which days end last (``agenda/call_times.py``). ``cfp_closes_at`` is that instant.
    ``location``, ``latitude`` and ``longitude`` are what is shown. ``place_id`` is the place that they were copied from.
    An event without a known end has ``is_end_known`` false and its start as ``ends_at``. ``description`` is plain text
    or Markdown; ``description_html`` is the sanitised HTML that it was made from, if the event was written in HTML.
    The parent of a series has ``is_series`` and is never listed; its occurrences have ``parent_id`` and ``occurrence_at``
    (``models/agenda/event_series.py``). One that was created before it is the next has ``is_ahead``; Gancio does not list it.
    ``revision`` and ``revised_at`` move when something changes that calendars show (``performance/read_models/revisions.py``).
    An event that never changed since it was submitted has no ``revised_at``. ``programme_version`` moves with what the
    programme shows (``performance/read_models/programme_versions.py``).
    ``city_id`` and ``country_code`` were found for the ``located_revision`` (``operations/agenda/event_cities.py``).
    """

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_EVENT_NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(String(2 * MAX_EVENT_NAME_LENGTH))
    slug: Mapped[str | None] = mapped_column(String(255), unique=True)
    stub: Mapped[str | None] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(Text)
    location: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None] = mapped_column(Float)
    longitude: Mapped[float | None] = mapped_column(Float)
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    start_day: Mapped[int] = mapped_column(comment="UTC day of the start, counted from 1970-01-01")
    timezone: Mapped[str | None] = mapped_column(String(100))
    href: Mapped[str | None] = mapped_column(String(600))
    hashtag: Mapped[str | None] = mapped_column(String(100))
    contact_name: Mapped[str | None] = mapped_column(String(200))
    icon: Mapped[str | None] = mapped_column(String(100))
    image_generation: Mapped[int] = mapped_column(default=0)
    cfp_starts_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    cfp_ends_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    cfp_url: Mapped[str | None] = mapped_column(String(600))
    cfp_former_ends_at: Mapped[dt.datetime | None] = mapped_column(
        UtcDateTime, comment="last minute of the call before it was extended"
    )
    is_cfp_anywhere: Mapped[bool] = mapped_column(default=False, server_default=false())
    cfp_closes_at: Mapped[dt.datetime | None] = mapped_column(
        UtcDateTime, comment="instant from which the call is closed, computed from its end and its time zone"
    )
    city_id: Mapped[int | None]
    country_code: Mapped[str | None] = mapped_column(String(2))
    located_revision: Mapped[int | None]
    place_id: Mapped[int | None] = mapped_column(ForeignKey("places.id", ondelete="SET NULL"))
    description_html: Mapped[str | None] = mapped_column(Text)
    online_locations: Mapped[list] = mapped_column(JSON, default=list, server_default="[]")
    is_end_known: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_multidate: Mapped[bool] = mapped_column(default=False, server_default=false())
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("events.id", ondelete="SET NULL"))
    occurrence_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    is_ahead: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[str] = mapped_column(String(20), default=SCHEDULED, server_default=SCHEDULED)

    is_active: Mapped[bool] = mapped_column(default=False)
    # Without a default: the ORM would store it instead of NULL.
    is_pending: Mapped[bool | None]
    is_private: Mapped[bool] = mapped_column(default=False)
    is_series: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_visible: Mapped[bool] = mapped_column(
        Computed("is_active AND NOT coalesce(is_pending, false) AND NOT is_private AND NOT is_series", persisted=True)
    )
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    rejection_reason: Mapped[str | None] = mapped_column(String(200))
    submitted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    attendee_count: Mapped[int] = mapped_column(default=0)
    comment_count: Mapped[int] = mapped_column(default=0)
    talk_count: Mapped[int] = mapped_column(default=0)
    talk_comment_count: Mapped[int] = mapped_column(default=0)
    track_count: Mapped[int] = mapped_column(default=0)
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    popularity: Mapped[int] = mapped_column(Computed("attendee_count + comment_count", persisted=True))
    version: Mapped[int] = mapped_column(default=1)
    # Triggers move them in the same statement.
    revision: Mapped[int] = mapped_column(default=0, server_default="0", server_onupdate=FetchedValue())
    revised_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_onupdate=FetchedValue())
    programme_version: Mapped[int] = mapped_column(default=0, server_default="0", server_onupdate=FetchedValue())
    programme_changed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, server_onupdate=FetchedValue())
    day_starts_at: Mapped[int] = mapped_column(
        default=DAY_STARTS_AT, server_default=str(DAY_STARTS_AT), comment="local minute at which a day of talks begins"
    )

    # Of its settings; loaded by the option in ``queries/event_settings.py`` only.
    page_language: Mapped[str | None] = query_expression()
    schedule_view: Mapped[str | None] = query_expression()
    schedule_columns: Mapped[str | None] = query_expression()

    place: Mapped[Place | None] = relationship(lazy="raise_on_sql")
    tags: Mapped[list[Tag]] = relationship(secondary=event_tags, order_by=event_tags.c.id, lazy="raise_on_sql")
    hosts: Mapped[list["EventHost"]] = relationship(
        order_by="EventHost.id", lazy="raise_on_sql", passive_deletes=True, cascade="all, delete-orphan"
    )
    images: Mapped[list["EventImage"]] = relationship(
        order_by="EventImage.id", lazy="raise_on_sql", passive_deletes=True, cascade="all, delete-orphan"
    )

    @validates("name")
    def _set_name_key(self, _field, value):
        self.name_key = fold_case_accents(value)
        return value

    @validates("starts_at")
    def _set_start_day(self, _field, value):
        self.start_day = day_number(value)
        return value


Index("ix_events_place_id", Event.place_id, Event.starts_at, Event.id)
for _column in (Event.city_id, Event.country_code):
    Index(
        f"ix_events_{_column.key}",
        _column,
        Event.starts_at,
        Event.id,
        sqlite_where=_column.is_not(None),
        postgresql_where=_column.is_not(None),
    )
_is_unlocated = Event.located_revision.is_distinct_from(Event.revision)
Index("ix_events_unlocated", Event.id, sqlite_where=_is_unlocated, postgresql_where=_is_unlocated)
Index("ix_events_is_ahead", Event.id, sqlite_where=Event.is_ahead, postgresql_where=Event.is_ahead)
_has_cfp = Event.cfp_closes_at.is_not(None)
Index("ix_events_cfp_closes_at", Event.cfp_closes_at, Event.id, sqlite_where=_has_cfp, postgresql_where=_has_cfp)
Index("ix_events_parent_id", Event.parent_id, Event.occurrence_at, unique=True)
# The order of lists is in models/listing.py. An index on what attending moves would be written with every one.
Index("ix_events_stub", func.lower(Event.stub), unique=True)
Index(
    "ix_events_is_pending",
    Event.starts_at,
    Event.id,
    sqlite_where=Event.is_pending == true(),
    postgresql_where=Event.is_pending == true(),
)


@event.listens_for(Event, "before_insert")
@event.listens_for(Event, "before_update")
def _compute_closing_instant(_mapper, _connection, changed):
    attributes = inspect(changed).attrs
    if any(attributes[name].history.has_changes() for name in ("cfp_ends_at", "is_cfp_anywhere", "timezone")):
        changed.cfp_closes_at = CallTimes.of(changed).closes_at


@event.listens_for(Event, "before_update")
def _bump_version(_mapper, _connection, changed):
    # Incremented by the database, so that two writers never store the same number.
    if inspect(changed).modified:
        changed.version = Event.__table__.c.version + 1


class EventHost(db.Model):
    """A user who may edit the event and decide about its comments and claims."""

    __tablename__ = "event_hosts"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))

    user: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (UniqueConstraint("event_id", "user_id"), Index("ix_event_hosts_user_id", "user_id", "event_id"))


class EventContact(db.Model):
    """The user whose name is the ``contact_name`` of the event, if that is known. The name follows the user's."""

    __tablename__ = "event_contacts"

    event_id: Mapped[int] = mapped_column(
        ForeignKey("events.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class EventImage(db.Model):
    """One size of an event's image; ``size`` is ``orig`` or ``small`` (140 px), ``file`` a file name without folder.

    ``url`` is set only for images that are stored elsewhere, as those of imported events may be.
    """

    __tablename__ = "event_images"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    size: Mapped[str] = mapped_column(String(30))
    file: Mapped[str | None] = mapped_column(String(100))
    url: Mapped[str | None] = mapped_column(String(255))
    width: Mapped[int | None]
    height: Mapped[int | None]

    __table_args__ = (UniqueConstraint("event_id", "size"),)
