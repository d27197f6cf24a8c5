"""Applications that speak for people, or for themselves."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.users import User
from joindin.security.scopes import ALL_SCOPES


class Client(db.Model):
    """An application (OAuth client). A trusted one may sign people in with their password.

    Only the hash of its secret is kept. A secret with a generation can be worked out again, for the
    owner to read; one without came from elsewhere. A public one runs where everybody can look inside,
    so it has none. ``scopes`` are the most it may ask people for. A service may speak for itself.
    """

    __tablename__ = "clients"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    secret_generation: Mapped[int | None]
    name: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(String(500))
    callback_url: Mapped[str | None] = mapped_column(String(500))
    other_redirect_uris: Mapped[list] = mapped_column(JSON, default=list)
    scopes: Mapped[str] = mapped_column(String(200), default=ALL_SCOPES)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    is_public: Mapped[bool] = mapped_column(default=False)
    is_trusted: Mapped[bool] = mapped_column(default=False)
    is_service: Mapped[bool] = mapped_column(default=False)
    needs_pkce: Mapped[bool] = mapped_column(default=True)
    can_be_revoked: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    owner: Mapped[User | None] = relationship(lazy="raise_on_sql")

    @property
    def redirect_uris(self) -> list[str]:
        """Where people may be sent back to: the one that Joind.in knows, and the others."""
        return [*filter(None, [self.callback_url]), *self.other_redirect_uris]
