"""Users, and one-time tokens for addresses and passwords."""

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, Text, false, true
from sqlalchemy.orm import Mapped, mapped_column, validates

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.utils.email_addresses import normalize_email
from joindin.utils.text import fold_case_accents
from joindin.utils.usernames import lookalike_key


class User(db.Model):
    """``username_key`` and ``email_key`` are the forms in which names and addresses are compared. They are unique.

    ``lookalike_key`` is equal for usernames that look the same. It is unique as well, but NULL for imported names that
    look like the name of another account.

    ``is_verified`` means that the user may sign in. ``email_proven_at`` is the time when a mailed link showed that the
    user receives mail at ``email``; other ways to a verified account prove nothing.

    An inactive user has no rights. ``allows_password_only`` lets trusted applications sign the user in without the
    second factor. ``registration_note`` is why the user asks for an account; admins and the user see it, ``biography`` is
    public. ``version`` changes with what is shown of the account (``performance/read_models/row_versions.py``).
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(100))
    username_key: Mapped[str] = mapped_column(String(200), unique=True)
    lookalike_key: Mapped[str | None] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(200))
    email_key: Mapped[str | None] = mapped_column(String(400), unique=True)
    email_proven_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    full_name: Mapped[str | None] = mapped_column(String(200))
    full_name_key: Mapped[str | None] = mapped_column(String(400), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    twitter_username: Mapped[str | None] = mapped_column(String(50))
    biography: Mapped[str | None] = mapped_column(Text)
    registration_note: Mapped[str | None] = mapped_column(Text)
    is_verified: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_editor: Mapped[bool] = mapped_column(default=False, server_default=false())
    is_trusted: Mapped[bool] = mapped_column(default=False)
    allows_password_only: Mapped[bool] = mapped_column(default=False, server_default=false())
    registered_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    __table_args__ = (
        Index("ix_users_lookalike_key", "lookalike_key", unique=True),
        Index("ix_users_full_name_key", "full_name_key", "id"),
        Index("ix_users_inactive", "id", sqlite_where=is_active == false(), postgresql_where=is_active == false()),
        Index("ix_users_is_admin", "is_admin", sqlite_where=is_admin == true(), postgresql_where=is_admin == true()),
    )

    @validates("username", "email", "full_name")
    def _set_key(self, field, value):
        # Users without a full name are listed first, as in the original; PostgreSQL sorts NULL last.
        nothing = "" if field == "full_name" else None
        to_key = normalize_email if field == "email" else fold_case_accents
        setattr(self, f"{field}_key", nothing if value is None else to_key(value))
        if field == "username":
            self.lookalike_key = lookalike_key(value)
        return value


class EmailVerification(db.Model):
    """A mailed token that verifies an address. Only its hash is stored; it does not expire (spec 9.5)."""

    __tablename__ = "email_verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class PasswordReset(db.Model):
    """A mailed token that allows choosing a new password. Only its hash is stored."""

    __tablename__ = "password_resets"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
