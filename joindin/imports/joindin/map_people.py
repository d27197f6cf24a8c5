"""Mapping of Joind.in's users, applications and tokens to columns."""

from joindin.imports.legacy_row import InvalidRow, LegacyRow
from joindin.security.tokens import hash_token
from joindin.utils.email_addresses import is_email, normalize_email
from joindin.utils.text import fold_case_accents, is_name


def map_user(row: LegacyRow) -> dict:
    """Map a user. The password hash is kept and replaced at the first sign-in (spec 17.1)."""
    full_name = row.line("full_name", 200)
    return {
        **username_and_key(_username(row)),
        **email_and_key(_email(row)),
        "full_name": full_name,
        "full_name_key": fold_case_accents(full_name or ""),
        "password_hash": row.raw_text("password", 200) or None,
        "twitter_username": row.line("twitter_username", 50),
        "biography": row.decoded_text("biography"),
        "is_verified": row.boolean("verified"),
        "is_active": row.boolean("active"),
        "is_admin": row.boolean("admin"),
        "is_trusted": row.boolean("trusted"),
    }


def username_and_key(username: str) -> dict:
    return {"username": username, "username_key": fold_case_accents(username)}


def email_and_key(email: str | None) -> dict:
    return {"email": email, "email_key": None if email is None else normalize_email(email)}


def map_client(row: LegacyRow) -> dict:
    """Map an application.

    Users have to give a name and a description for theirs. One with the password grant and without both, or without an
    owner, was made by those who run the platform.
    """
    key = row.raw_text("consumer_key", 100)
    if not key:
        raise InvalidRow("it has no key")
    secret = row.raw_text("consumer_secret")
    name, description = row.line("application", 255), row.decoded_text("description")
    owner_id, is_trusted = row.foreign_key("user_id"), row.boolean("enable_password_grant")
    return {
        "key": key,
        "secret_hash": hash_token(secret) if secret else None,
        "name": name,
        "description": description,
        "callback_url": row.web_address("callback_url", 500),
        "owner_id": owner_id,
        "is_active": True,
        "is_trusted": is_trusted,
        "is_first_party": is_trusted and (owner_id is None or not (name or description)),
        # Older databases do not have this column; nearly all applications were revocable then.
        "can_be_revoked": row.boolean("can_be_revoked") or not row.has("can_be_revoked"),
        "created_at": row.utc_datetime("created_date"),
    }


def disable_orphan(columns: dict) -> dict:
    """Disable a user's application whose owner is not there, as after the deletion of an owner."""
    return {"is_active": columns["is_first_party"]}


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


def _username(row):
    """Return the name, or an empty one if it cannot be that of an account; it is replaced then."""
    username = (row.line("username", 100) or "").strip()
    return username if is_name(username) else ""


def _email(row):
    """Return the address, or None if mail cannot be sent to it."""
    email = (row.raw_text("email", 200) or "").strip()
    if email and not is_email(email):
        row.repairs.append(f"mail cannot be sent to the address {email!r}: it is left out")
        return None
    return email or None
