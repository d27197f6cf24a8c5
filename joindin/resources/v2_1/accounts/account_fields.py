"""Checks of account fields, shared by registration and profiles (spec 9.4, 9.7)."""

from joindin.extensions import db
from joindin.operations.accounts.users import MSG_PASSWORD_TOO_COMMON
from joindin.queries.accounts.users import get_user_by_email
from joindin.utils.email_addresses import is_email

MAX_LENGTHS = {"username": 100, "full_name": 200, "twitter_username": 50, "biography": 10_000}

MSG_FULL_NAME_REQUIRED = "'full_name' is a required field"
MSG_INVALID_EMAIL = "A valid entry for 'email' is required"
MSG_EMAIL_TAKEN = "That email is already associated with another account"
MSG_PASSWORD_TOO_SHORT = "Passwords must be at least 6 characters long"
INVALID_EMAIL_MESSAGES = (MSG_INVALID_EMAIL, MSG_EMAIL_TAKEN)
INVALID_PASSWORD_MESSAGES = (MSG_PASSWORD_TOO_SHORT, MSG_PASSWORD_TOO_COMMON)


def find_email_error(email: str, *, owner_id: int | None = None) -> str | None:
    """Return the message for an invalid address or one of another account than ``owner_id``; None if it is fine."""
    if not is_email(email):
        return MSG_INVALID_EMAIL
    user = get_user_by_email(db.session, email)
    return MSG_EMAIL_TAKEN if user is not None and user.id != owner_id else None
