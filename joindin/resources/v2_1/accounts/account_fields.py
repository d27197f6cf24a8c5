"""Checks of account fields, shared by registration and profiles (spec 9.4, 9.7)."""

from joindin.extensions import db
from joindin.models import User
from joindin.operations.accounts.users import MSG_EMAIL_TAKEN
from joindin.queries.accounts.users import is_email_taken, is_username_taken
from joindin.resources.v2_1.request_params import Params
from joindin.security.password_strength import MSG_PASSWORD_INVISIBLE, MSG_PASSWORD_TOO_COMMON
from joindin.utils.email_addresses import is_email
from joindin.utils.text import to_plain_line, to_plain_text
from joindin.utils.usernames import (
    MSG_FORBIDDEN_CHARACTERS,
    MSG_NO_NAME,
    MSG_RESERVED_SIGNS,
    MSG_SEVERAL_ALPHABETS,
    InvalidUsername,
    prepare_username,
)

MAX_LENGTHS = {"username": 100, "full_name": 200, "twitter_username": 50, "biography": 10_000}
_CLEANERS = {
    "username": to_plain_text,
    "full_name": to_plain_line,
    "twitter_username": to_plain_line,
    "biography": to_plain_text,
}

MSG_FULL_NAME_REQUIRED = "'full_name' is a required field"
MSG_INVALID_EMAIL = "A valid entry for 'email' is required"
MSG_PASSWORD_TOO_SHORT = "Passwords must be at least 6 characters long"
INVALID_EMAIL_MESSAGES = (MSG_INVALID_EMAIL, MSG_EMAIL_TAKEN)
INVALID_PASSWORD_MESSAGES = (MSG_PASSWORD_TOO_SHORT, MSG_PASSWORD_INVISIBLE, MSG_PASSWORD_TOO_COMMON)
INVALID_USERNAME_MESSAGES = (MSG_NO_NAME, MSG_FORBIDDEN_CHARACTERS, MSG_RESERVED_SIGNS, MSG_SEVERAL_ALPHABETS)


def read_account_fields(params: Params) -> dict[str, str]:
    """Return the fields that were sent, cleaned. Usernames and addresses keep what makes them invalid."""
    fields = {name: clean(params.text(name)) for name, clean in _CLEANERS.items() if name in params}
    if "email" in params:
        fields["email"] = params.raw_text("email").strip()
    return fields


def check_username(username: str, *, owner: User | None = None, taken_message: str) -> tuple[str, str | None]:
    """Return the username as it is stored, and the message for an invalid or taken one; None if it is fine.

    The present username of ``owner`` is always fine. Too long ones are reported with the other lengths.
    """
    if len(username) > MAX_LENGTHS["username"] or (owner is not None and username == owner.username):
        return username, None
    try:
        username = prepare_username(username)
    except InvalidUsername as error:
        return username, str(error)
    is_taken = is_username_taken(db.session, username, except_id=owner.id if owner else None)
    return username, taken_message if is_taken else None


def find_email_error(email: str, *, owner_id: int | None = None) -> str | None:
    """Return the message for an invalid address or one of another account than ``owner_id``; None if it is fine."""
    if not is_email(email):
        return MSG_INVALID_EMAIL
    return MSG_EMAIL_TAKEN if is_email_taken(db.session, email, except_id=owner_id) else None
