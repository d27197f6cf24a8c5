"""Groups and their members. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.operations.accounts.groups import (
    MAX_GROUP_NAME_LENGTH,
    MSG_GROUP_NAME_TAKEN,
    add_member,
    create_group,
    delete_group,
    remove_member,
    rename_group,
)
from joindin.permissions import can_manage_groups
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.accounts.groups import count_members, find_group, list_groups, list_members
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.groups import GroupPageSchema, MemberPageSchema, represent_group, represent_member
from joindin.resources.v2_1.authentication import links, require_user
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_text
from joindin.viewer import UserSnapshot

blp = Blueprint("groups", __name__, url_prefix="/v2.1", description="Groups of people, and who is in them")

TO_MANAGE = "You must be logged in to manage groups"
NOT_A_MANAGER = "You do not have permission to manage groups"
MSG_GROUP_NOT_FOUND = "Group not found"
BAD_NAME = (f"The name must have 1 to {MAX_GROUP_NAME_LENGTH} characters", MSG_GROUP_NAME_TAKEN)
REFUSED = {401: TO_MANAGE, 403: NOT_A_MANAGER}


class GroupNameSchema(ObjectSchema):
    name = string("Kitchen", "No two are alike.", maxLength=MAX_GROUP_NAME_LENGTH)


class NewGroupNameSchema(ObjectSchema):
    name = string("Programme team", "No two are alike.", maxLength=MAX_GROUP_NAME_LENGTH)


class NewMemberSchema(ObjectSchema):
    username = string("grace")


@blp.route("/groups")
class Groups(MethodView):
    @returns_page(GroupPageSchema)
    @fails_with(REFUSED)
    def get(self):
        """List groups, by name."""
        require_group_manager()
        page = list_groups(db.session, read_paging())
        return collection_response(
            "groups", [represent_group(group, members, links()) for group, members in page.items], page
        )

    @accepts_body(GroupNameSchema)
    @returns_empty(201, location="/v2.1/groups/5")
    @fails_with({**REFUSED, 400: BAD_NAME})
    def post(self):
        """Make a group."""
        actor = require_group_manager()
        group = create_group(db.session, _read_name(), actor=actor, now=utc_now())
        db.session.commit()
        return empty_response(201, links().group(group.id))


@blp.route("/groups/<row_id:group_id>")
class OneGroup(MethodView):
    @returns(GroupPageSchema)
    @fails_with({**REFUSED, 404: MSG_GROUP_NOT_FOUND})
    def get(self, group_id):
        """Show a group."""
        require_group_manager()
        group = find_group(db.session, group_id)
        shown = represent_group(group, count_members(db.session, group_id), links())
        return collection_response("groups", [shown], single_page(group))

    @accepts_body(NewGroupNameSchema)
    @returns_empty(204, location="/v2.1/groups/5")
    @fails_with({**REFUSED, 400: BAD_NAME, 404: MSG_GROUP_NOT_FOUND})
    def put(self, group_id):
        """Rename a group."""
        actor = require_group_manager()
        rename_group(db.session, group_id, _read_name(), actor=actor)
        db.session.commit()
        return empty_response(204, links().group(group_id))

    @returns_empty(204)
    @fails_with({**REFUSED, 404: MSG_GROUP_NOT_FOUND})
    def delete(self, group_id):
        """Dissolve a group. What was permitted to it goes with it."""
        actor = require_group_manager()
        delete_group(db.session, group_id, actor=actor)
        db.session.commit()
        return empty_response(204)


@blp.route("/groups/<row_id:group_id>/members")
class Members(MethodView):
    @returns_page(MemberPageSchema)
    @fails_with({**REFUSED, 404: MSG_GROUP_NOT_FOUND})
    def get(self, group_id):
        """List who is in a group, by name."""
        require_group_manager()
        find_group(db.session, group_id)
        page = list_members(db.session, group_id, read_paging())
        return collection_response("members", [represent_member(user, group_id, links()) for user in page.items], page)

    @accepts_body(NewMemberSchema)
    @returns_empty(201, location="/v2.1/groups/5/members/9")
    @fails_with({**REFUSED, 400: "grace is in that group already", 404: (MSG_GROUP_NOT_FOUND, "User not found")})
    def post(self, group_id):
        """Take somebody into a group."""
        actor = require_group_manager()
        user = add_member(db.session, group_id, username=to_plain_text(get_params().text("username")), actor=actor)
        db.session.commit()
        return empty_response(201, f"{links().group(group_id)}/members/{user.id}")


@blp.route("/groups/<row_id:group_id>/members/<row_id:user_id>")
class OneMember(MethodView):
    @returns_empty(204)
    @fails_with({**REFUSED, 404: MSG_GROUP_NOT_FOUND})
    def delete(self, group_id, user_id):
        """Take somebody out of a group; done as well if they were not in it."""
        actor = require_group_manager()
        remove_member(db.session, group_id, user_id, actor=actor)
        db.session.commit()
        return empty_response(204)


def require_group_manager() -> UserSnapshot:
    """The caller; :raises Unauthenticated, NotAllowed: if they may not manage groups."""
    user = require_user(TO_MANAGE)
    if not can_manage_groups(load_permissions(db.session, user)):
        raise Forbidden(NOT_A_MANAGER)
    return user


def _read_name():
    return to_plain_text(get_params().text("name"))
