"""Granting and revoking permissions of users and groups."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from joindin.db.locking import begin_write, lock_row
from joindin.db.upserts import insert_or_ignore
from joindin.errors import InvalidInput, NotFound
from joindin.models import PERMISSIONS, PRESETS, Event, GrantedPermission, Group, User
from joindin.operations.audit import log_action

OBJECT_TYPES = {"event": Event, "user": User, "group": Group}


def grant_permission(session, holder: User | Group, permission: str, target=None, *, actor: User | None) -> bool:
    """Grant a permission to ``holder``, for all objects or for one event, user or group. Return whether it is new.

    :raises InvalidInput: if there is no such permission, or it is not for that type of object.
    :raises NotFound: if the holder or the object was deleted since it was loaded.
    """
    if permission not in PERMISSIONS:
        raise InvalidInput(f"There is no permission {permission!r}")
    object_type = next((name for name, model in OBJECT_TYPES.items() if isinstance(target, model)), None)
    if target is not None and object_type != PERMISSIONS[permission]:
        raise InvalidInput(f"{permission} cannot be given for one {object_type}")
    if lock_row(session, type(holder), holder.id) is None:
        raise NotFound("The user or group no longer exists")
    owner = "user" if isinstance(holder, User) else "group"
    columns = {f"{owner}_id": holder.id, "permission": permission}
    if object_type:
        columns[f"on_{object_type}_id"] = target.id
    columns["unique_key"] = (
        f"{owner} {holder.id} {permission} {f'{object_type} {target.id}' if object_type else 'everything'}"
    )
    try:
        with session.begin_nested():
            is_new = insert_or_ignore(session, GrantedPermission, **columns)
    except IntegrityError:
        raise NotFound("The object of the permission no longer exists") from None
    if is_new:
        changes = {"permission": [None, permission]} | (
            {"for": [None, f"{object_type} {target.id}"]} if object_type else {}
        )
        log_action(session, f"{owner}.permit", holder, actor=actor, changes=changes)
    return is_new


def grant_preset(session, group: Group, preset: str, *, actor: User | None) -> None:
    """Grant a group the permissions that groups of a kind usually have.

    :raises InvalidInput: if there is no such preset.
    """
    if preset not in PRESETS:
        raise InvalidInput(f"There is no preset {preset!r}")
    for permission in PRESETS[preset]:
        grant_permission(session, group, permission, actor=actor)


def revoke_permission(session, permission_id: int, *, actor: User | None, group_id: int | None = None) -> None:
    """Revoke a permission, which has to be one of the group if ``group_id`` is given.

    :raises NotFound: if there is no such permission, or it was revoked already.
    """
    begin_write(session)
    granted = session.get(GrantedPermission, permission_id)
    if granted is not None and group_id not in (None, granted.group_id):
        raise NotFound("Permission not found")
    deleted = granted is not None and session.execute(
        delete(GrantedPermission)
        .where(GrantedPermission.id == permission_id)
        .execution_options(synchronize_session=False)
    )
    if not deleted or not deleted.rowcount:
        raise NotFound("Permission not found")
    holder = session.get_one(User, granted.user_id) if granted.user_id else session.get_one(Group, granted.group_id)
    target = next(
        (
            f"{object_type} {id_}"
            for object_type in OBJECT_TYPES
            if (id_ := getattr(granted, f"on_{object_type}_id")) is not None
        ),
        None,
    )
    changes = {"permission": [granted.permission, None]} | ({"for": [target, None]} if target else {})
    log_action(session, f"{'user' if granted.user_id else 'group'}.take_back", holder, actor=actor, changes=changes)
    session.expunge(granted)
