"""Access tokens, OAuth grants, refresh tokens and consents. Only SHA-256 hashes of secrets are stored."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.clients import OAUTH2, Client
from joindin.models.users import User
from joindin.security.scopes import ALL_SCOPES

# The origin of a token that no grant stands behind: a Joind.in sign-in, or its owner. The others have the kind of their
# grant: OAUTH2 or GANCIO.
# A token of a federation guest has no user.
PASSWORD, PERSONAL, FEDERATION = "password", "personal", "federation"


class AccessToken(db.Model):
    """An access token of any kind.

    ``scopes`` are separated by spaces; ``expires_at`` NULL means never. A token without a user belongs to a service or
    a guest. A token of a Joind.in sign-in outlives its client but loses what needs a trusted client. A token of a
    grant ends with the grant.
    """

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), default=PASSWORD)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(String(200), default=ALL_SCOPES)
    description: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User | None] = relationship(lazy="raise_on_sql")
    client: Mapped[Client | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_access_tokens_user_id", "user_id", "id"),
        Index("ix_access_tokens_client_id", "client_id", "last_used_at"),
    )


class Grant(db.Model):
    """One authorization of a client by a user, with its code and all tokens issued for it.

    A code works once (``redeemed_at``) and for a short time. A revoked grant issues no tokens. Grants of a password
    sign-in have no code. Code and refresh tokens are redeemed at the token endpoint of the grant's ``kind`` only.
    """

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20), default=OAUTH2)
    scopes: Mapped[str] = mapped_column(String(200))
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    code_challenge: Mapped[str | None] = mapped_column(String(128))
    redirect_uri: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    redeemed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="raise_on_sql")
    client: Mapped[Client] = relationship(lazy="raise_on_sql")

    __table_args__ = (Index("ix_grants_user_id", "user_id", "client_id"),)


class RefreshToken(db.Model):
    """A single-use refresh token. Used ones are kept, so that a second use is detected."""

    __tablename__ = "refresh_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    grant: Mapped[Grant] = relationship(lazy="raise_on_sql")


class Consent(db.Model):
    """The scopes that a user allows a client without being asked again."""

    __tablename__ = "consents"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True, index=True)
    scopes: Mapped[str] = mapped_column(String(200))
    given_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    client: Mapped[Client] = relationship(lazy="raise_on_sql")
