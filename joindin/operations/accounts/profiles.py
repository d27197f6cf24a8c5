"""Changes of a user's own account."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Forbidden, InvalidInput
from joindin.models import BrowserSession, EmailChange, PasswordReset, User
from joindin.operations.accounts.copied_names import rename_copies
from joindin.operations.accounts.email_changes import change_email
from joindin.operations.accounts.pending_confirmations import delete_confirmations
from joindin.operations.accounts.security_mails import mail_password_changed, mail_sign_in_change
from joindin.operations.accounts.sessions import revoke_browser_sessions
from joindin.operations.audit import log_action
from joindin.security.passwords import check_password, hash_password
from joindin.utils.datetimes import utc_now

MSG_WRONG_PASSWORD = "The credentials could not be verified"
MSG_USER_NOT_UPDATED = "User not updated"
AUDITED_FIELDS = ("username", "full_name")


def verify_current_password(user: User, password: str) -> str:
    """Return the stored hash that the password matches. :func:`edit_profile` checks that it has not changed.

    :raises Forbidden: if the password is wrong.
    """
    if not check_password(password, user.password_hash):
        raise Forbidden(MSG_WRONG_PASSWORD)
    return user.password_hash


def edit_profile(
    session,
    user_id: int,
    fields: Mapping,
    *,
    actor: User,
    password: str | None = None,
    verified_hash: str | None = None,
    kept_session: BrowserSession | None = None,
) -> None:
    """Change an account. A new password replaces only the one whose hash is ``verified_hash``.

    A new address is requested only (``email_changes.py``). A new password deletes password reset tokens and an earlier
    request for an address, and ends all sessions except ``kept_session``. Events and talks that contain the name are
    rendered again.

    :raises InvalidInput: if the name is taken, or the account does not exist.
    :raises Forbidden: if the password was changed by another request.
    :raises RateLimited: if too many new addresses were requested.
    """
    # Before the first lock, because hashing is slow.
    new_hash = hash_password(password) if password else None

    now = utc_now()
    columns = {name: value for name, value in fields.items() if name != "email"}

    def work():
        user = lock_row(session, User, user_id)
        if user is None:
            raise InvalidInput(MSG_USER_NOT_UPDATED)
        if new_hash:
            if user.password_hash != verified_hash:
                raise Forbidden(MSG_WRONG_PASSWORD)
            user.password_hash = new_hash
            revoke_browser_sessions(session, user_id, now=now, kept_session=kept_session)
            delete_confirmations(session, user_id, PasswordReset, EmailChange)
            mail_password_changed(session, user, now=now)
        if actor.id != user_id:
            log_action(session, "user.edit", user, actor=actor, changes=_audit_changes(user, fields, new_hash))
        if columns.get("username", user.username) != user.username:
            mail_sign_in_change(session, user, f"your username is {columns['username']} from now on")
        if "email" in fields:
            change_email(session, user, fields["email"], is_own=actor.id == user_id, now=now)
        old_names = user.username, user.full_name
        for name, value in columns.items():
            setattr(user, name, value)
        session.flush()
        if (user.username, user.full_name) != old_names:
            rename_copies(session, user, old_names=old_names)

    try:
        retry_on_lock_timeout(session, work, message=MSG_USER_NOT_UPDATED)
    except IntegrityError:
        raise InvalidInput("That username is already associated with another account") from None


def _audit_changes(user, fields, new_hash):
    """Return the changes that an admin makes to another account, for the audit log."""
    changes = {
        name: [getattr(user, name), fields[name]]
        for name in AUDITED_FIELDS
        if name in fields and fields[name] != getattr(user, name)
    }
    if fields.get("email", user.email) != user.email:
        changes["requested email"] = [user.email, fields["email"]]
    return changes | ({"password": ["one", "another"]} if new_hash else {})
