"""What people are to the whole house: admin, editor, trusted, active."""

from collections.abc import Mapping

from sqlalchemy import or_, select, true

from joindin.db.locking import begin_write
from joindin.errors import Conflict, NotFound
from joindin.models import User
from joindin.operations.audit import log_action

# A role, its column, and the actions that giving and taking it are.
ROLES = {
    "admin": ("is_admin", "user.promote", "user.demote"),
    "editor": ("is_editor", "user.make_editor", "user.unmake_editor"),
    "trusted": ("is_trusted", "user.trust", "user.distrust"),
    "active": ("is_active", "user.activate", "user.deactivate"),
}


def set_roles(session, user_id: int, roles: Mapping[str, bool], *, actor: User | None, reason: str = "") -> User:
    """Give and take roles; each that changes leaves an entry.

    :raises NotFound: if there is nobody with that id.
    :raises Conflict: if no admin would be left who can sign in.
    """
    user = lock_user(session, user_id)
    if user is None:
        raise NotFound("User not found")
    stays = roles.get("admin", user.is_admin) and roles.get("active", user.is_active)
    if not stays and is_last_admin(session, user):
        raise Conflict(f"{user.username} is the last admin. Promote somebody else first")
    for role, wanted in roles.items():
        column, given, taken = ROLES[role]
        if getattr(user, column) is not wanted:
            setattr(user, column, wanted)
            action = given if wanted else taken
            log_action(session, action, user, actor=actor, reason=reason, changes={role: [not wanted, wanted]})
    session.flush()
    return user


def lock_user(session, user_id: int) -> User | None:
    """Lock the row, and with it those of all admins: of two admins who go at the same time one stays."""
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
    """Whether the house would be without an admin if that person went. Ask while :func:`hold_user` holds."""
    if not (user.is_admin and user.is_active):
        return False
    others = select(User.id).where(User.is_admin == true(), User.is_active == true(), User.id != user.id)
    return session.scalar(others.limit(1)) is None
