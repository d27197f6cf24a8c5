"""Letters that tell people what happens to the way they sign in, so that they notice when it was not them."""

from joindin.models import User
from joindin.operations.outbox import send_later


def tell_of_sign_in_change(session, user: User, what: str) -> None:
    send_later(session, "second_factor", [user.email], full_name=user.full_name, what=what)


def tell_of_password(session, user: User) -> None:
    send_later(session, "password_changed", [user.email], full_name=user.full_name)


def tell_of_address(session, user: User, *, before: str | None, email: str) -> None:
    """Tell whoever reads the address that was theirs."""
    send_later(session, "email_changed", [before], full_name=user.full_name, username=user.username, email=email)


def tell_of_guesses(session, user: User) -> None:
    """Somebody tried many passwords."""
    _warn(session, "sign_in_slowed", user)


def tell_of_wrong_codes(session, user: User) -> None:
    """Somebody who had the right password was stopped by the second step."""
    _warn(session, "second_step_failed", user)


def _warn(session, kind, user):
    # Nobody is written to by the guesses of others whose address this may not even be.
    if user.is_active and user.is_verified:
        send_later(session, kind, [user.email], full_name=user.full_name or user.username, username=user.username)
