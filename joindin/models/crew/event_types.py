"""Types of events with a crew: who sees their participants, and the defaults of new events."""

from sqlalchemy import Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base
from joindin.extensions import db

# Viewers of the participants of an event of the type, besides those who are responsible for it.
SHOWN_TO_USERS, SHOWN_TO_CONFIRMED, SHOWN_TO_RESPONSIBLES, SHOWN_TO_EVERYONE = 0, 1, 2, 3

# Qualifications without which no one may sign up for events of the type.
event_type_qualifications = Table(
    "event_type_qualifications",
    Base.metadata,
    Column("event_type_id", ForeignKey("event_types.id", ondelete="CASCADE"), primary_key=True),
    Column("qualification_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True, index=True),
)
# Groups that see new events of the type.
event_type_visible_groups = Table(
    "event_type_visible_groups",
    Base.metadata,
    Column("event_type_id", ForeignKey("event_types.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True),
)
# Groups and users that are responsible for new events of the type.
event_type_responsible_groups = Table(
    "event_type_responsible_groups",
    Base.metadata,
    Column("event_type_id", ForeignKey("event_types.id", ondelete="CASCADE"), primary_key=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True, index=True),
)
event_type_responsible_users = Table(
    "event_type_responsible_users",
    Base.metadata,
    Column("event_type_id", ForeignKey("event_types.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class EventType(db.Model):
    """``participants_shown_to`` is one of the ``SHOWN_TO_`` constants. ``color`` is ``#rrggbb``."""

    __tablename__ = "event_types"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(254))
    color: Mapped[str] = mapped_column(String(7), default="#343a40")
    participants_shown_to: Mapped[int] = mapped_column(default=SHOWN_TO_USERS)
    default_description: Mapped[str | None] = mapped_column(Text)
