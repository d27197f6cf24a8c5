"""Permissions of users and of their groups."""

from collections.abc import Collection

from sqlalchemy import and_, exists, or_, select

from joindin.models import Event, EventHost, GrantedPermission, Group, GroupMember, User
from joindin.viewer import Viewer


def load_permissions(
    session,
    user: User | None,
    *,
    events: Collection[int] = (),
    users: Collection[int] = (),
    groups: Collection[int] = (),
    hosting: frozenset[int] = frozenset(),
) -> Viewer:
    """Return a viewer with the permissions of ``user`` and their groups, for everything and for the objects with these
    ids.

    One statement; none for visitors and for admins, who have every permission.
    """
    if user is None or user.is_admin or not user.is_active:
        return Viewer(user, hosting=hosting)
    groups_of_user = select(GroupMember.group_id).where(GroupMember.user_id == user.id)
    statement = select(
        GrantedPermission.permission,
        GrantedPermission.on_event_id,
        GrantedPermission.on_user_id,
        GrantedPermission.on_group_id,
    ).where(
        or_(GrantedPermission.user_id == user.id, GrantedPermission.group_id.in_(groups_of_user)),
        or_(
            _is_unlimited(),
            *[
                column.in_(ids)
                for column, ids in (
                    (GrantedPermission.on_event_id, events),
                    (GrantedPermission.on_user_id, users),
                    (GrantedPermission.on_group_id, groups),
                )
                if ids
            ],
        ),
    )
    permits = frozenset(
        (row.permission, row.on_event_id or row.on_user_id or row.on_group_id) for row in session.execute(statement)
    )
    return Viewer(user, hosting=hosting, permissions=permits)


def is_host_anywhere(session, user_id: int) -> bool:
    return session.scalar(select(exists().where(EventHost.user_id == user_id)))


def list_granted_permissions(session, *, user_id: int | None = None, group_id: int | None = None) -> list:
    """Return rows of a permission and the name of its object, for one user or one group, in one statement."""
    about = User.__table__.alias("about")
    on_group = Group.__table__.alias("on_group")
    holder = GrantedPermission.user_id == user_id if user_id is not None else GrantedPermission.group_id == group_id
    return session.execute(
        select(
            GrantedPermission,
            Event.name.label("event"),
            about.c.username.label("person"),
            on_group.c.name.label("group"),
        )
        .outerjoin(Event, Event.id == GrantedPermission.on_event_id)
        .outerjoin(about, about.c.id == GrantedPermission.on_user_id)
        .outerjoin(on_group, on_group.c.id == GrantedPermission.on_group_id)
        .where(holder)
        .order_by(GrantedPermission.id)
    ).all()


def _is_unlimited():
    return and_(
        GrantedPermission.on_event_id.is_(None),
        GrantedPermission.on_user_id.is_(None),
        GrantedPermission.on_group_id.is_(None),
    )
