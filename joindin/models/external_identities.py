"""Identities at an OpenID Connect provider, and sign-ins in progress."""

import datetime as dt

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.users import User


class ExternalIdentity(db.Model):
    """The identity of a user at a provider. ``name`` is shown to the user to recognise it."""

    __tablename__ = "external_identities"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    connected_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="raise_on_sql")

    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))


class ExternalSignIn(db.Model):
    """A sign-in that was redirected to the provider and has not returned. It is used once, by the same browser.

    ``purpose`` is one of SIGN_IN, CONNECT and CONFIRM; the latter two are for ``user_id`` alone.
    """

    __tablename__ = "external_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    state_hash: Mapped[str] = mapped_column(String(64), unique=True)
    browser_hash: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(10))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    next_url: Mapped[str] = mapped_column(String(2000))
    started_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)


SIGN_IN, CONNECT, CONFIRM = "sign_in", "connect", "confirm"
