"""Letters that tell people what happens to the way they sign in, so that they notice when it was not them."""

from joindin.models import User
from joindin.operations.outbox import enqueue_mail


def mail_sign_in_change(session, user: User, change: str) -> None:
    enqueue_mail(session, "second_factor", [user.email], full_name=user.full_name, what=change)


def mail_password_changed(session, user: User) -> None:
    enqueue_mail(session, "password_changed", [user.email], full_name=user.full_name)


def mail_email_changed(session, user: User, *, before: str | None, email: str) -> None:
    """Tell whoever reads the address that was theirs."""
    enqueue_mail(session, "email_changed", [before], full_name=user.full_name, username=user.username, email=email)


def mail_sign_in_throttled(session, user: User) -> None:
    """Somebody tried many passwords."""
    _warn(session, "sign_in_throttled", user)


def mail_second_factor_failed(session, user: User) -> None:
    """Somebody who had the right password was stopped by the second step."""
    _warn(session, "second_factor_failed", user)


def _warn(session, kind, user):
    # Nobody is written to by the guesses of others whose address this may not even be.
    if user.is_active and user.is_verified:
        enqueue_mail(session, kind, [user.email], full_name=user.full_name or user.username, username=user.username)
