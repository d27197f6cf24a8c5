"""Applications that speak for people, and the tokens they speak with."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.database import UtcDateTime
from joindin.extensions import db
from joindin.models.users import User


class Client(db.Model):
    """An application (OAuth consumer). A trusted one may sign people in with their password.

    Only the hash of its secret is kept. A secret with a generation can be worked out again, for the
    owner to read; one without came from elsewhere.
    """

    __tablename__ = "clients"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    secret_generation: Mapped[int | None]
    name: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    callback_url: Mapped[str | None] = mapped_column(String(500))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    is_trusted: Mapped[bool] = mapped_column(default=False)
    can_be_revoked: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    owner: Mapped[User | None] = relationship(lazy="raise_on_sql")


class AccessToken(db.Model):
    """What a caller shows to be known: one table for every kind of token.

    ``kind`` says where it came from (``password`` for Joind.in's sign-in). Only the SHA-256 is
    kept. ``scopes`` empty means all that the kind may do; ``expires_at`` NULL means never. A token
    outlives the client it was made for, but nothing that takes a trusted client.
    """

    __tablename__ = "access_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), default="password")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    client_id: Mapped[int | None] = mapped_column(ForeignKey("clients.id", ondelete="SET NULL"))
    scopes: Mapped[list] = mapped_column(JSON, default=list)
    description: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="raise_on_sql")
    client: Mapped[Client | None] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        Index("ix_access_tokens_user_id", "user_id", "id"),
        Index("ix_access_tokens_client_id", "client_id", "last_used_at"),
    )
