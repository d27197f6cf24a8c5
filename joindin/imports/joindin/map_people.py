"""The original's people, applications and tokens as columns of ours."""

from joindin.imports.joindin.legacy_row import Broken, LegacyRow
from joindin.security.tokens import token_hash
from joindin.utils.text import fold


def make_user(row: LegacyRow) -> dict:
    """The password stays as it is, to be hashed anew at the first sign-in (spec 17.1)."""
    full_name = row.text("full_name", 200)
    return {
        **keyed_name("username", (row.text("username", 100) or "").strip()),
        **keyed_name("email", (row.words("email", 200) or "").strip() or None),
        "full_name": full_name,
        "full_name_key": fold(full_name or ""),
        "password_hash": row.words("password", 200) or None,
        "twitter_username": row.text("twitter_username", 50),
        "biography": row.text("biography"),
        "is_verified": row.flag("verified"),
        "is_active": row.flag("active"),
        "is_admin": row.flag("admin"),
        "is_trusted": row.flag("trusted"),
    }


def keyed_name(column: str, value: str | None) -> dict:
    """A name and the form under which it is unique."""
    return {column: value, f"{column}_key": None if value is None else fold(value)}


def make_client(row: LegacyRow) -> dict:
    key = row.words("consumer_key", 100)
    if not key:
        raise Broken("it has no key")
    secret = row.words("consumer_secret")
    return {
        "key": key,
        "secret_hash": token_hash(secret) if secret else None,
        "name": row.text("application", 255),
        "description": row.text("description"),
        "callback_url": row.text("callback_url", 500),
        "owner_id": row.reference("user_id"),
        "is_trusted": row.flag("enable_password_grant"),
        # A column of later years, in which nearly all could be.
        "can_be_revoked": row.flag("can_be_revoked") or not row.has("can_be_revoked"),
        "created_at": row.moment("created_date"),
    }


def make_token(row: LegacyRow) -> dict:
    """``client_key`` is no column: whoever stores the row looks up whose key that is."""
    token = row.words("access_token")
    if not token:
        raise Broken("it has no token")
    last_used_at = row.moment("last_used_date")
    return {
        "token_hash": token_hash(token),
        "user_id": row.reference("user_id"),
        "client_key": row.words("consumer_key"),
        "created_at": row.moment("created_date") or last_used_at,
        "last_used_at": last_used_at,
    }
