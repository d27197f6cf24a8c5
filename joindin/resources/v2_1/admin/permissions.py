"""What people and groups are permitted. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Invalid, NotFound
from joindin.extensions import db
from joindin.models import PERMISSIONS, PRESETS, Event
from joindin.operations.accounts.granted_permissions import permit, permit_preset, take_back
from joindin.queries.accounts.account_administration import find_account
from joindin.queries.accounts.granted_permissions import list_permits
from joindin.queries.accounts.groups import find_group
from joindin.queries.paging import Page, Paging
from joindin.representations.schema_fields import Shape, optional, text, whole
from joindin.representations.v2_1.groups import PermissionPageSchema, represent_permission
from joindin.resources.v2_1.admin.groups import NO_GROUP
from joindin.resources.v2_1.admin.roles import NO_USER, REFUSED, admin
from joindin.resources.v2_1.authentication import api_base, links
from joindin.resources.v2_1.openapi import does, refuses, shows, takes
from joindin.resources.v2_1.request_params import is_number, params
from joindin.resources.v2_1.responses import collection, empty

blp = Blueprint("permissions", __name__, url_prefix="/v2.1", description="What people and groups are permitted")

ONE_TARGET = "A permission is for everything or for one thing"
BAD_PERMISSION = ("There is no permission 'fly'", "view_log cannot be given for one event", ONE_TARGET)
NO_TARGET = "Event not found"


class NewPermissionSchema(Shape):
    permission = text("view_log", enum=[*PERMISSIONS])
    event_id = optional(whole(about="For this event only."))
    user_id = optional(whole(about="For this person only."))
    group_id = optional(whole(about="For this group only."))


class PresetSchema(Shape):
    preset = text("planning", enum=[*PRESETS])


@blp.route("/users/<row_id:user_id>/permissions")
class UserPermissions(MethodView):
    @shows(PermissionPageSchema)
    @refuses({**REFUSED, 404: NO_USER})
    def get(self, user_id):
        """List what somebody is permitted, besides what their groups are."""
        admin()
        find_account(db.session, user_id)
        return _show(list_permits(db.session, user_id=user_id))

    @takes(NewPermissionSchema)
    @does(201, location="/v2.1/users/7/permissions")
    @refuses({**REFUSED, 400: BAD_PERMISSION, 404: (NO_USER, NO_TARGET)})
    def post(self, user_id):
        """Permit somebody something; done as well if it was permitted already."""
        return _permit(admin(), find_account(db.session, user_id))


@blp.route("/groups/<row_id:group_id>/permissions")
class GroupPermissions(MethodView):
    @shows(PermissionPageSchema)
    @refuses({**REFUSED, 404: NO_GROUP})
    def get(self, group_id):
        """List what a group is permitted."""
        admin()
        find_group(db.session, group_id)
        return _show(list_permits(db.session, group_id=group_id))

    @takes(NewPermissionSchema)
    @does(201, location="/v2.1/groups/5/permissions")
    @refuses({**REFUSED, 400: BAD_PERMISSION, 404: (NO_GROUP, NO_TARGET)})
    def post(self, group_id):
        """Permit a group something; done as well if it was permitted already."""
        return _permit(admin(), find_group(db.session, group_id))


@blp.route("/groups/<row_id:group_id>/presets")
class GroupPresets(MethodView):
    @takes(PresetSchema)
    @does(201, location="/v2.1/groups/5/permissions")
    @refuses({**REFUSED, 400: "There is no preset 'kings'", 404: NO_GROUP})
    def post(self, group_id):
        """Permit a group what groups of its kind usually may: ``planning``, ``hr`` or ``management``."""
        actor = admin()
        permit_preset(db.session, find_group(db.session, group_id), params().text("preset"), actor=actor)
        db.session.commit()
        return empty(201, f"{links().group(group_id)}/permissions")


@blp.route("/permissions/<row_id:permit_id>")
class OnePermission(MethodView):
    @does(204)
    @refuses({**REFUSED, 404: "Permission not found"})
    def delete(self, permit_id):
        """Take a permission back."""
        actor = admin()
        take_back(db.session, permit_id, actor=actor)
        db.session.commit()
        return empty(204)


def _permit(actor, holder):
    given = params()
    permit(db.session, holder, given.text("permission"), _find_target(given), actor=actor)
    db.session.commit()
    kind = "users" if hasattr(holder, "username") else "groups"
    return empty(201, f"{api_base()}/v2.1/{kind}/{holder.id}/permissions")


def _find_target(given):
    named = [name for name in ("event_id", "user_id", "group_id") if given.text(name)]
    if not named:
        return None
    if len(named) > 1:
        raise Invalid(ONE_TARGET)
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
    names = [(row.Permit, row.event or row.person or row.group) for row in rows]
    pieces = [represent_permission(each, name, links()) for each, name in names]
    return collection("permissions", pieces, Page(pieces, len(pieces), Paging(size=0)))
