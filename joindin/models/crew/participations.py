"""Participations: one participant in one shift, and the comments on them."""

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import UtcDateTime
from joindin.extensions import db

# States. A row that is getting dispatched exists only while a disposition page is open.
REQUESTED, CONFIRMED, USER_DECLINED, RESPONSIBLE_REJECTED, GETTING_DISPATCHED = 0, 1, 2, 3, 4
STATES = (REQUESTED, CONFIRMED, USER_DECLINED, RESPONSIBLE_REJECTED, GETTING_DISPATCHED)

# Readers of a comment: responsibles, also the participant, or everyone who sees the participation.
FOR_RESPONSIBLES, FOR_PARTICIPANT, FOR_EVERYONE = 0, 1, 2


class Participation(db.Model):
    """The participant is a user, a guest, a user of a federated instance, or a placeholder of which there is only a name.

    Individual times replace those of the shift. ``created_at`` is NULL if it is unknown. ``is_finished`` means that the end
    of the shift was processed, ``reminded_at`` that the participant was reminded of its start.
    """

    __tablename__ = "participations"

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("crew_guests.id", ondelete="CASCADE"))
    federated_user_id: Mapped[int | None] = mapped_column(ForeignKey("federated_users.id", ondelete="CASCADE"))
    placeholder_name: Mapped[str | None] = mapped_column(String(254))
    state: Mapped[int] = mapped_column(default=GETTING_DISPATCHED)
    individual_starts_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    individual_ends_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    structure_data: Mapped[dict] = mapped_column(JSON, default=dict)
    is_finished: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN guest_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN federated_user_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN placeholder_name IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_participant",
        ),
        UniqueConstraint("shift_id", "user_id", name="uq_participations_shift_id_user_id"),
        UniqueConstraint("shift_id", "guest_id", name="uq_participations_shift_id_guest_id"),
        UniqueConstraint("shift_id", "federated_user_id", name="uq_participations_shift_id_federated_user_id"),
        Index("ix_participations_user_id", "user_id", "id"),
        Index(
            "ix_participations_unfinished",
            "shift_id",
            sqlite_where=text("state = 1 AND is_finished = 0"),
            postgresql_where=text("state = 1 AND is_finished = false"),
        ),
        Index("ix_participations_guest_id", "guest_id"),
        Index("ix_participations_federated_user_id", "federated_user_id"),
    )


class ParticipationComment(db.Model):
    """``author_id`` is the responsible user who wrote it; NULL if the participant did. ``visibility`` is a ``FOR_`` constant."""

    __tablename__ = "participation_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    participation_id: Mapped[int] = mapped_column(ForeignKey("participations.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(255))
    visibility: Mapped[int] = mapped_column(default=FOR_PARTICIPANT)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
