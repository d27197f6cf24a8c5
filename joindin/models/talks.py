"""Talks with their speakers, links, stars and claims."""

import datetime as dt

from sqlalchemy import FetchedValue, ForeignKey, Index, String, Text, UniqueConstraint, event, false, inspect, or_, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.events import Event
from joindin.models.languages import Language, TalkType
from joindin.models.rooms import Room
from joindin.models.tracks import Track, talk_tracks
from joindin.models.users import User
from joindin.utils.datetimes import utc_now
from joindin.utils.text import fold_case_accents

# States of a talk that is shown.
CONFIRMED_TALK, TENTATIVE_TALK, CANCELLED_TALK = "confirmed", "tentative", "cancelled"

# For whom a talk is, from the lowest; the talk of no level is for all or does not say it.
TALK_LEVELS = ("beginner", "intermediate", "advanced")

LINK_TYPES = ("slides_link", "video_link", "audio_link", "code_link", "joindin_link")


class Talk(db.Model):
    """A talk of an event. It is visible if it is active and the event is visible.

    ``comment_count`` counts the public comments, ``all_comment_count`` also private and hidden ones. ``rating_sum``
    and ``rating_count`` cover the ratings above 0 of public comments by users who are not claimed speakers of the
    talk, and the ratings in ``talk_ratings`` of other users who are none; ``guest_rating_sum`` and
    ``guest_rating_count`` those of devices. ``has_feedback`` False closes ratings and comments on the
    site. ``results_share_hash`` is the hash of the token in the address of shared results. The counters change in the transaction that changes what they count. ``version`` changes with the row and its
    children (``performance/read_models/row_versions.py``).

    A talk is one slot of the programme. One that is given again is a second row, whose ``repeat_of_id`` names the first.
    ``moved_from`` is the start that was published first, of a talk that was moved to another time or room since;
    ``moved_from_room`` is the name that its room had then. ``revision`` and ``revised_at`` move when something changes that
    calendars show of the talk (``performance/read_models/talk_revisions.py``).
    """

    __tablename__ = "talks"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text)
    slug: Mapped[str | None] = mapped_column(String(255))
    stub: Mapped[str] = mapped_column(String(5), unique=True)
    description: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    duration: Mapped[int] = mapped_column(default=60, comment="minutes")
    type_id: Mapped[int] = mapped_column(ForeignKey("talk_types.id"))
    language_id: Mapped[int] = mapped_column(ForeignKey("languages.id"))
    slides_url: Mapped[str | None] = mapped_column(Text, comment="shown where no link is of type slides_link")
    is_active: Mapped[bool] = mapped_column(default=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id", ondelete="SET NULL"), index=True)
    subtitle: Mapped[str] = mapped_column(Text, default="", server_default="")
    state: Mapped[str] = mapped_column(String(20), default=CONFIRMED_TALK, server_default=CONFIRMED_TALK)
    repeat_of_id: Mapped[int | None] = mapped_column(ForeignKey("talks.id", ondelete="SET NULL"), index=True)
    moved_from: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    moved_from_room: Mapped[str | None] = mapped_column(String(200))

    comment_count: Mapped[int] = mapped_column(default=0)
    all_comment_count: Mapped[int] = mapped_column(default=0)
    rating_sum: Mapped[int] = mapped_column(default=0)
    rating_count: Mapped[int] = mapped_column(default=0)
    star_count: Mapped[int] = mapped_column(default=0)
    guest_rating_sum: Mapped[int] = mapped_column(default=0, server_default="0")
    guest_rating_count: Mapped[int] = mapped_column(default=0, server_default="0")
    results_share_hash: Mapped[str | None] = mapped_column(String(64))
    has_feedback: Mapped[bool] = mapped_column(default=True, server_default=true())
    has_recording_opt_out: Mapped[bool] = mapped_column(
        default=False, server_default=false(), comment="the talk must not be recorded"
    )
    level: Mapped[str | None] = mapped_column(String(20), comment="beginner, intermediate or advanced")
    version: Mapped[int] = mapped_column(default=1)
    # Triggers move them in the same statement.
    revision: Mapped[int] = mapped_column(default=0, server_default="0", server_onupdate=FetchedValue())
    revised_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime, default=utc_now, server_onupdate=FetchedValue())

    event: Mapped[Event] = relationship(lazy="raise_on_sql")
    type: Mapped[TalkType] = relationship(lazy="raise_on_sql")
    language: Mapped[Language] = relationship(lazy="raise_on_sql")
    room: Mapped[Room | None] = relationship(lazy="raise_on_sql")
    tracks: Mapped[list[Track]] = relationship(secondary=talk_tracks, order_by=Track.id, lazy="raise_on_sql")
    # The original lists entries without an account first.
    speakers: Mapped[list["TalkSpeaker"]] = relationship(
        primaryjoin="and_(Talk.id == TalkSpeaker.talk_id, TalkSpeaker.is_pending == false())",
        order_by="[TalkSpeaker.user_id.nulls_first(), TalkSpeaker.id]",
        lazy="raise_on_sql",
        passive_deletes=True,
        cascade="all, delete-orphan",
    )
    links: Mapped[list["TalkLink"]] = relationship(
        order_by="TalkLink.id", lazy="raise_on_sql", passive_deletes=True, cascade="all, delete-orphan"
    )

    __table_args__ = (
        UniqueConstraint("event_id", "slug"),
        Index("ix_talks_event_id", "event_id", "is_active", "starts_at", "id"),
        Index(
            "ix_talks_starts_at",
            "starts_at",
            "id",
            sqlite_where=is_active == true(),
            postgresql_where=is_active == true(),
        ),
    )

    @validates("title")
    def _set_title_key(self, _field, value):
        self.title_key = fold_case_accents(value)
        return value


