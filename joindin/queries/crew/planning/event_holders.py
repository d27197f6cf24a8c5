"""Groups and users that see an event with a crew or are responsible for it, by their permissions on it (spec 4)."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from joindin.models import GrantedPermission, Group, User
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.viewer import UserSnapshot


class EventHolders(NamedTuple):
    """``visible_group_ids`` are groups that see the event and are not responsible for it. Users are those by themselves."""

    visible_group_ids: frozenset[int]
    responsible_group_ids: frozenset[int]
    responsible_users: Sequence[User]

    @property
    def responsible_user_ids(self) -> frozenset[int]:
        return frozenset(user.id for user in self.responsible_users)


def load_event_holders(session, event_id: int) -> EventHolders:
    """Return the holders of permissions on an event: two statements."""
    rows = session.execute(
        select(GrantedPermission.user_id, GrantedPermission.group_id, GrantedPermission.permission).where(
            GrantedPermission.on_event_id == event_id, GrantedPermission.permission.in_(("view_event", "change_event"))
        )
    ).all()
    responsible_groups = {row.group_id for row in rows if row.permission == "change_event"} - {None}
    visible = {row.group_id for row in rows} - {None} - responsible_groups
    user_ids = {row.user_id for row in rows if row.permission == "change_event"} - {None}
    users = session.scalars(select(User).where(User.id.in_(user_ids)).order_by(User.username)).all()
    return EventHolders(frozenset(visible), frozenset(responsible_groups), users)


def list_groups_with_publishable(session, user: UserSnapshot) -> tuple[Sequence[Group], frozenset[int]]:
    """Return all groups by name, and the ids of those for which the user publishes events: two statements."""
    groups = session.scalars(select(Group).order_by(Group.name_key, Group.id)).all()
    viewer = load_permissions(session, user, groups=[group.id for group in groups])
    return groups, frozenset(group.id for group in groups if viewer.has_permission("publish_event_for_group", group.id))
