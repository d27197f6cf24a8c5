"""New passwords without the old one: by a mailed link, by the operator, and after an admin has secured the account.

Each of them ends everything that gave access to the account, and the owner is told what has ended.
"""

import datetime as dt

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import PasswordReset, User
from joindin.operations.accounts.access_revocation import secure_access
from joindin.operations.accounts.pending_confirmations import (
    add_confirmation,
    get_confirmation,
    is_mail_allowed,
    lock_confirmation,
)
from joindin.operations.accounts.security_mails import mail_account_secured, mail_password_changed
from joindin.operations.accounts.timing import imitate_confirmation
from joindin.operations.accounts.users import personal_strings
from joindin.operations.audit import log_action
from joindin.operations.crew.secret_addresses import end_secret_addresses
from joindin.operations.outbox import enqueue_mail
from joindin.operations.personal.schedule_addresses import end_schedule_addresses
from joindin.queries.accounts.users import get_user_by_login
from joindin.security.password_strength import STANDARD_RULE, V2_1_RULE, PasswordRule, find_password_problem
from joindin.security.passwords import hash_password
from joindin.security.tokens import new_token
from joindin.utils.messages import TranslatableMessage
from joindin.viewer import UserSnapshot

MSG_RESET_FAILED = "Password could not be reset"
MSG_NOT_SECURED = "The account is in use at the moment. Please try again"


def send_password_reset(
    session, user: User, *, now: dt.datetime, kind: str = "password_reset", token: str | None = None, **context
) -> None:
    """Mail a password reset link. ``kind`` is the mail template, which decides about the site that it leads to."""
    token = token or new_token()
    add_confirmation(session, PasswordReset, token, now=now, user_id=user.id)
    enqueue_mail(session, kind, [user.email], full_name=user.full_name or user.username, token=token, **context)


def request_password_reset(
    session, name: str, *, now: dt.datetime, kind: str, token: str | None = None, **context
) -> None:
    """Mail a link to the active user with that address or username. All cases take the same time.

    The attempt is also counted for unknown names.
    """
    user = get_user_by_login(session, name)
    is_allowed = is_mail_allowed(session, user.email if user and user.email else name, now=now)
    if is_allowed and user is not None and user.is_active and user.email:
        # In a savepoint, as the imitation is.
        with session.begin_nested():
            send_password_reset(session, user, now=now, kind=kind, token=token, **context)
    else:
        imitate_confirmation(session, now=now)


def reset_password(session, token: str, password: str, *, now: dt.datetime) -> list[TranslatableMessage]:
    """Set a new password by a mailed token, and end all other access. Return what has ended, for the user.

    The link has proven the address.

    :raises InvalidInput: if the token is unknown or expired, the account is inactive, or the password is refused.
    :raises Conflict: if the account is in use by too many requests.
    """
    if problem := find_password_problem(password, rule=V2_1_RULE):
        raise InvalidInput(problem)
    # Looked up first, because the hash takes time, and locked after it, because the lock should be short.
    if get_confirmation(session, PasswordReset, token, now=now) is None:
        raise InvalidInput(MSG_RESET_FAILED)
    new_hash = hash_password(password)

    def work():
        reset = lock_confirmation(session, PasswordReset, token, now=now)
        if reset is None:
            raise InvalidInput(MSG_RESET_FAILED)
        user = session.get_one(User, reset.user_id)
        if not user.is_active:
            raise InvalidInput(MSG_RESET_FAILED)
        if problem := find_password_problem(password, *personal_strings(user), rule=V2_1_RULE):
            raise InvalidInput(problem)
        user.password_hash, user.email_proven_at = new_hash, now
        ended = secure_access(session, user.id, now=now)
        mail_password_changed(session, user, ended=ended, now=now)
        session.flush()
        return ended

    return retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)


def set_password_as_admin(
    session,
    user: User,
    password: str,
    *,
    now: dt.datetime,
    actor: User | UserSnapshot | None = None,
    rule: PasswordRule = STANDARD_RULE,
) -> None:
    """Set a new password on behalf of the operator or an admin, and end all other access; the user gets a mail.

    :raises InvalidInput: if the password is refused.
    :raises Conflict: if the account is in use by too many requests.
    """
    if problem := find_password_problem(password, *personal_strings(user), rule=rule):
        raise InvalidInput(problem)
    new_hash = hash_password(password)

    def work():
        lock_row(session, User, user.id)
        user.password_hash = new_hash
        ended = secure_access(session, user.id, now=now)
        log_action(session, "user.set_password", user, actor=actor)
        mail_password_changed(session, user, ended=ended, now=now)
        session.flush()

    retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)


def secure_account(
    session, user_id: int, *, actor: User | None, reason: str = "", now: dt.datetime
) -> tuple[User, list[TranslatableMessage]]:
    """Delete the password of an account that another person may know, and end all access. Return user and what ended.

    The owner gets a mail, and chooses a new password by a mailed link.

    :raises NotFound: if the user does not exist.
    :raises Conflict: if the account is in use by too many requests.
    """

    def work():
        user = lock_row(session, User, user_id)
        if user is None:
            raise NotFound("User not found")
        user.password_hash = None
        ended = secure_access(session, user_id, now=now)
        ended += end_secret_addresses(session, user_id) + end_schedule_addresses(session, user_id)
        log_action(session, "user.secure", user, actor=actor, reason=reason)
        mail_account_secured(session, user, ended=ended, now=now)
        session.flush()
        return user, ended

    return retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)
