"""Permissions granted to users and groups. An extension of the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import PERMISSIONS, PRESETS, Event, User
from joindin.operations.accounts.granted_permissions import grant_permission, grant_preset, revoke_permission
from joindin.queries.accounts.account_administration import find_account
from joindin.queries.accounts.granted_permissions import list_granted_permissions
from joindin.queries.accounts.groups import find_group
from joindin.queries.paging import full_page
from joindin.representations.schema_fields import UNSET, ObjectSchema, string
from joindin.representations.v2_1.groups import PermissionPageSchema, represent_permission
from joindin.resources.v2_1.admin.groups import MSG_GROUP_NOT_FOUND
from joindin.resources.v2_1.admin.roles import MSG_USER_NOT_FOUND, require_admin, require_admin_sign_in
from joindin.resources.v2_1.body_fields import optional_number
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params, is_number
from joindin.resources.v2_1.responses import collection_response, empty_response

blp = Blueprint("permissions", __name__, url_prefix="/v2.1", description="Permissions of users and groups")

MSG_SEVERAL_TARGETS = "A permission is for everything or for one thing"
MSG_TARGET_NOT_FOUND = "Event not found"
INVALID_PERMISSION_MESSAGES = (
    "There is no permission 'fly'",
    "view_log cannot be given for one event",
    MSG_SEVERAL_TARGETS,
)


class NewPermissionSchema(ObjectSchema):
    permission = string("view_log", enum=[*PERMISSIONS])
    event_id = optional_number(UNSET, "Limits the permission to this event.")
    user_id = optional_number(UNSET, "Limits the permission to this user.")
    group_id = optional_number(UNSET, "Limits the permission to this group.")


class PresetSchema(ObjectSchema):
    preset = string("planning", enum=[*PRESETS])


@blp.route("/users/<row_id:user_id>/permissions")
class UserPermissions(MethodView):
    @require_admin
    @returns(PermissionPageSchema)
    @fails_with({404: MSG_USER_NOT_FOUND})
    def get(self, viewer, user_id):
        """List the permissions granted to a user, without those of the user's groups."""
        find_account(db.session, user_id)
        return _permissions_response(list_granted_permissions(db.session, user_id=user_id))

    @require_admin_sign_in
    @accepts_body(NewPermissionSchema)
    @returns_empty(201, location="/v2.1/users/7/permissions")
    @fails_with({400: INVALID_PERMISSION_MESSAGES, 404: (MSG_USER_NOT_FOUND, MSG_TARGET_NOT_FOUND)})
    def post(self, viewer, user_id):
        """Grant a permission to a user. A permission that was granted before is granted once."""
        return _grant_permission(find_account(db.session, user_id), actor=viewer.user)


@blp.route("/groups/<row_id:group_id>/permissions")
class GroupPermissions(MethodView):
    @require_admin
    @returns(PermissionPageSchema)
    @fails_with({404: MSG_GROUP_NOT_FOUND})
    def get(self, viewer, group_id):
        """List the permissions granted to a group."""
        find_group(db.session, group_id)
        return _permissions_response(list_granted_permissions(db.session, group_id=group_id))

    @require_admin_sign_in
    @accepts_body(NewPermissionSchema)
    @returns_empty(201, location="/v2.1/groups/5/permissions")
    @fails_with({400: INVALID_PERMISSION_MESSAGES, 404: (MSG_GROUP_NOT_FOUND, MSG_TARGET_NOT_FOUND)})
    def post(self, viewer, group_id):
        """Grant a permission to a group. A permission that was granted before is granted once."""
        return _grant_permission(find_group(db.session, group_id), actor=viewer.user)


@blp.route("/groups/<row_id:group_id>/presets")
class GroupPresets(MethodView):
    @require_admin_sign_in
    @accepts_body(PresetSchema)
    @returns_empty(201, location="/v2.1/groups/5/permissions")
    @fails_with({400: "There is no preset 'kings'", 404: MSG_GROUP_NOT_FOUND})
    def post(self, viewer, group_id):
        """Grant a group the usual permissions of its kind: ``planning``, ``hr`` or ``management``."""
        grant_preset(db.session, find_group(db.session, group_id), get_params().text("preset"), actor=viewer.user)
        db.session.commit()
        return empty_response(201, f"{links().group(group_id)}/permissions")


@blp.route("/permissions/<row_id:permission_id>")
class PermissionDetail(MethodView):
    @require_admin_sign_in
    @returns_empty(204)
    @fails_with({404: "Permission not found"})
    def delete(self, viewer, permission_id):
        """Revoke a permission."""
        revoke_permission(db.session, permission_id, actor=viewer.user)
        db.session.commit()
        return empty_response(204)


def _grant_permission(holder, actor):
    params = get_params()
    grant_permission(db.session, holder, params.text("permission"), _find_target(params), actor=actor)
    db.session.commit()
    holder_url = links().user(holder.id) if isinstance(holder, User) else links().group(holder.id)
    return empty_response(201, f"{holder_url}/permissions")


def _find_target(params):
    """Return the event, user or group that limits the permission; None if it applies to everything."""
    names = [name for name in ("event_id", "user_id", "group_id") if params.text(name)]
    if not names:
        return None
    if len(names) > 1:
        raise InvalidInput(MSG_SEVERAL_TARGETS)
    target_id = _parse_id(params.text(names[0]))
    if names == ["event_id"]:
        event = db.session.get(Event, target_id)
        if event is None:
            raise NotFound(MSG_TARGET_NOT_FOUND)
        return event
    return (find_account if names == ["user_id"] else find_group)(db.session, target_id)


def _parse_id(text):
    if not is_number(text) or not 0 < float(text) < 2**31 or not float(text).is_integer():
        raise NotFound(MSG_TARGET_NOT_FOUND)
    return int(float(text))


def _permissions_response(rows):
    permissions = [
        represent_permission(row.GrantedPermission, row.event or row.person or row.group, links()) for row in rows
    ]
    return collection_response("permissions", permissions, full_page(permissions))
