"""Having another e-mail address from now on."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write
from joindin.errors import Conflict, Invalid
from joindin.models import EmailChange, EmailVerification, PasswordReset, User
from joindin.operations.accounts.registration import NO_LONGER, may_be_mailed, tell_of_account
from joindin.operations.accounts.security_mails import tell_of_address
from joindin.operations.outbox import send_later
from joindin.queries.accounts.users import user_with_email
from joindin.security.tokens import new_session_token, token_hash

LASTS = dt.timedelta(days=1)


def ask_for_address(session, user: User, email: str, *, now: dt.datetime) -> None:
    """Mail a link to the new address; or, where that is somebody's, tell them instead."""
    if not may_be_mailed(session, email, now=now):
        return
    known = user_with_email(session, email)
    if known is not None:
        tell_of_account(session, known)
        return
    token = new_session_token()
    session.add(EmailChange(user_id=user.id, token_hash=token_hash(token), email=email, created_at=now))
    send_later(session, "email_change", [email], full_name=user.full_name, username=user.username, token=token)


def change_address(session, token: str, *, now: dt.datetime) -> User:
    """Take the mailed token as proof of the new address. The old one is told, and mailed tokens lapse.

    :raises Invalid: if the link was used or is too old.
    :raises Conflict: if somebody else proved the address meanwhile.
    """
    begin_write(session)
    asked = session.scalar(
        select(EmailChange)
        .where(EmailChange.token_hash == token_hash(token), EmailChange.created_at > now - LASTS)
        .with_for_update()
    )
    if asked is None:
        raise Invalid(NO_LONGER)
    user = session.get_one(User, asked.user_id, with_for_update=True)
    before, user.email, user.is_verified = user.email, asked.email, True
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Conflict("That address belongs to an account") from None
    for kind in (EmailChange, EmailVerification, PasswordReset):
        session.execute(delete(kind).where(kind.user_id == user.id))
    tell_of_address(session, user, before=before, email=user.email)
    return user


def forget_address_changes(session, now: dt.datetime) -> None:
    session.execute(
        delete(EmailChange).where(EmailChange.created_at <= now - LASTS).execution_options(synchronize_session=False)
    )
