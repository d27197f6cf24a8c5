"""Roles of users: admin, editor, trusted, active."""

from collections.abc import Mapping

from sqlalchemy import or_, select, true

from joindin.db.locking import begin_write
from joindin.errors import Conflict, NotFound
from joindin.models import User
from joindin.operations.accounts.access_revocation import revoke_all_access
from joindin.operations.audit import log_action
from joindin.utils.datetimes import utc_now

# The column of each role, and the audit actions of granting and revoking it.
ROLES = {
    "admin": ("is_admin", "user.promote", "user.demote"),
    "editor": ("is_editor", "user.make_editor", "user.unmake_editor"),
    "trusted": ("is_trusted", "user.trust", "user.distrust"),
    "active": ("is_active", "user.activate", "user.deactivate"),
}


def set_roles(
    session,
    user_id: int,
    roles: Mapping[str, bool],
    *,
    actor: User | None,
    reason: str = "",
    is_suspension: bool = False,
) -> User:
    """Grant and revoke roles; each change is logged.

    Deactivation ends all sessions and tokens. Reactivation does so too: it revives none that a simultaneous sign-in
    has created, or that an account had before it was imported as inactive. ``is_suspension`` is for Gancio's API, where
    the tokens of an account are refused while it is inactive, and valid again when it is active.

    :raises NotFound: if the user does not exist.
    :raises Conflict: if no active admin would be left.
    """
    user = lock_user(session, user_id)
    if user is None:
        raise NotFound("User not found")
    stays = roles.get("admin", user.is_admin) and roles.get("active", user.is_active)
    if not stays and is_last_admin(session, user):
        raise Conflict(f"{user.username} is the last admin. Promote another user first")
    for role, has_role in roles.items():
        column, grant_action, revoke_action = ROLES[role]
        if getattr(user, column) is not has_role:
            setattr(user, column, has_role)
            action = grant_action if has_role else revoke_action
            log_action(session, action, user, actor=actor, reason=reason, changes={role: [not has_role, has_role]})
            if role == "active" and not is_suspension:
                revoke_all_access(session, user_id, now=utc_now())
    session.flush()
    return user


def lock_user(session, user_id: int) -> User | None:
    """Lock and return the user. All admins are locked as well, so that one of two that leave at once stays."""
    begin_write(session)
    active_admins = (User.is_admin == true()) & (User.is_active == true())
    held = session.scalars(
        select(User)
        .where(or_(User.id == user_id, active_admins))
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return next((user for user in held if user.id == user_id), None)


def is_last_admin(session, user: User) -> bool:
    """Return whether no other active admin exists. Valid while :func:`lock_user` holds its locks."""
    if not (user.is_admin and user.is_active):
        return False
    others = select(User.id).where(User.is_admin == true(), User.is_active == true(), User.id != user.id)
    return session.scalar(others.limit(1)) is None
