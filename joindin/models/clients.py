"""OAuth clients: applications that act for users or for themselves."""

import datetime as dt

from sqlalchemy import JSON, ForeignKey, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models.users import User
from joindin.security.scopes import ALL_SCOPES

# The API that a client was registered through, and on whose terms grants and tokens are issued.
OAUTH2, GANCIO = "oauth2", "gancio"
# The client of Gancio's own sign-in with a password, which its contract names.
GANCIO_CLIENT_KEY = "self"


class Client(db.Model):
    """An application. A trusted one may sign users in with their password, a service may act for itself.

    A first-party application is the operator's, whether or not it has an owner; users never register one. An inactive
    application gets no tokens, and its tokens are not valid.

    Only the hash of the secret is stored. A secret with a generation can be derived again and shown to the owner;
    one without was made elsewhere. ``imported_secret_hash`` is a slow hash of another system; it is replaced when the
    secret is first used. A public client cannot keep a secret and has none. ``scopes`` limit what it may
    request. ``kind`` is GANCIO for a client that was registered through Gancio's API: only these get tokens on Gancio's
    terms.
    """

    __tablename__ = "clients"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    imported_secret_hash: Mapped[str | None] = mapped_column(String(200))
    secret_generation: Mapped[int | None]
    name: Mapped[str | None] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    website: Mapped[str | None] = mapped_column(String(500))
    callback_url: Mapped[str | None] = mapped_column(String(500))
    other_redirect_uris: Mapped[list] = mapped_column(JSON, default=list)
    kind: Mapped[str] = mapped_column(String(20), default=OAUTH2, server_default=OAUTH2)
    scopes: Mapped[str] = mapped_column(String(200), default=ALL_SCOPES)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"), index=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    is_first_party: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_public: Mapped[bool] = mapped_column(default=False)
    is_trusted: Mapped[bool] = mapped_column(default=False)
    is_service: Mapped[bool] = mapped_column(default=False)
    needs_pkce: Mapped[bool] = mapped_column(default=True)
    can_be_revoked: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    owner: Mapped[User | None] = relationship(lazy="raise_on_sql")

    @property
    def redirect_uris(self) -> list[str]:
        """Return the allowed redirect URIs, the one of the v2.1 API first."""
        return [*filter(None, [self.callback_url]), *self.other_redirect_uris]