@event.listens_for(Talk, "before_update")
def _bump_version(_mapper, _connection, changed):
    # Incremented by the database, so that two writers never store the same number.
    if inspect(changed).modified:
        changed.version = Talk.__table__.c.version + 1


class TalkSpeaker(db.Model):
    """A speaker's name on the talk. With a user it is claimed, and the user's name is shown.

    ``is_pending`` marks an imported claim that no host of Joind.in approved. The talk is listed with the user's talks;
    the name is not shown, and the user has no rights as a speaker. ``name`` of a claimed speaker is the user's, and
    ``listed_name`` the one that the hosts wrote.
    """

    __tablename__ = "talk_speakers"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    listed_name: Mapped[str | None] = mapped_column(String(200))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    is_pending: Mapped[bool] = mapped_column(default=False, server_default=false())

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_talk_speakers_talk_id", "talk_id", "id"),
        Index("ix_talk_speakers_user_id", "user_id", "talk_id"),
    )


def speaker_name(speaker) -> str:
    """Return the name under which a speaker is shown: that of the user, unless it is empty. It may be a record or a row."""
    return (speaker.user.full_name if speaker.user else None) or speaker.name


class TalkLink(db.Model):
    """A link to material of the talk; ``type`` is one of ``LINK_TYPES``."""

    __tablename__ = "talk_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"))
    type: Mapped[str] = mapped_column(String(20))
    url: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_talk_links_talk_id", "talk_id", "id"),)


class TalkStar(db.Model):
    """A user's star on a talk. The pair is the primary key, so a star exists once."""

    __tablename__ = "talk_stars"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (Index("ix_talk_stars_talk_id", "talk_id"),)


class TalkClaim(db.Model):
    """The request to connect a speaker's name with a user, open until both the user and a host have approved.

    Approved by the user alone it is a claim, by a host alone an assignment. A user has at most one open claim on a
    name.
    """

    __tablename__ = "talk_claims"

    id: Mapped[int] = mapped_column(primary_key=True)
    talk_id: Mapped[int] = mapped_column(ForeignKey("talks.id", ondelete="CASCADE"), index=True)
    speaker_id: Mapped[int] = mapped_column(ForeignKey("talk_speakers.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    claimed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    user_approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    host_approved_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[str | None] = mapped_column(String(500), comment="words of the claimant to the hosts")

    talk: Mapped[Talk] = relationship(lazy="raise_on_sql")
    speaker: Mapped[TalkSpeaker] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql")


OPEN_CLAIM = or_(TalkClaim.user_approved_at.is_(None), TalkClaim.host_approved_at.is_(None))
Index(
    "uq_talk_claims_open",
    TalkClaim.speaker_id,
    TalkClaim.user_id,
    unique=True,
    sqlite_where=OPEN_CLAIM,
    postgresql_where=OPEN_CLAIM,
)
