"""People and groups to whom organisers write."""

from collections.abc import Collection

from sqlalchemy import func, select, true

from joindin.models import Group, GroupMember, User

# More groups are not offered as choices.
MAX_GROUPS = 500


def list_chosen_users(session, user_ids: Collection[int]) -> list[tuple[int, str]]:
    """Return id and name of the active ones of these users, by name."""
    name = func.coalesce(func.nullif(User.full_name, ""), User.username)
    users = select(User.id, name).where(User.id.in_(user_ids), User.is_active == true()).order_by(name, User.id)
    return [tuple(row) for row in session.execute(users)]


def list_group_choices(session) -> list[tuple[int, str]]:
    groups = select(Group.id, Group.name).order_by(Group.name, Group.id).limit(MAX_GROUPS)
    return [tuple(row) for row in session.execute(groups)]


def list_members_of(session, group_ids: Collection[int]) -> list[int]:
    """Return the ids of the active members of these groups."""
    members = select(GroupMember.user_id).join(User, User.id == GroupMember.user_id)
    return session.scalars(members.where(GroupMember.group_id.in_(group_ids), User.is_active == true())).all()
