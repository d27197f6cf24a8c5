"""Groups and who is in them."""

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from joindin.errors import NotFound
from joindin.models import Group, GroupMember, User
from joindin.queries.paging import Page, Paging


def find_group(session, group_id: int) -> Group:
    group = session.get(Group, group_id)
    if group is None:
        raise NotFound("Group not found")
    return group


def list_groups(session, paging: Paging) -> Page:
    """Rows of a group and its ``members``, by name: two statements."""
    members = select(func.count()).where(GroupMember.group_id == Group.id).correlate(Group).scalar_subquery()
    rows = select(Group, members.label("members")).order_by(Group.name_key, Group.id)
    total = session.scalar(select(func.count()).select_from(Group))
    return Page(session.execute(paging.slice(rows)).all(), total, paging)


def list_members(session, group_id: int, paging: Paging) -> Page:
    """The people of a group by name."""
    wanted = select(User).join(GroupMember, GroupMember.user_id == User.id).where(GroupMember.group_id == group_id)
    total = session.scalar(select(func.count()).select_from(GroupMember).where(GroupMember.group_id == group_id))
    return Page(session.scalars(paging.slice(wanted.order_by(User.username_key, User.id))).all(), total, paging)


def list_user_groups(session, user_id: int) -> list[Group]:
    wanted = select(GroupMember).join(GroupMember.group).where(GroupMember.user_id == user_id)
    rows = session.scalars(wanted.options(joinedload(GroupMember.group)).order_by(Group.name_key, Group.id))
    return [membership.group for membership in rows]


def count_members(session, group_id: int) -> int:
    return session.scalar(select(func.count()).select_from(GroupMember).where(GroupMember.group_id == group_id))
