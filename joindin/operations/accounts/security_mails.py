"""Mails about changes of how a user signs in, so that misuse is noticed."""

from joindin.models import User
from joindin.operations.outbox import enqueue_mail


def mail_sign_in_change(session, user: User, change: str) -> None:
    enqueue_mail(session, "second_factor", [user.email], full_name=user.full_name, what=change)


def mail_password_changed(session, user: User) -> None:
    enqueue_mail(session, "password_changed", [user.email], full_name=user.full_name)


def mail_email_changed(session, user: User, *, before: str | None, email: str) -> None:
    """Notify the previous address."""
    enqueue_mail(session, "email_changed", [before], full_name=user.full_name, username=user.username, email=email)


def mail_sign_in_throttled(session, user: User) -> None:
    """Warn of many wrong passwords."""
    _warn(session, "sign_in_throttled", user)


def mail_second_factor_failed(session, user: User) -> None:
    """Warn of wrong second factor codes after the right password."""
    _warn(session, "second_factor_failed", user)


def _warn(session, kind, user):
    # Unverified addresses may be those of strangers and get no mail because of guesses.
    if user.is_active and user.is_verified:
        enqueue_mail(session, kind, [user.email], full_name=user.full_name or user.username, username=user.username)
