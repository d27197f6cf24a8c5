"""Changes of an account's e-mail address, confirmed by a link that is mailed to the new address."""

import datetime as dt

from sqlalchemy.exc import IntegrityError

from joindin.errors import Conflict, InvalidInput
from joindin.models import EmailChange, EmailVerification, PasswordReset, User
from joindin.operations.accounts.pending_confirmations import (
    MSG_LINK_EXPIRED,
    add_confirmation,
    delete_confirmations,
    lock_confirmation,
)
from joindin.operations.accounts.registration import may_mail_confirmation
from joindin.operations.accounts.security_mails import mail_email_changed
from joindin.operations.outbox import enqueue_mail
from joindin.security.tokens import new_session_token


def request_email_change(session, user: User, email: str, *, now: dt.datetime) -> None:
    """Mail a confirmation link to the new address, or a reminder if another account has that address."""
    if not may_mail_confirmation(session, email, now=now):
        return
    token = new_session_token()
    # In a savepoint, as the imitation for other addresses is.
    with session.begin_nested():
        add_confirmation(session, EmailChange, token, now=now, user_id=user.id, email=email)
        enqueue_mail(session, "email_change", [email], full_name=user.full_name, username=user.username, token=token)


def confirm_email_change(session, token: str, *, now: dt.datetime) -> User:
    """Set the new address, notify the old one and delete all other mailed tokens of the user.

    :raises InvalidInput: if the link was used or has expired.
    :raises Conflict: if the address has been given to another account.
    """
    change = lock_confirmation(session, EmailChange, token, now=now)
    if change is None:
        raise InvalidInput(MSG_LINK_EXPIRED)
    user = session.get_one(User, change.user_id)
    old_email, user.email, user.is_verified = user.email, change.email, True
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Conflict("That address belongs to an account") from None
    delete_confirmations(session, user.id, EmailChange, EmailVerification, PasswordReset)
    mail_email_changed(session, user, before=old_email, email=user.email)
    return user
