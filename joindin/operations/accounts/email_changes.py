"""Having another e-mail address from now on."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write
from joindin.errors import Conflict, InvalidInput
from joindin.models import EmailChange, EmailVerification, PasswordReset, User
from joindin.operations.accounts.registration import MSG_LINK_EXPIRED, is_mail_allowed, mail_existing_account
from joindin.operations.accounts.security_mails import mail_email_changed
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.users import get_user_by_email
from joindin.security.tokens import hash_token, new_session_token

EMAIL_CHANGE_TTL = dt.timedelta(days=1)


def request_email_change(session, user: User, email: str, *, now: dt.datetime) -> None:
    """Mail a link to the new address; or, where that is somebody's, tell them instead."""
    if not is_mail_allowed(session, email, now=now):
        return
    known = get_user_by_email(session, email)
    if known is not None:
        mail_existing_account(session, known)
        return
    token = new_session_token()
    session.add(EmailChange(user_id=user.id, token_hash=hash_token(token), email=email, created_at=now))
    enqueue_mail(session, "email_change", [email], full_name=user.full_name, username=user.username, token=token)


def confirm_email_change(session, token: str, *, now: dt.datetime) -> User:
    """Take the mailed token as proof of the new address. The old one is told, and mailed tokens lapse.

    :raises InvalidInput: if the link was used or is too old.
    :raises Conflict: if somebody else proved the address meanwhile.
    """
    begin_write(session)
    asked = session.scalar(
        select(EmailChange)
        .where(EmailChange.token_hash == hash_token(token), EmailChange.created_at > now - EMAIL_CHANGE_TTL)
        .with_for_update()
    )
    if asked is None:
        raise InvalidInput(MSG_LINK_EXPIRED)
    user = session.get_one(User, asked.user_id, with_for_update=True)
    before, user.email, user.is_verified = user.email, asked.email, True
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Conflict("That address belongs to an account") from None
    for kind in (EmailChange, EmailVerification, PasswordReset):
        session.execute(delete(kind).where(kind.user_id == user.id))
    mail_email_changed(session, user, before=before, email=user.email)
    return user


def purge_expired_email_changes(session, now: dt.datetime) -> None:
    session.execute(
        delete(EmailChange)
        .where(EmailChange.created_at <= now - EMAIL_CHANGE_TTL)
        .execution_options(synchronize_session=False)
    )
