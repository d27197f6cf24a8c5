"""Groups, and what they and people are permitted."""

from joindin.models import GrantedPermission, Group, User
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, integer, string
from joindin.representations.v2_1.collections import collection_schema


class GroupSchema(ObjectSchema):
    name = string("Programme committee")
    members_count = integer(4)
    uri = api_url("/v2.1/groups/5")
    members_uri = api_url("/v2.1/groups/5/members")
    permissions_uri = api_url("/v2.1/groups/5/permissions")


class MemberSchema(ObjectSchema):
    username = string("grace")
    full_name = string("Grace Hopper", nullable=True)
    user_uri = api_url("/v2.1/users/9")
    membership_uri = api_url("/v2.1/groups/5/members/9", "Delete it to take the person out.")


class PermissionSchema(ObjectSchema):
    permission = string("view_event")
    target_uri = api_url("/v2.1/events/3", "What it is for; null is everything.", nullable=True)
    target_name = string("SampleConf", nullable=True)
    uri = api_url("/v2.1/permissions/12", "Delete it to take it back.")


GroupPageSchema = collection_schema("groups", GroupSchema)
MemberPageSchema = collection_schema("members", MemberSchema)
PermissionPageSchema = collection_schema("permissions", PermissionSchema)


def represent_group(group: Group, members: int, links: Links) -> dict:
    here = links.group(group.id)
    return {
        "name": group.name,
        "members_count": members,
        "uri": here,
        "members_uri": f"{here}/members",
        "permissions_uri": f"{here}/permissions",
    }


def represent_member(user: User, group_id: int, links: Links) -> dict:
    return {
        "username": user.username,
        "full_name": user.full_name,
        "user_uri": links.user(user.id),
        "membership_uri": f"{links.group(group_id)}/members/{user.id}",
    }


def represent_permission(granted_permission: GrantedPermission, name: str | None, links: Links) -> dict:
    return {
        "permission": granted_permission.permission,
        "target_uri": _target(granted_permission, links),
        "target_name": name,
        "uri": links.permission(granted_permission.id),
    }


def _target(permit, links):
    if permit.on_event_id is not None:
        return links.event(permit.on_event_id)
    if permit.on_user_id is not None:
        return links.user(permit.on_user_id)
    return links.group(permit.on_group_id) if permit.on_group_id is not None else None
