"""Groups and their members."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Group, GroupMember, User
from joindin.queries.paging import Page, Paging, paginate


def find_group(session, group_id: int) -> Group:
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound("Group not found")
    return group


def list_groups(session, paging: Paging) -> Page:
    """List rows of a group and its number of ``members``, by name, in two statements."""
    members = select(func.count()).where(GroupMember.group_id == Group.id).correlate(Group).scalar_subquery()
    rows = select(Group, members.label("members")).order_by(Group.name_key, Group.id)
    total = session.scalar(select(func.count()).select_from(Group))
    return Page(session.execute(paging.slice(rows)).all(), total, paging)


def list_members(session, group_id: int, paging: Paging) -> Page:
    """List the members of a group by name."""
    members = select(User).join(GroupMember, GroupMember.user_id == User.id).where(GroupMember.group_id == group_id)
    return paginate(session, members.order_by(User.username_key, User.id), paging)


def list_user_groups(session, user_id: int) -> list[Group]:
    memberships = select(GroupMember).join(GroupMember.group).where(GroupMember.user_id == user_id)
    rows = session.scalars(memberships.options(joinedload(GroupMember.group)).order_by(Group.name_key, Group.id))
    return [membership.group for membership in rows]


def count_members(session, group_id: int) -> int:
    return session.scalar(select(func.count()).select_from(GroupMember).where(GroupMember.group_id == group_id))
