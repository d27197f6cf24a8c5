"""What people and groups are permitted. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import InvalidInput, NotFound
from joindin.extensions import db
from joindin.models import PERMISSIONS, PRESETS, Event
from joindin.operations.accounts.granted_permissions import grant_permission, grant_preset, revoke_permission
from joindin.queries.accounts.account_administration import find_account
from joindin.queries.accounts.granted_permissions import list_granted_permissions
from joindin.queries.accounts.groups import find_group
from joindin.queries.paging import Page, Paging
from joindin.representations.schema_fields import ObjectSchema, integer, optional, string
from joindin.representations.v2_1.groups import PermissionPageSchema, represent_permission
from joindin.resources.v2_1.admin.groups import MSG_GROUP_NOT_FOUND
from joindin.resources.v2_1.admin.roles import ACCESS_ERRORS, MSG_USER_NOT_FOUND, require_admin
from joindin.resources.v2_1.authentication import base_url, links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty
from joindin.resources.v2_1.request_params import get_params, is_number
from joindin.resources.v2_1.responses import collection_response, empty_response

blp = Blueprint("permissions", __name__, url_prefix="/v2.1", description="What people and groups are permitted")

ONE_TARGET = "A permission is for everything or for one thing"
BAD_PERMISSION = ("There is no permission 'fly'", "view_log cannot be given for one event", ONE_TARGET)
NO_TARGET = "Event not found"


class NewPermissionSchema(ObjectSchema):
    permission = string("view_log", enum=[*PERMISSIONS])
    event_id = optional(integer(description="For this event only."))
    user_id = optional(integer(description="For this person only."))
    group_id = optional(integer(description="For this group only."))


class PresetSchema(ObjectSchema):
    preset = string("planning", enum=[*PRESETS])


@blp.route("/users/<row_id:user_id>/permissions")
class UserPermissions(MethodView):
    @returns(PermissionPageSchema)
    @fails_with({**ACCESS_ERRORS, 404: MSG_USER_NOT_FOUND})
    def get(self, user_id):
        """List what somebody is permitted, besides what their groups are."""
        require_admin()
        find_account(db.session, user_id)
        return _show(list_granted_permissions(db.session, user_id=user_id))

    @accepts_body(NewPermissionSchema)
    @returns_empty(201, location="/v2.1/users/7/permissions")
    @fails_with({**ACCESS_ERRORS, 400: BAD_PERMISSION, 404: (MSG_USER_NOT_FOUND, NO_TARGET)})
    def post(self, user_id):
        """Permit somebody something; done as well if it was permitted already."""
        return _permit(require_admin(), find_account(db.session, user_id))


@blp.route("/groups/<row_id:group_id>/permissions")
class GroupPermissions(MethodView):
    @returns(PermissionPageSchema)
    @fails_with({**ACCESS_ERRORS, 404: MSG_GROUP_NOT_FOUND})
    def get(self, group_id):
        """List what a group is permitted."""
        require_admin()
        find_group(db.session, group_id)
        return _show(list_granted_permissions(db.session, group_id=group_id))

    @accepts_body(NewPermissionSchema)
    @returns_empty(201, location="/v2.1/groups/5/permissions")
    @fails_with({**ACCESS_ERRORS, 400: BAD_PERMISSION, 404: (MSG_GROUP_NOT_FOUND, NO_TARGET)})
    def post(self, group_id):
        """Permit a group something; done as well if it was permitted already."""
        return _permit(require_admin(), find_group(db.session, group_id))


@blp.route("/groups/<row_id:group_id>/presets")
class GroupPresets(MethodView):
    @accepts_body(PresetSchema)
    @returns_empty(201, location="/v2.1/groups/5/permissions")
    @fails_with({**ACCESS_ERRORS, 400: "There is no preset 'kings'", 404: MSG_GROUP_NOT_FOUND})
    def post(self, group_id):
        """Permit a group what groups of its kind usually may: ``planning``, ``hr`` or ``management``."""
        actor = require_admin()
        grant_preset(db.session, find_group(db.session, group_id), get_params().text("preset"), actor=actor)
        db.session.commit()
        return empty_response(201, f"{links().group(group_id)}/permissions")


@blp.route("/permissions/<row_id:permission_id>")
class OnePermission(MethodView):
    @returns_empty(204)
    @fails_with({**ACCESS_ERRORS, 404: "Permission not found"})
    def delete(self, permission_id):
        """Take a permission back."""
        actor = require_admin()
        revoke_permission(db.session, permission_id, actor=actor)
        db.session.commit()
        return empty_response(204)


def _permit(actor, holder):
    given = get_params()
    grant_permission(db.session, holder, given.text("permission"), _find_target(given), actor=actor)
    db.session.commit()
    kind = "users" if hasattr(holder, "username") else "groups"
    return empty_response(201, f"{base_url()}/v2.1/{kind}/{holder.id}/permissions")


def _find_target(given):
    named = [name for name in ("event_id", "user_id", "group_id") if given.text(name)]
    if not named:
        return None
    if len(named) > 1:
        raise InvalidInput(ONE_TARGET)
    id_ = _read_id(given.text(named[0]))
    if named == ["event_id"]:
        event = db.session.get(Event, id_)
        if event is None:
            raise NotFound(NO_TARGET)
        return event
    return (find_account if named == ["user_id"] else find_group)(db.session, id_)


def _read_id(text):
    if not is_number(text) or not 0 < float(text) < 2**31 or not float(text).is_integer():
        raise NotFound(NO_TARGET)
    return int(float(text))


def _show(rows):
    names = [(row.GrantedPermission, row.event or row.person or row.group) for row in rows]
    pieces = [represent_permission(each, name, links()) for each, name in names]
    return collection_response("permissions", pieces, Page(pieces, len(pieces), Paging(size=0)))
