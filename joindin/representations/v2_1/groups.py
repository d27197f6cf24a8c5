"""Groups, their members, and permissions granted to users and groups."""

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
    membership_uri = api_url("/v2.1/groups/5/members/9", "Delete it to remove the user from the group.")


class PermissionSchema(ObjectSchema):
    permission = string("view_event")
    target_uri = api_url("/v2.1/events/3", "The object of the permission; null: all objects.", nullable=True)
    target_name = string("SampleConf", nullable=True)
    uri = api_url("/v2.1/permissions/12", "Delete it to revoke the permission.")


GroupPageSchema = collection_schema("groups", GroupSchema)
MemberPageSchema = collection_schema("members", MemberSchema)
PermissionPageSchema = collection_schema("permissions", PermissionSchema)


def represent_group(group: Group, member_count: int, links: Links) -> dict:
    url = links.group(group.id)
    return {
        "name": group.name,
        "members_count": member_count,
        "uri": url,
        "members_uri": f"{url}/members",
        "permissions_uri": f"{url}/permissions",
    }


def represent_member(user: User, group_id: int, links: Links) -> dict:
    return {
        "username": user.username,
        "full_name": user.full_name,
        "user_uri": links.user(user.id),
        "membership_uri": f"{links.group(group_id)}/members/{user.id}",
    }


def represent_permission(granted_permission: GrantedPermission, target_name: str | None, links: Links) -> dict:
    return {
        "permission": granted_permission.permission,
        "target_uri": _target_url(granted_permission, links),
        "target_name": target_name,
        "uri": links.permission(granted_permission.id),
    }


def _target_url(permit, links):
    if permit.on_event_id is not None:
        return links.event(permit.on_event_id)
    if permit.on_user_id is not None:
        return links.user(permit.on_user_id)
    return links.group(permit.on_group_id) if permit.on_group_id is not None else None
