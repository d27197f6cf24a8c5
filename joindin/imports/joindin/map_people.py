"""Mapping of Joind.in's users, applications and tokens to columns."""

from joindin.imports.joindin.legacy_row import InvalidRow, LegacyRow
from joindin.security.tokens import hash_token
from joindin.utils.text import fold_case_accents


def map_user(row: LegacyRow) -> dict:
    """Map a user. The password hash is kept and replaced at the first sign-in (spec 17.1)."""
    full_name = row.decoded_text("full_name", 200)
    return {
        **name_and_key("username", (row.decoded_text("username", 100) or "").strip()),
        **name_and_key("email", (row.raw_text("email", 200) or "").strip() or None),
        "full_name": full_name,
        "full_name_key": fold_case_accents(full_name or ""),
        "password_hash": row.raw_text("password", 200) or None,
        "twitter_username": row.decoded_text("twitter_username", 50),
        "biography": row.decoded_text("biography"),
        "is_verified": row.boolean("verified"),
        "is_active": row.boolean("active"),
        "is_admin": row.boolean("admin"),
        "is_trusted": row.boolean("trusted"),
    }


def name_and_key(column: str, value: str | None) -> dict:
    """Return a name column and its normalised key column."""
    return {column: value, f"{column}_key": None if value is None else fold_case_accents(value)}


def map_client(row: LegacyRow) -> dict:
    key = row.raw_text("consumer_key", 100)
    if not key:
        raise InvalidRow("it has no key")
    secret = row.raw_text("consumer_secret")
    return {
        "key": key,
        "secret_hash": hash_token(secret) if secret else None,
        "name": row.decoded_text("application", 255),
        "description": row.decoded_text("description"),
        "callback_url": row.decoded_text("callback_url", 500),
        "owner_id": row.foreign_key("user_id"),
        "is_trusted": row.boolean("enable_password_grant"),
        # Older databases do not have this column; nearly all applications were revocable then.
        "can_be_revoked": row.boolean("can_be_revoked") or not row.has("can_be_revoked"),
        "created_at": row.utc_datetime("created_date"),
    }


def map_token(row: LegacyRow) -> dict:
    """Map a token. ``client_key`` is not a column: the importer replaces it by the client's id."""
    token = row.raw_text("access_token")
    if not token:
        raise InvalidRow("it has no token")
    last_used_at = row.utc_datetime("last_used_date")
    return {
        "token_hash": hash_token(token),
        "user_id": row.foreign_key("user_id"),
        "client_key": row.raw_text("consumer_key"),
        "created_at": row.utc_datetime("created_date") or last_used_at,
        "last_used_at": last_used_at,
    }
