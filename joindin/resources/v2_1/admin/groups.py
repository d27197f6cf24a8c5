"""Groups and their members. Not in the original."""

from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import NotAllowed
from joindin.extensions import db
from joindin.operations.accounts.groups import (
    LONGEST_NAME,
    TAKEN,
    add_member,
    create_group,
    delete_group,
    remove_member,
    rename_group,
)
from joindin.permissions import can_manage_groups
from joindin.queries.accounts.granted_permissions import view_permitted
from joindin.queries.accounts.groups import count_members, find_group, list_groups, list_members
from joindin.queries.paging import single
from joindin.representations.schema_fields import Shape, text
from joindin.representations.v2_1.groups import GroupPageSchema, MemberPageSchema, represent_group, represent_member
from joindin.resources.v2_1.authentication import links, signed_in
from joindin.resources.v2_1.openapi import does, lists, refuses, shows, takes
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.request_params import params
from joindin.resources.v2_1.responses import collection, empty
from joindin.utils.datetimes import utc_now
from joindin.utils.text import plain_text
from joindin.viewer import Person

blp = Blueprint("groups", __name__, url_prefix="/v2.1", description="Groups of people, and who is in them")

TO_MANAGE = "You must be logged in to manage groups"
NOT_A_MANAGER = "You do not have permission to manage groups"
NO_GROUP = "Group not found"
BAD_NAME = (f"The name must have 1 to {LONGEST_NAME} characters", TAKEN)
REFUSED = {401: TO_MANAGE, 403: NOT_A_MANAGER}


class GroupNameSchema(Shape):
    name = text("Kitchen", "No two are alike.", maxLength=LONGEST_NAME)


class NewGroupNameSchema(Shape):
    name = text("Programme team", "No two are alike.", maxLength=LONGEST_NAME)


class NewMemberSchema(Shape):
    username = text("grace")


@blp.route("/groups")
class Groups(MethodView):
    @lists(GroupPageSchema)
    @refuses(REFUSED)
    def get(self):
        """List groups, by name."""
        manager()
        page = list_groups(db.session, read_paging())
        return collection("groups", [represent_group(group, members, links()) for group, members in page.items], page)

    @takes(GroupNameSchema)
    @does(201, location="/v2.1/groups/5")
    @refuses({**REFUSED, 400: BAD_NAME})
    def post(self):
        """Make a group."""
        actor = manager()
        group = create_group(db.session, _read_name(), actor=actor, now=utc_now())
        db.session.commit()
        return empty(201, links().group(group.id))


@blp.route("/groups/<row_id:group_id>")
class OneGroup(MethodView):
    @shows(GroupPageSchema)
    @refuses({**REFUSED, 404: NO_GROUP})
    def get(self, group_id):
        """Show a group."""
        manager()
        group = find_group(db.session, group_id)
        shown = represent_group(group, count_members(db.session, group_id), links())
        return collection("groups", [shown], single(group))

    @takes(NewGroupNameSchema)
    @does(204, location="/v2.1/groups/5")
    @refuses({**REFUSED, 400: BAD_NAME, 404: NO_GROUP})
    def put(self, group_id):
        """Rename a group."""
        actor = manager()
        rename_group(db.session, group_id, _read_name(), actor=actor)
        db.session.commit()
        return empty(204, links().group(group_id))

    @does(204)
    @refuses({**REFUSED, 404: NO_GROUP})
    def delete(self, group_id):
        """Dissolve a group. What was permitted to it goes with it."""
        actor = manager()
        delete_group(db.session, group_id, actor=actor)
        db.session.commit()
        return empty(204)


@blp.route("/groups/<row_id:group_id>/members")
class Members(MethodView):
    @lists(MemberPageSchema)
    @refuses({**REFUSED, 404: NO_GROUP})
    def get(self, group_id):
        """List who is in a group, by name."""
        manager()
        find_group(db.session, group_id)
        page = list_members(db.session, group_id, read_paging())
        return collection("members", [represent_member(user, group_id, links()) for user in page.items], page)

    @takes(NewMemberSchema)
    @does(201, location="/v2.1/groups/5/members/9")
    @refuses({**REFUSED, 400: "grace is in that group already", 404: (NO_GROUP, "User not found")})
    def post(self, group_id):
        """Take somebody into a group."""
        actor = manager()
        user = add_member(db.session, group_id, username=plain_text(params().text("username")), actor=actor)
        db.session.commit()
        return empty(201, f"{links().group(group_id)}/members/{user.id}")


@blp.route("/groups/<row_id:group_id>/members/<row_id:user_id>")
class OneMember(MethodView):
    @does(204)
    @refuses({**REFUSED, 404: NO_GROUP})
    def delete(self, group_id, user_id):
        """Take somebody out of a group; done as well if they were not in it."""
        actor = manager()
        remove_member(db.session, group_id, user_id, actor=actor)
        db.session.commit()
        return empty(204)


def manager() -> Person:
    """The caller; :raises NotSignedIn, NotAllowed: if they may not manage groups."""
    user = signed_in(TO_MANAGE)
    if not can_manage_groups(view_permitted(db.session, user)):
        raise NotAllowed(NOT_A_MANAGER)
    return user


def _read_name():
    return plain_text(params().text("name"))
