"""Accounts: registering, proving an address, setting a new password."""

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write, lock_table
from joindin.errors import Conflict, Invalid
from joindin.models import EmailVerification, PasswordReset, User
from joindin.operations.accounts.security_mails import tell_of_password
from joindin.operations.accounts.sessions import close_sessions
from joindin.operations.audit import record
from joindin.operations.outbox import send_later
from joindin.queries.accounts.users import has_users, user_named, user_with_email
from joindin.security.password_strength import is_guessable
from joindin.security.passwords import LONGEST_PASSWORD, password_hash
from joindin.security.tokens import new_token, token_hash
from joindin.utils.text import is_e_mail, plain_text

SHORTEST_PASSWORD = 6
LONGEST_USERNAME = 100
LONGEST_FULL_NAME = 200
FIRST = "The first account"
NAME_TAKEN = "That username is already in use. Choose another"
EASY_TO_GUESS = "That password is easy to guess. Choose another"

# How long the link in a mail for a new password is good.
RESET_LASTS = dt.timedelta(days=1)


def register(session, *, now: dt.datetime, password: str, verified: bool = False, **fields) -> User:
    """Make an account; a token that proves its address goes out by mail.

    :raises Conflict: if the name or the address was taken a moment ago.
    """
    user = make_account(session, now=now, hashed=password_hash(password), verified=verified, **fields)
    send_verification(session, user, now=now)
    return user


def make_account(session, *, now: dt.datetime, hashed: str | None, verified: bool, **fields) -> User:
    """An account, of which nobody is told. The first one of an installation is its admin.

    The password comes hashed, so that no lock is held while that is done.

    :raises Conflict: if the name or the address was taken a moment ago.
    """
    user, is_first = _add_account(session, **fields, password_hash=hashed, is_verified=verified, registered_at=now)
    if is_first:
        record(session, "user.promote", user, actor=None, reason=FIRST, changes={"admin": [False, True]})
    return user


def send_verification(session, user: User, *, now: dt.datetime) -> None:
    token = new_token()
    session.add(EmailVerification(user_id=user.id, token_hash=token_hash(token), created_at=now))
    send_later(session, "verification", [user.email], token=token)


def verify_address(session, token: str) -> User:
    """Take a mailed token as proof; all tokens of that person are used up.

    :raises Invalid: if nobody has such a token.
    """
    begin_write(session)
    user = session.scalar(
        select(User).join(EmailVerification).where(EmailVerification.token_hash == token_hash(token)).with_for_update()
    )
    if user is None:
        raise Invalid("Verification failed")
    user.is_verified = True
    session.execute(delete(EmailVerification).where(EmailVerification.user_id == user.id))
    session.flush()
    return user


def password_problem(password: str, *names: str | None) -> str | None:
    """What is wrong with a new password of somebody with those names; None if nothing is. Length in bytes.

    In the contract's words, but for what the original never minded.
    """
    if len(password.encode()) < SHORTEST_PASSWORD:
        return f"Passwords must be at least {SHORTEST_PASSWORD} characters long"
    if len(password.encode()) > LONGEST_PASSWORD:
        return f"Passwords must be at most {LONGEST_PASSWORD} characters long"
    return EASY_TO_GUESS if is_guessable(password, *names) else None


def names_of(user: User) -> tuple[str | None, ...]:
    """What somebody goes by, and no password of theirs may be."""
    return user.username, user.email, user.full_name


def remind_of_username(session, user: User) -> None:
    send_later(session, "username_reminder", [user.email], full_name=user.full_name, username=user.username)


def send_password_reset(session, user: User, *, now: dt.datetime, kind: str = "password_reset") -> None:
    """Mail a link for a new password: to the web site, or by the ``kind`` of mail to our own page."""
    token = new_token()
    session.add(PasswordReset(user_id=user.id, token_hash=token_hash(token), created_at=now))
    send_later(session, kind, [user.email], full_name=user.full_name, token=token)


def reset_password(session, token: str, password: str, *, now: dt.datetime) -> User:
    """Set a new password against a mailed token; all reset tokens of that person are used up.

    Whoever is signed in as that person with a browser is so no longer.

    :raises Invalid: if the token is unknown or a day old, or the password is no good.
    """
    if problem := password_problem(password):
        raise Invalid(problem)
    hashed = password_hash(password)
    begin_write(session)
    user = session.scalar(
        select(User)
        .join(PasswordReset)
        .where(PasswordReset.token_hash == token_hash(token), PasswordReset.created_at > now - RESET_LASTS)
        .with_for_update()
    )
    if user is None:
        raise Invalid("Password could not be reset")
    if problem := password_problem(password, *names_of(user)):
        raise Invalid(problem)
    user.password_hash = hashed
    session.execute(delete(PasswordReset).where(PasswordReset.user_id == user.id))
    close_sessions(session, user.id, now=now)
    tell_of_password(session, user)
    session.flush()
    return user


def create_user(
    session,
    *,
    username: str,
    email: str,
    password: str,
    now: dt.datetime,
    full_name: str | None = None,
    is_admin: bool = False,
    is_trusted: bool = False,
    verified: bool = True,
    actor: User | None = None,
) -> User:
    """Make an account on an operator's word. Only who is not ``verified`` gets a mail, to prove the address.

    The first account of an installation is its admin, whatever was said.

    :raises Invalid: with all that is wrong.
    :raises Conflict: if the name or the address is somebody's.
    """
    username, email, full_name = plain_text(username), plain_text(email), plain_text(full_name or username)
    if problems := _account_problems(username, email, full_name, password):
        raise Invalid(". ".join(problems))
    if user_named(session, username):
        raise Conflict(f"The username {username!r} is already in use")
    if user_with_email(session, email):
        raise Conflict(f"The address {email} is already associated with another account")
    hashed = password_hash(password)
    user, is_first = _add_account(
        session,
        username=username,
        email=email,
        full_name=full_name,
        password_hash=hashed,
        is_verified=verified,
        is_admin=is_admin,
        is_trusted=is_trusted,
        registered_at=now,
    )
    given = {"admin": user.is_admin, "trusted": is_trusted}
    changes = {role: [False, True] for role, is_given in given.items() if is_given}
    record(session, "user.create", user, actor=actor, reason=FIRST if is_first else None, changes=changes)
    if not verified:
        send_verification(session, user, now=now)
    return user


def _add_account(session, *, is_admin=False, twitter_username="", biography="", **fields):
    """The account, and whether it is the first."""
    is_first = _is_first_account(session)
    user = User(**fields, twitter_username=twitter_username, biography=biography, is_admin=is_admin or is_first)
    try:
        with session.begin_nested():
            session.add(user)
            session.flush()
    except IntegrityError:
        if user_named(session, user.username):
            raise Conflict(NAME_TAKEN) from None
        raise Conflict("That email is already associated with another account") from None
    return user, is_first


def _is_first_account(session):
    """Whether nobody has an account yet. If so, nobody else can get one until this transaction ends."""
    if has_users(session):
        return False
    lock_table(session, User)
    return not has_users(session)


def _account_problems(username, email, full_name, password):
    problems = []
    if not 0 < len(username) <= LONGEST_USERNAME:
        problems.append(f"The username must have 1 to {LONGEST_USERNAME} characters")
    if len(full_name) > LONGEST_FULL_NAME:
        problems.append(f"The full name must have at most {LONGEST_FULL_NAME} characters")
    if not is_e_mail(email):
        problems.append("A valid email address is required")
    if problem := password_problem(password, username, email, full_name):
        problems.append(problem)
    return problems
