"""The rights of a viewer over the profile and the working hours of one user (spec 4)."""

from typing import NamedTuple

from sqlalchemy import exists, select

from joindin.models import GrantedPermission, GroupMember
from joindin.permissions import can_decide_working_hours
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.crew.viewers import CrewViewer
from joindin.viewer import UserSnapshot


class ProfileRights(NamedTuple):
    """``may_view`` includes one's own profile, the other rights do not. Admins decide about their own hours."""

    may_view: bool
    may_change: bool
    may_decide_hours: bool
    may_delete: bool = False


def load_profile_rights(session, viewer: UserSnapshot, user_id: int) -> ProfileRights:
    """Return the rights; whether there is such a user is not checked. Two statements."""
    group_ids = session.scalars(select(GroupMember.group_id).where(GroupMember.user_id == user_id)).all()
    rights = load_permissions(session, viewer, users=[user_id], groups=group_ids)
    return ProfileRights(
        may_view=viewer.id == user_id or rights.has_permission("view_userprofile", user_id),
        may_change=rights.has_permission("change_userprofile", user_id),
        may_decide_hours=can_decide_working_hours(rights, user_id, group_ids),
        may_delete=viewer.id != user_id and rights.has_permission("delete_userprofile", user_id),
    )


def sees_profiles(session, viewer: CrewViewer) -> bool:
    """Return whether the viewer may see the profiles of all users, or of some other ones: one statement at most."""
    if viewer.rights.views_profiles:
        return True
    groups = select(GroupMember.group_id).where(GroupMember.user_id == viewer.user_id)
    holder = (GrantedPermission.user_id == viewer.user_id) | GrantedPermission.group_id.in_(groups)
    granted = exists().where(
        GrantedPermission.permission == "view_userprofile", GrantedPermission.on_user_id.is_not(None), holder
    )
    return session.scalar(select(granted))
