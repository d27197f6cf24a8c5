"""Accounts: registration through the API, creation by the operator, verification of addresses."""

import datetime as dt

from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_table
from joindin.errors import Conflict, InvalidInput
from joindin.models import EmailVerification, User
from joindin.operations.accounts.pending_confirmations import (
    add_confirmation,
    delete_confirmations,
    lock_confirmation,
)
from joindin.operations.audit import log_action
from joindin.operations.outbox import enqueue_mail
from joindin.queries.accounts.users import has_users, is_email_taken, is_username_taken
from joindin.security.password_strength import find_password_problem
from joindin.security.passwords import hash_password
from joindin.security.tokens import new_token
from joindin.utils.email_addresses import is_email
from joindin.utils.text import to_plain_line, to_plain_text
from joindin.utils.usernames import MAX_USERNAME_LENGTH, InvalidUsername, prepare_username

MAX_FULL_NAME_LENGTH = 200
REASON_FIRST_ACCOUNT = "The first account"
MSG_EMAIL_TAKEN = "That email is already associated with another account"
MSG_USERNAME_TAKEN = "That username is already in use. Choose another"


def register_user(session, *, now: dt.datetime, password: str, is_verified: bool = False, **fields) -> User:
    """Create an account and mail a token that verifies its address.

    :raises Conflict: if the username or the address is taken.
    """
    user = create_account(session, now=now, password_hash=hash_password(password), is_verified=is_verified, **fields)
    send_verification(session, user, now=now)
    return user


def create_account(session, *, now: dt.datetime, password_hash: str | None, is_verified: bool, **fields) -> User:
    """Create an account without sending mail. The first account of an installation is an admin.

    The caller hashes the password, so that no lock is held meanwhile.

    :raises Conflict: if the username or the address is taken.
    """
    user, is_first = _add_account(
        session, **fields, password_hash=password_hash, is_verified=is_verified, registered_at=now
    )
    if is_first:
        log_action(
            session, "user.promote", user, actor=None, reason=REASON_FIRST_ACCOUNT, changes={"admin": [False, True]}
        )
    return user


def send_verification(session, user: User, *, now: dt.datetime) -> None:
    token = new_token()
    add_confirmation(session, EmailVerification, token, now=now, user_id=user.id)
    enqueue_mail(session, "verification", [user.email], token=token)


def verify_address(session, token: str, *, now: dt.datetime) -> User:
    """Mark the address of the token's user as verified and proven, and delete the user's verification tokens.

    :raises InvalidInput: if the token is unknown.
    """
    verification = lock_confirmation(session, EmailVerification, token, now=now)
    if verification is None:
        raise InvalidInput("Verification failed")
    user = session.get_one(User, verification.user_id)
    user.is_verified, user.email_proven_at = True, now
    delete_confirmations(session, user.id, EmailVerification)
    session.flush()
    return user


def personal_strings(user: User) -> tuple[str | None, ...]:
    """Return the names of a user, which their password must not contain."""
    return user.username, user.email, user.full_name


def mail_username_reminder(session, user: User) -> None:
    enqueue_mail(session, "username_reminder", [user.email], full_name=user.full_name, username=user.username)


def create_user_as_admin(
    session,
    *,
    username: str,
    email: str,
    password: str,
    now: dt.datetime,
    full_name: str | None = None,
    is_admin: bool = False,
    is_trusted: bool = False,
    is_verified: bool = True,
    actor: User | None = None,
) -> User:
    """Create an account on behalf of an admin or the operator. A user who is not verified gets a verification mail.

    The first account of an installation is always an admin.

    :raises InvalidInput: with all problems.
    :raises Conflict: if the username or the address is taken.
    """
    username, email, full_name = to_plain_text(username), email.strip(), to_plain_line(full_name or username)
    if problems := _account_problems(username, email, full_name, password):
        raise InvalidInput(". ".join(problems))
    username = prepare_username(username)
    if is_username_taken(session, username):
        raise Conflict(f"The username {username!r} is already in use")
    if is_email_taken(session, email):
        raise Conflict(f"The address {email} is already associated with another account")
    new_hash = hash_password(password)
    user, is_first = _add_account(
        session,
        username=username,
        email=email,
        full_name=full_name,
        password_hash=new_hash,
        is_verified=is_verified,
        is_admin=is_admin,
        is_trusted=is_trusted,
        registered_at=now,
    )
    roles = {"admin": user.is_admin, "trusted": is_trusted}
    changes = {role: [False, True] for role, has_role in roles.items() if has_role}
    log_action(
        session, "user.create", user, actor=actor, reason=REASON_FIRST_ACCOUNT if is_first else None, changes=changes
    )
    if not is_verified:
        send_verification(session, user, now=now)
    return user


def _add_account(session, *, is_admin=False, twitter_username="", biography="", **fields):
    """Insert the account; return it and whether it is the first."""
    is_first = _is_first_account(session)
    if fields["email"] and is_email_taken(session, fields["email"]):
        raise Conflict(MSG_EMAIL_TAKEN)
    user = User(**fields, twitter_username=twitter_username, biography=biography, is_admin=is_admin or is_first)
    try:
        with session.begin_nested():
            session.add(user)
            session.flush()
    except IntegrityError:
        if is_username_taken(session, user.username):
            raise Conflict(MSG_USERNAME_TAKEN) from None
        raise Conflict(MSG_EMAIL_TAKEN) from None
    return user, is_first


def _is_first_account(session):
    """Return whether no account exists. If so, the table is locked until the transaction ends."""
    if has_users(session):
        return False
    lock_table(session, User)
    return not has_users(session)


def _account_problems(username, email, full_name, password):
    problems = []
    if not 0 < len(username) <= MAX_USERNAME_LENGTH:
        problems.append(f"The username must have 1 to {MAX_USERNAME_LENGTH} characters")
    elif problem := _username_problem(username):
        problems.append(problem)
    if len(full_name) > MAX_FULL_NAME_LENGTH:
        problems.append(f"The full name must have at most {MAX_FULL_NAME_LENGTH} characters")
    if not is_email(email):
        problems.append("A valid email address is required")
    if problem := find_password_problem(password, username, email, full_name):
        problems.append(problem)
    return problems


def _username_problem(username):
    try:
        prepare_username(username)
    except InvalidUsername as error:
        return str(error)
    return None
