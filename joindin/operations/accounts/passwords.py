"""New passwords without the old one: by a mailed link, by the operator, and after an admin has secured the account.

Each of them ends everything that gave access to the account, and the owner is told what has ended.
"""

import datetime as dt

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import PasswordReset, User
from joindin.operations.accounts.access_revocation import secure_access
from joindin.operations.accounts.pending_confirmations import add_confirmation, get_confirmation, lock_confirmation
from joindin.operations.accounts.security_mails import mail_account_secured, mail_password_changed
from joindin.operations.accounts.users import personal_strings
from joindin.operations.audit import log_action
from joindin.operations.outbox import enqueue_mail
from joindin.security.password_strength import V2_1_RULE, find_password_problem
from joindin.security.passwords import hash_password
from joindin.security.tokens import new_token

MSG_RESET_FAILED = "Password could not be reset"
MSG_NOT_SECURED = "The account is in use at the moment. Please try again"


def send_password_reset(session, user: User, *, now: dt.datetime, kind: str = "password_reset") -> None:
    """Mail a password reset link. ``kind`` is the mail template, which decides about the site that it leads to."""
    token = new_token()
    add_confirmation(session, PasswordReset, token, now=now, user_id=user.id)
    enqueue_mail(session, kind, [user.email], full_name=user.full_name, token=token)


def reset_password(session, token: str, password: str, *, now: dt.datetime) -> list[str]:
    """Set a new password by a mailed token, and end all other access. Return what has ended, for the user.

    The link has proven the address.

    :raises InvalidInput: if the token is unknown or expired, or the password is refused.
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
        if problem := find_password_problem(password, *personal_strings(user), rule=V2_1_RULE):
            raise InvalidInput(problem)
        user.password_hash, user.email_proven_at = new_hash, now
        ended = secure_access(session, user.id, now=now)
        mail_password_changed(session, user, ended=ended, now=now)
        session.flush()
        return ended

    return retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)


def set_password_as_operator(session, user: User, password: str, *, now: dt.datetime) -> None:
    """Set a new password and end all other access; the user gets a mail.

    :raises InvalidInput: if the password is refused.
    :raises Conflict: if the account is in use by too many requests.
    """
    if problem := find_password_problem(password, *personal_strings(user)):
        raise InvalidInput(problem)
    new_hash = hash_password(password)

    def work():
        lock_row(session, User, user.id)
        user.password_hash = new_hash
        ended = secure_access(session, user.id, now=now)
        log_action(session, "user.set_password", user, actor=None)
        mail_password_changed(session, user, ended=ended, now=now)
        session.flush()

    retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)


def secure_account(
    session, user_id: int, *, actor: User | None, reason: str = "", now: dt.datetime
) -> tuple[User, list[str]]:
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
        log_action(session, "user.secure", user, actor=actor, reason=reason)
        mail_account_secured(session, user, ended=ended, now=now)
        session.flush()
        return user, ended

    return retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)
