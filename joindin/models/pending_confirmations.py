"""Changes and invitations that wait for a mailed link to be opened, and replaced addresses. Only hashes of the tokens are stored."""

import datetime as dt

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.events import Event
from joindin.models.talks import TalkSpeaker
from joindin.models.users import User

EMAIL_CHANGE_TTL = dt.timedelta(days=1)
INVITATION_TTL = dt.timedelta(days=14)

# States of an invitation. An open one that has expired keeps its state.
OPEN_INVITATION, ACCEPTED, DECLINED, WITHDRAWN = "open", "accepted", "declined", "withdrawn"


class Registration(db.Model):
    """A requested account. It is created once the address is confirmed, so that nothing reveals who has one."""

    __tablename__ = "registrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    username: Mapped[str] = mapped_column(String(100))
    full_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(200))
    password_hash: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class EmailChange(db.Model):
    """A new address of a user that is not confirmed yet. Each user has at most one; until then the old one counts."""

    __tablename__ = "email_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    email: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class FormerEmail(db.Model):
    """An address that a user has replaced. For some weeks it still gets the notices about the account's security."""

    __tablename__ = "former_emails"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(200))
    replaced_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


class Invitation(db.Model):
    """An invitation by mail to be a host of an event, or the speaker of that name on one of its talks.

    The token of the mailed link is the proof of its holder, once. The address is deleted as soon as the invitation ends.
    """

    __tablename__ = "invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"), index=True)
    speaker_id: Mapped[int | None] = mapped_column(
        ForeignKey("talk_speakers.id", ondelete="CASCADE"), index=True, comment="NULL: as a host"
    )
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str | None] = mapped_column(String(200), comment="NULL after the end")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(10), default=OPEN_INVITATION)
    sent_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)

    event: Mapped[Event] = relationship(lazy="raise_on_sql")
    speaker: Mapped[TalkSpeaker | None] = relationship(lazy="raise_on_sql")
    invited_by: Mapped[User] = relationship(lazy="raise_on_sql")
