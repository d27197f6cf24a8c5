"""Groups of users."""

import datetime as dt

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import Conflict, InvalidInput, NotFound
from joindin.models import Group, GroupMember, User
from joindin.operations.audit import log_action
from joindin.queries.accounts.users import get_user_by_username

MAX_GROUP_NAME_LENGTH = 100
MSG_GROUP_NAME_TAKEN = "A group of that name exists already"


def create_group(session, name: str, *, actor: User | None, now: dt.datetime) -> Group:
    """:raises InvalidInput, Conflict: if the name is invalid or taken."""
    group = Group(name=_check_name(name), created_at=now)
    try:
        with session.begin_nested():
            session.add(group)
            session.flush()
    except IntegrityError:
        raise Conflict(MSG_GROUP_NAME_TAKEN) from None
    log_action(session, "group.create", group, actor=actor)
    return group


def rename_group(session, group_id: int, name: str, *, actor: User | None) -> Group:
    """:raises InvalidInput, Conflict: if the name is invalid or taken."""
    name = _check_name(name)
    group = _lock_group(session, group_id)
    before = group.name
    if before == name:
        return group
    try:
        with session.begin_nested():
            group.name = name
            session.flush()
    except IntegrityError:
        raise Conflict(MSG_GROUP_NAME_TAKEN) from None
    log_action(session, "group.rename", group, actor=actor, changes={"name": [before, name]})
    return group


def delete_group(session, group_id: int, *, actor: User | None) -> None:
    """Delete a group, with its permissions and the permissions on it."""
    group = _lock_group(session, group_id)
    log_action(session, "group.delete", group, actor=actor)
    session.execute(delete(Group).where(Group.id == group_id).execution_options(synchronize_session=False))
    session.expunge(group)


def add_member(session, group_id: int, *, username: str, actor: User | None) -> User:
    """:raises NotFound: if no active user has that name.
    :raises Conflict: if the user is a member already.
    """
    group = _lock_group(session, group_id)
    user = get_user_by_username(session, username)
    if user is None or not user.is_active:
        raise NotFound("User not found")
    if not insert_or_ignore(session, GroupMember, group_id=group_id, user_id=user.id):
        raise Conflict(f"{user.username} is in that group already")
    log_action(session, "group.add_member", group, actor=actor, changes={"member": [None, user.username]})
    return user


def remove_member(session, group_id: int, user_id: int, *, actor: User | None) -> None:
    """Remove a member; no effect if the user is none."""
    group = _lock_group(session, group_id)
    user = session.get(User, user_id)
    left = session.execute(
        delete(GroupMember)
        .where(GroupMember.group_id == group_id, GroupMember.user_id == user_id)
        .execution_options(synchronize_session=False)
    ).rowcount
    if left and user:
        log_action(session, "group.remove_member", group, actor=actor, changes={"member": [user.username, None]})


def _check_name(name):
    if not 0 < len(name) <= MAX_GROUP_NAME_LENGTH:
        raise InvalidInput(f"The name must have 1 to {MAX_GROUP_NAME_LENGTH} characters")
    return name


def _lock_group(session, group_id):
    group = lock_row(session, Group, group_id)
    if group is None:
        raise NotFound("Group not found")
    return group
