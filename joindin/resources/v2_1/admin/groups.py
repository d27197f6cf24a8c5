"""Groups and their members. An extension of the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import NotFound
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
from joindin.queries.accounts.groups import count_members, find_group, list_groups, list_members
from joindin.queries.paging import single_page
from joindin.representations.schema_fields import ObjectSchema, string
from joindin.representations.v2_1.groups import GroupPageSchema, MemberPageSchema, represent_group, represent_member
from joindin.resources.v2_1.authorization import requires
from joindin.resources.v2_1.body_fields import required_text
from joindin.resources.v2_1.links import links
from joindin.resources.v2_1.openapi import accepts_body, fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import get_params
from joindin.resources.v2_1.responses import collection_response, empty_response
from joindin.utils.datetimes import utc_now
from joindin.utils.text import to_plain_line

blp = Blueprint("groups", __name__, url_prefix="/v2.1", description="Groups of users and their members")

MSG_LOGIN_REQUIRED = "You must be logged in to manage groups"
MSG_FORBIDDEN = "You do not have permission to manage groups"
MSG_GROUP_NOT_FOUND = "Group not found"
MSG_USER_NOT_FOUND = "User not found"
INVALID_NAME_MESSAGES = (f"The name must have 1 to {MAX_GROUP_NAME_LENGTH} characters", MSG_GROUP_NAME_TAKEN)

require_group_manager = requires(can_manage_groups, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN)
# Members of a group have its permissions.
require_group_manager_sign_in = requires(
    can_manage_groups, login_message=MSG_LOGIN_REQUIRED, refusal=MSG_FORBIDDEN, by_password_sign_in=True
)


class GroupNameSchema(ObjectSchema):
    name = required_text("Kitchen", "Names are unique.", max_length=MAX_GROUP_NAME_LENGTH)


class NewGroupNameSchema(ObjectSchema):
    name = required_text("Programme team", "Names are unique.", max_length=MAX_GROUP_NAME_LENGTH)


class NewMemberSchema(ObjectSchema):
    username = string("grace")


@blp.route("/groups")
class Groups(MethodView):
    @require_group_manager
    @returns_page(GroupPageSchema)
    def get(self, viewer):
        """List groups, by name."""
        page = list_groups(db.session, read_paging())
        groups = [represent_group(group, member_count, links()) for group, member_count in page.items]
        return collection_response("groups", groups, page)

    @require_group_manager_sign_in
    @accepts_body(GroupNameSchema)
    @returns_empty(201, location="/v2.1/groups/5")
    @fails_with({400: INVALID_NAME_MESSAGES})
    def post(self, viewer):
        """Create a group."""
        group = create_group(db.session, _parse_name(), actor=viewer.user, now=utc_now())
        db.session.commit()
        return empty_response(201, links().group(group.id))


@blp.route("/groups/<row_id:group_id>")
class GroupDetail(MethodView):
    @require_group_manager
    @returns(GroupPageSchema)
    @fails_with({404: MSG_GROUP_NOT_FOUND})
    def get(self, viewer, group_id):
        """Show a group."""
        group = find_group(db.session, group_id)
        representation = represent_group(group, count_members(db.session, group_id), links())
        return collection_response("groups", [representation], single_page(group))

    @require_group_manager_sign_in
    @accepts_body(NewGroupNameSchema)
    @returns_empty(204, location="/v2.1/groups/5")
    @fails_with({400: INVALID_NAME_MESSAGES, 404: MSG_GROUP_NOT_FOUND})
    def put(self, viewer, group_id):
        """Rename a group."""
        rename_group(db.session, group_id, _parse_name(), actor=viewer.user)
        db.session.commit()
        return empty_response(204, links().group(group_id))

    @require_group_manager_sign_in
    @returns_empty(204)
    @fails_with({404: MSG_GROUP_NOT_FOUND})
    def delete(self, viewer, group_id):
        """Delete a group with the permissions granted to it."""
        delete_group(db.session, group_id, actor=viewer.user)
        db.session.commit()
        return empty_response(204)


@blp.route("/groups/<row_id:group_id>/members")
class Members(MethodView):
    @require_group_manager
    @returns_page(MemberPageSchema)
    @fails_with({404: MSG_GROUP_NOT_FOUND})
    def get(self, viewer, group_id):
        """List the members of a group, by name."""
        find_group(db.session, group_id)
        page = list_members(db.session, group_id, read_paging())
        members = [represent_member(user, group_id, links()) for user in page.items]
        return collection_response("members", members, page)

    @require_group_manager_sign_in
    @accepts_body(NewMemberSchema)
    @returns_empty(201, location="/v2.1/groups/5/members/9")
    @fails_with({400: "grace is in that group already", 404: (MSG_GROUP_NOT_FOUND, MSG_USER_NOT_FOUND)})
    def post(self, viewer, group_id):
        """Add a user to a group."""
        username = to_plain_line(get_params().text("username"))
        user = add_member(db.session, group_id, username=username, actor=viewer.user)
        db.session.commit()
        return empty_response(201, f"{links().group(group_id)}/members/{user.id}")


@blp.route("/groups/<row_id:group_id>/members/<row_id:user_id>")
class MemberDetail(MethodView):
    @require_group_manager_sign_in
    @returns_empty(204)
    @fails_with({404: (MSG_GROUP_NOT_FOUND, MSG_USER_NOT_FOUND)})
    def delete(self, viewer, group_id, user_id):
        """Remove a user from a group. Removing a user who is not a member succeeds too."""
        if not user_id:
            raise NotFound(MSG_USER_NOT_FOUND)
        remove_member(db.session, group_id, user_id, actor=viewer.user)
        db.session.commit()
        return empty_response(204)


def _parse_name():
    return to_plain_line(get_params().text("name"))
