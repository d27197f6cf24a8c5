"""Accounts of members: created with an invitation, deactivated, and deleted by those who administer people."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from joindin.errors import Conflict, Forbidden, NotFound
from joindin.models import Group, User
from joindin.operations.accounts.account_deletion import delete_user
from joindin.operations.accounts.groups import add_member
from joindin.operations.accounts.passwords import send_password_reset
from joindin.operations.accounts.roles import set_roles
from joindin.operations.accounts.similar_usernames import create_account_with_similar_name
from joindin.operations.accounts.users import MAX_FULL_NAME_LENGTH, MSG_EMAIL_TAKEN
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import require_line
from joindin.operations.crew.profiles import MSG_NO_USER, edit_crew_profile
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.queries.accounts.users import is_email_taken
from joindin.utils.email_addresses import is_email

MSG_INVALID_EMAIL = "Enter an e-mail address, like name@example.org"
MSG_OWN_ACCOUNT = "This is your own account. Another person has to do this."
MSG_ADMINS_ONLY = "Only an admin can do this to an admin or an editor."


@dataclass(frozen=True)
class MemberFields:
    full_name: str
    email: str
    date_of_birth: dt.date | None = None
    phone: str | None = None


def create_member(
    session,
    fields: MemberFields,
    *,
    group_ids: Collection[int] = (),
    actor: User,
    now: dt.datetime,
    today: dt.date,
) -> User:
    """Create an account without a password, and mail a link with which its owner chooses one.

    The caller checks that the actor may add members to the groups.

    :raises InvalidCrewField: if a value is not acceptable, or the address is that of another account.
    """
    full_name = require_line("full_name", fields.full_name, MAX_FULL_NAME_LENGTH)
    email = fields.email.strip()
    if not is_email(email):
        raise InvalidCrewField("email", MSG_INVALID_EMAIL)
    if is_email_taken(session, email):
        raise InvalidCrewField("email", MSG_EMAIL_TAKEN)
    user = create_account_with_similar_name(
        session, full_name, email=email, full_name=full_name, password_hash=None, is_verified=True, now=now
    )
    log_action(session, "user.create", user, actor=actor)
    profile = {"date_of_birth": fields.date_of_birth, "phone": fields.phone, "is_visible": True}
    edit_crew_profile(session, user.id, profile, actor=actor, today=today)
    for group_id in sorted(set(group_ids)):
        if session.get(Group, group_id) is None:
            raise InvalidCrewField("groups", MSG_NO_CHOICE)
        add_member(session, group_id, username=user.username, actor=actor)
    send_password_reset(session, user, now=now, kind="member_invited", username=user.username)
    return user


def set_member_active(session, user_id: int, is_active: bool, *, actor: User) -> User:
    """Deactivate an account, which ends all of its sessions and tokens, or the reverse. Its shifts stay.

    :raises NotFound: if there is no such user.
    :raises Forbidden: if the user is an admin or an editor and the actor is no admin.
    :raises Conflict: if the user is the actor, or no active admin would be left.
    """
    _check(session, user_id, actor)
    return set_roles(session, user_id, {"active": is_active}, actor=actor)


def delete_member(session, user_id: int, *, actor: User) -> None:
    """Delete an account with its places in later shifts, which go to the waiting lists.

    :raises NotFound, Forbidden, Conflict: as ``set_member_active``.
    """
    _check(session, user_id, actor)
    delete_user(session, user_id, actor=actor)


def _check(session, user_id, actor):
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(MSG_NO_USER)
    if user.id == actor.id:
        raise Conflict(MSG_OWN_ACCOUNT)
    if (user.is_admin or user.is_editor) and not actor.is_admin:
        raise Forbidden(MSG_ADMINS_ONLY)
