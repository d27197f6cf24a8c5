"""Accounts that an admin activates (Gancio contract, section 5): registered by their owners, or created by an admin.

An activated account is trusted: events of its owner are live at once, in every API. The owner chooses a password by a mailed
link, unless one was set before.
"""

import datetime as dt

from joindin.db.locking import retry_on_lock_timeout
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import User
from joindin.operations.accounts.email_changes import MSG_INVALID_EMAIL, set_email_as_admin
from joindin.operations.accounts.passwords import MSG_NOT_SECURED, send_password_reset, set_password_as_admin
from joindin.operations.accounts.roles import lock_user, set_roles
from joindin.operations.accounts.similar_usernames import create_account_with_similar_name
from joindin.operations.accounts.users import MSG_EMAIL_TAKEN
from joindin.operations.audit import log_action
from joindin.operations.mail_opt_outs import opt_in, opt_out
from joindin.operations.outbox import enqueue_mail, enqueue_notification
from joindin.permissions import role_of
from joindin.queries.accounts.users import has_users, is_email_taken, list_reviewers
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.security.password_strength import V2_1_RULE, find_password_problem
from joindin.security.passwords import hash_password
from joindin.security.tokens import new_recover_code
from joindin.utils.email_addresses import is_email
from joindin.viewer import UserSnapshot

# The topic of mails to reviewers, which Gancio's ``to_notify`` switches.
REVIEW_TOPIC = "approval"
MSG_UNKNOWN_ROLE = "The role must be admin, editor or user"
ROLE_FLAGS = {
    "admin": {"admin": True, "editor": False},
    "editor": {"admin": False, "editor": True},
    "user": {"admin": False, "editor": False},
}


def register_inactive_user(session, *, email: str, password: str, registration_note: str, now: dt.datetime) -> User:
    """Create an account that waits for its activation, and notify its owner and the reviewers.

    The first account of an installation is an active admin at once, and may have a username in place of an address.

    :raises InvalidInput: if the address or the password is refused.
    :raises Conflict: if the address is taken.
    """
    if not is_email(email) and has_users(session):
        raise InvalidInput(MSG_INVALID_EMAIL)
    user = _create_account(session, email, password, registration_note, now, is_active=False)
    if not user.is_admin:
        title = load_site_settings(session)["title"]
        enqueue_mail(session, "registration_received", [email], name=user.username, site_title=title)
        _notify_reviewers(session, user, title)
    return user


def create_active_user(
    session,
    *,
    email: str,
    role: str,
    password: str | None,
    registration_note: str,
    actor: UserSnapshot | None,
    now: dt.datetime,
) -> User:
    """Create an active account on behalf of an admin. The owner gets a mail with a link to choose a password.

    :raises InvalidInput: if a field is refused.
    :raises Conflict: if the address is taken.
    """
    if role not in ROLE_FLAGS:
        raise InvalidInput(MSG_UNKNOWN_ROLE)
    if not is_email(email):
        raise InvalidInput(MSG_INVALID_EMAIL)
    user = _create_account(session, email, password, registration_note, now, is_active=True)
    roles = {name: has_role for name, has_role in ROLE_FLAGS[role].items() if has_role}
    log_action(session, "user.create", user, actor=actor, changes={name: [False, True] for name in [*roles, "trusted"]})
    user.is_admin, user.is_editor = user.is_admin or "admin" in roles, "editor" in roles
    session.flush()
    _mail_activation(session, user, now=now, kind="account_created")
    return user


def edit_account(
    session,
    user_id: int,
    *,
    actor: UserSnapshot,
    now: dt.datetime,
    role: str | None = None,
    is_active: bool | None = None,
    password: str | None = None,
    email: str | None = None,
    registration_note: str | None = None,
    is_notified: bool | None = None,
) -> User:
    """Change the given fields of an account on behalf of an admin. The owner gets a mail when the account becomes active.

    :raises NotFound: if there is no such account.
    :raises InvalidInput: if a field is refused.
    :raises Conflict: if the address is taken, or no active admin would be left.
    """
    if role is not None and role not in ROLE_FLAGS:
        raise InvalidInput(MSG_UNKNOWN_ROLE)
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("User not found!")
    if password:
        set_password_as_admin(session, user, password, actor=actor, now=now, rule=V2_1_RULE)

    def work():
        user = lock_user(session, user_id)
        if user is None:
            raise NotFound("User not found!")
        if email is not None and email != user.email:
            before = user.email
            set_email_as_admin(session, user, email, now=now)
            log_action(session, "user.edit", user, actor=actor, changes={"email": [before, email]})
        if registration_note is not None and registration_note != user.registration_note:
            user.registration_note = registration_note
            log_action(session, "user.edit", user, actor=actor, changes={"registration_note": ["one", "another"]})
        _set_roles(session, user, role, is_active, actor, now)
        if is_notified is not None:
            opt_in(session, user_id, REVIEW_TOPIC) if is_notified else opt_out(session, user_id, REVIEW_TOPIC, now=now)
        session.flush()
        return user

    return retry_on_lock_timeout(session, work, message=MSG_NOT_SECURED)


def _create_account(session, email, password, registration_note, now, *, is_active):
    # Before the first lock, because hashing is slow.
    if password is not None and (problem := find_password_problem(password, email, rule=V2_1_RULE)):
        raise InvalidInput(problem)
    if is_email_taken(session, email):
        raise Conflict(MSG_EMAIL_TAKEN)
    user = create_account_with_similar_name(
        session,
        email,
        email=email if is_email(email) else None,
        password_hash=None if password is None else hash_password(password),
        registration_note=registration_note,
        is_verified=is_active,
        is_active=is_active,
        is_trusted=is_active,
        now=now,
    )
    if user.is_admin:
        user.is_active = user.is_verified = user.is_trusted = True
        session.flush()
    return user


def _set_roles(session, user, role, is_active, actor, now):
    roles = ROLE_FLAGS[role] if role not in (None, role_of(user)) else {}
    is_activated = is_active is True and not (user.is_active and user.is_verified)
    if is_activated:
        roles = roles | {"active": True, "trusted": True}
        user.is_verified = True
    elif is_active is False:
        roles = roles | {"active": False}
    set_roles(session, user.id, roles, actor=actor, is_suspension=True)
    if is_activated:
        _mail_activation(session, user, now=now, kind="account_activated")


def _mail_activation(session, user, *, now, kind):
    title = load_site_settings(session)["title"]
    if user.password_hash is None or kind == "account_created":
        send_password_reset(session, user, now=now, kind=kind, token=new_recover_code(), site_title=title)
    else:
        enqueue_mail(session, kind, [user.email], full_name=user.full_name or user.username, site_title=title)


def _notify_reviewers(session, user, title):
    """Notify the reviewers, and the address of the site if it is none of theirs, of a registration."""
    settings, reviewers = load_site_settings(session), list_reviewers(session)
    context = {"email": user.email, "note": user.registration_note, "site_title": title}
    enqueue_notification(session, "registration_to_review", reviewers, **context)
    if settings["admin_email"] not in [reviewer.email for reviewer in reviewers]:
        enqueue_mail(session, "registration_to_review", [settings["admin_email"]], **context)
