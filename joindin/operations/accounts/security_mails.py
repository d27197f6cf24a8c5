"""Mails about changes of how a user signs in, so that misuse is noticed."""

import datetime as dt

from joindin.models import User
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.email_changes import list_notice_addresses


def mail_sign_in_change(session, user: User, change: str) -> None:
    enqueue_mail(session, "second_factor", [user.email], full_name=user.full_name, what=change)


def mail_password_changed(session, user: User, *, now: dt.datetime, ended: list[str] | None = None) -> None:
    """Notify every address of the user. ``ended`` is what lost access with a password that was reset."""
    addresses = list_notice_addresses(session, user, now)
    enqueue_mail(session, "password_changed", addresses, full_name=user.full_name, ended=ended)


def mail_account_secured(session, user: User, *, now: dt.datetime, ended: list[str]) -> None:
    """Notify every address of the user that admins have ended all access."""
    addresses = list_notice_addresses(session, user, now)
    context = {"full_name": user.full_name, "username": user.username, "ended": ended}
    enqueue_mail(session, "account_secured", addresses, **context)


def mail_email_change_requested(session, user: User, *, email: str) -> None:
    """Notify the present address of a request to replace it."""
    context = {"full_name": user.full_name, "username": user.username, "email": email}
    enqueue_mail(session, "email_change_requested", [user.email], **context)


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
