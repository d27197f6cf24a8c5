"""Changes of a user's own account."""

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import Forbidden, InvalidInput
from joindin.models import BrowserSession, PasswordReset, User
from joindin.operations.accounts.copied_names import rename_copies
from joindin.operations.accounts.security_mails import mail_email_changed, mail_password_changed, mail_sign_in_change
from joindin.operations.accounts.sessions import revoke_browser_sessions
from joindin.operations.audit import log_action
from joindin.security.passwords import check_password, hash_password
from joindin.utils.datetimes import utc_now

MSG_WRONG_PASSWORD = "The credentials could not be verified"
MSG_USER_NOT_UPDATED = "User not updated"
AUDITED_FIELDS = ("username", "full_name", "email")


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

    A new address or password deletes password reset tokens. A new password ends all sessions except ``kept_session``.
    Events and talks that contain the name are rendered again.

    :raises InvalidInput: if the name or the address is taken, or the account does not exist.
    :raises Forbidden: if the password was changed by another request.
    """
    # Before the first lock, because hashing is slow.
    new_hash = hash_password(password) if password else None

    def work():
        user = lock_row(session, User, user_id)
        if user is None:
            raise InvalidInput(MSG_USER_NOT_UPDATED)
        if new_hash:
            if user.password_hash != verified_hash:
                raise Forbidden(MSG_WRONG_PASSWORD)
            user.password_hash = new_hash
            revoke_browser_sessions(session, user_id, now=utc_now(), kept_session=kept_session)
            mail_password_changed(session, user)
        if new_hash or fields.get("email", user.email) != user.email:
            session.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
        if actor.id != user_id:
            log_action(session, "user.edit", user, actor=actor, changes=_audit_changes(user, fields, new_hash))
        _enqueue_mails(session, user, fields)
        old_names = user.username, user.full_name
        for name, value in fields.items():
            setattr(user, name, value)
        session.flush()
        if (user.username, user.full_name) != old_names:
            rename_copies(session, user, old_names=old_names)

    try:
        retry_on_lock_timeout(session, work, message=MSG_USER_NOT_UPDATED)
    except IntegrityError as error:
        field = "email" if "email_key" in str(error.orig) else "username"
        raise InvalidInput(f"That {field} is already associated with another account") from None


def _enqueue_mails(session, user, fields):
    """Notify the user at the address that is valid until now."""
    if fields.get("username", user.username) != user.username:
        mail_sign_in_change(session, user, f"your username is {fields['username']} from now on")
    if user.email and fields.get("email", user.email) != user.email:
        mail_email_changed(session, user, before=user.email, email=fields["email"])


def _audit_changes(user, fields, new_hash):
    """Return the changes that an admin makes to another account, for the audit log."""
    changes = {
        name: [getattr(user, name), fields[name]]
        for name in AUDITED_FIELDS
        if name in fields and fields[name] != getattr(user, name)
    }
    return changes | ({"password": ["one", "another"]} if new_hash else {})
