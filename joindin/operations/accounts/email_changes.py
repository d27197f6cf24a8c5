"""Changes of an account's e-mail address, confirmed by a link that is mailed to the new address.

Until then the present address is the only one that counts: for resets, sign-in, links to external accounts and notices. It
gets a notice at the request.
"""

import datetime as dt

from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict, InvalidInput
from joindin.models import EmailChange, EmailVerification, FormerEmail, PasswordReset, User
from joindin.operations.accounts.pending_confirmations import (
    MSG_LINK_EXPIRED,
    add_confirmation,
    delete_confirmations,
    lock_confirmation,
)
from joindin.operations.accounts.registration import may_mail_confirmation
from joindin.operations.accounts.security_mails import mail_email_change_requested, mail_email_changed
from joindin.operations.accounts.users import MSG_EMAIL_TAKEN
from joindin.operations.outbox import enqueue_mail
from joindin.operations.rate_limits import MAIL_ACCOUNT, consume_attempt
from joindin.queries.accounts.email_changes import get_pending_email
from joindin.queries.accounts.users import is_email_taken
from joindin.security.tokens import new_session_token
from joindin.utils.email_addresses import is_email, normalize_email

MSG_INVALID_EMAIL = "Invalid email"
MSG_EMAIL_OF_ACCOUNT = "That address belongs to an account"


def request_email_change(session, user: User, email: str, *, now: dt.datetime) -> None:
    """Mail a confirmation link to the new address, or a reminder if another account has that address.

    The present address may be confirmed as well. An earlier request lapses.

    :raises RateLimited: if the account had too many requests.
    """
    _announce(session, user, email, now)
    if may_mail_confirmation(session, email, now=now, requester=user):
        # In a savepoint, as the imitation for other addresses is.
        with session.begin_nested():
            _mail_link(session, user, email, now)


def change_email(session, user: User, email: str, *, is_own: bool, now: dt.datetime) -> None:
    """Request the address that a client of v2.1 has sent with the profile. No effect if it was requested before.

    Users see a requested address as theirs: the present one takes the request back.

    :raises RateLimited: if the account or the address had too many mails.
    """
    if email == user.email:
        if is_own:
            delete_confirmations(session, user.id, EmailChange)
    elif email != get_pending_email(session, user.id, now):
        _announce(session, user, email, now)
        consume_attempt(session, MAIL_ACCOUNT, normalize_email(email), now=now)
        _mail_link(session, user, email, now)


def confirm_email_change(session, token: str, *, now: dt.datetime) -> User:
    """Set the new address, which the link has proven, notify the old one and delete all other mailed tokens of the user.

    :raises InvalidInput: if the link was used or has expired.
    :raises Conflict: if the address has been given to another account.
    """
    change = lock_confirmation(session, EmailChange, token, now=now)
    if change is None:
        raise InvalidInput(MSG_LINK_EXPIRED)
    user = session.get_one(User, change.user_id)
    if is_email_taken(session, change.email, except_id=user.id):
        raise Conflict(MSG_EMAIL_OF_ACCOUNT)
    user.is_verified = True
    _replace_email(session, user, change.email, proven_at=now, now=now)
    return user


def set_email_as_admin(session, user: User, email: str, *, now: dt.datetime) -> None:
    """Set another address on behalf of an admin, which proves nothing. The caller holds the lock of the user.

    :raises InvalidInput: if mail cannot be sent to it.
    :raises Conflict: if it belongs to another account.
    """
    if not is_email(email):
        raise InvalidInput(MSG_INVALID_EMAIL)
    if is_email_taken(session, email, except_id=user.id):
        raise Conflict(MSG_EMAIL_TAKEN)
    _replace_email(session, user, email, proven_at=None, now=now)


def _replace_email(session, user, email, *, proven_at, now):
    """Set the address, notify the old one, and delete all mailed tokens of the user."""
    old_email, was_proven = user.email, user.email_proven_at is not None
    user.email, user.email_proven_at = email, proven_at
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Conflict(MSG_EMAIL_OF_ACCOUNT) from None
    delete_confirmations(session, user.id, EmailChange, EmailVerification, PasswordReset)
    if old_email and old_email != user.email:
        if was_proven:
            session.add(FormerEmail(user_id=user.id, email=old_email, replaced_at=now))
        mail_email_changed(session, user, before=old_email, email=user.email)


def _announce(session, user, email, now):
    """Notify the present address, and end an earlier request."""
    consume_attempt(session, MAIL_ACCOUNT, "address change", user.id, now=now)
    mail_email_change_requested(session, user, email=email)
    delete_confirmations(session, user.id, EmailChange)


def _mail_link(session, user, email, now):
    token = new_session_token()
    add_confirmation(session, EmailChange, token, now=now, user_id=user.id, email=email)
    enqueue_mail(session, "email_change", [email], full_name=user.full_name, username=user.username, token=token)
