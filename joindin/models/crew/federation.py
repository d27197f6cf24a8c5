"""Federation of crews: instances with which events are shared, and those that share events with this one."""

import datetime as dt

from sqlalchemy import Column, Date, ForeignKey, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from joindin.db.base import Base, UtcDateTime
from joindin.db.encrypted_json import EncryptedJSON
from joindin.extensions import db, secret_keys

# Events that guests see and sign up for.
federation_shares = Table(
    "federation_shares",
    Base.metadata,
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), primary_key=True),
    Column("guest_id", ForeignKey("federation_guests.id", ondelete="CASCADE"), primary_key=True, index=True),
)
federated_qualifications = Table(
    "federated_qualifications",
    Base.metadata,
    Column("federated_user_id", ForeignKey("federated_users.id", ondelete="CASCADE"), primary_key=True),
    Column("qualification_id", ForeignKey("qualifications.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class FederationGuest(db.Model):
    """An instance with which this one, the host, shares events.

    ``access_token_id`` is the token that was issued to it. ``credentials`` are this instance's ``client_id`` and
    ``client_secret`` at the guest's OAuth server.
    """

    __tablename__ = "federation_guests"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(String(255))
    access_token_id: Mapped[int] = mapped_column(ForeignKey("access_tokens.id", ondelete="CASCADE"), unique=True)
    credentials: Mapped[dict] = mapped_column(EncryptedJSON("client_secret", secret_keys), default=dict)


class FederationHost(db.Model):
    """An instance that shares its events with this one. ``credentials`` hold the ``access_token`` that it issued.

    ``client_id`` is the application by which users of this instance sign in at the host.
    """

    __tablename__ = "federation_hosts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(String(255))
    credentials: Mapped[dict] = mapped_column(EncryptedJSON("access_token", secret_keys), default=dict)
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"), index=True)


class FederationInvite(db.Model):
    """An invite code for a guest. Only the hash is stored.

    ``guest_id`` is the guest that has redeemed the code. It may repeat the request until the code expires.
    """

    __tablename__ = "federation_invites"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    url: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("federation_guests.id", ondelete="CASCADE"), index=True)


class FederatedUser(db.Model):
    """A user of a guest instance who has signed in here."""

    __tablename__ = "federated_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey("federation_guests.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    display_name: Mapped[str] = mapped_column(String(254))
    date_of_birth: Mapped[dt.date | None] = mapped_column(Date)
    phone: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    __table_args__ = (UniqueConstraint("guest_id", "email"),)


class FederatedSession(db.Model):
    """The session of a federated user in a browser. It ends with the access token that the guest issued for it."""

    __tablename__ = "federated_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    federated_user_id: Mapped[int] = mapped_column(ForeignKey("federated_users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
