"""Accounts of people who choose no username: it is made of another name, and of a number if it is taken."""

import secrets

from joindin.errors import Conflict
from joindin.models import User
from joindin.operations.accounts.users import MSG_EMAIL_TAKEN, create_account
from joindin.queries.accounts.users import is_email_taken
from joindin.utils.text import to_plain_text
from joindin.utils.usernames import suggest_username

MAX_SUGGESTED_LENGTH = 60
MAX_USERNAME_SUFFIX = 50


def create_account_with_similar_name(session, preferred: str, *, email: str | None, **fields) -> User:
    """Create an account whose username is ``preferred``, without what follows an @, or a similar one.

    :raises Conflict: if the address is taken, or no similar name is free.
    """
    for username in _username_candidates(preferred):
        try:
            return create_account(session, username=username, email=email, **fields)
        except Conflict as conflict:
            if email is not None and is_email_taken(session, email):
                raise Conflict(MSG_EMAIL_TAKEN) from None
            failure = conflict
    raise failure


def _username_candidates(preferred):
    name = (suggest_username(to_plain_text(preferred.partition("@")[0])) or "guest")[:MAX_SUGGESTED_LENGTH].strip()
    yield name
    for number in range(2, MAX_USERNAME_SUFFIX):
        yield f"{name}{number}"
    yield f"{name}{secrets.token_hex(4)}"
