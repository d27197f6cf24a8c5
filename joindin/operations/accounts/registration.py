"""Registration on the web site.

The account is created only after the e-mail address is confirmed. Responses do not reveal whether an address
already has an account, and neither does a username that is taken at once.
"""

import datetime as dt

from sqlalchemy import delete

from joindin.errors import InvalidInput
from joindin.models import Registration, User
from joindin.operations.accounts.pending_confirmations import (
    MSG_LINK_EXPIRED,
    add_confirmation,
    get_confirmation,
    is_mail_allowed,
    lock_confirmation,
)
from joindin.operations.accounts.timing import imitate_confirmation
from joindin.operations.accounts.users import create_account
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.users import get_user_by_email
from joindin.security.passwords import hash_password
from joindin.security.tokens import new_session_token


def request_registration(
    session, *, username: str, full_name: str, email: str, password: str, now: dt.datetime
) -> None:
    """Mail a confirmation link to the address, or a reminder if the address has an account already."""
    # Hashed in any case, so that the time of the response reveals nothing.
    password_hash = hash_password(password)
    if not may_mail_confirmation(session, email, now=now):
        return
    token = new_session_token()
    names = {"username": username, "full_name": full_name}
    # In a savepoint, as the imitation for other addresses is.
    with session.begin_nested():
        add_confirmation(session, Registration, token, now=now, email=email, password_hash=password_hash, **names)
        enqueue_mail(session, "registration", [email], token=token, **names)


def get_registration_by_token(session, token: str, now: dt.datetime) -> Registration | None:
    return get_confirmation(session, Registration, token, now=now)


def confirm_registration(session, token: str, *, username: str | None = None, now: dt.datetime) -> User:
    """Create the requested account, under another ``username`` if the first is no longer free.

    :raises InvalidInput: if the link was used or has expired.
    :raises Conflict: if the username or the address is taken.
    """
    registration = lock_confirmation(session, Registration, token, now=now)
    if registration is None:
        raise InvalidInput(MSG_LINK_EXPIRED)
    user = create_account(
        session,
        now=now,
        password_hash=registration.password_hash,
        is_verified=True,
        email_proven_at=now,
        username=username or registration.username,
        full_name=registration.full_name,
        email=registration.email,
    )
    session.execute(delete(Registration).where(Registration.email == registration.email))
    return user


def may_mail_confirmation(session, email: str, *, now: dt.datetime, requester: User | None = None) -> bool:
    """Return whether a confirmation link may be mailed to an address. Another owner of the address gets a reminder.

    All cases do the same work, so that the time of the response reveals no account.
    """
    is_allowed = is_mail_allowed(session, email, now=now)
    owner = get_user_by_email(session, email)
    if is_allowed and (owner is None or owner is requester):
        return True
    is_reminded = is_allowed and owner.is_active
    if is_reminded:
        _mail_existing_account(session, owner)
    imitate_confirmation(session, mails=0 if is_reminded else 1, now=now)
    return False


def _mail_existing_account(session, user: User) -> None:
    """Mail the owner of an address that an account exists already, after someone asked for one."""
    enqueue_mail(
        session,
        "registration_existing_account",
        [user.email],
        full_name=user.full_name,
        username=user.username,
    )
