"""Accounts and their roles, as admins see them."""

from joindin.models import User
from joindin.representations.links import Links
from joindin.representations.schema_fields import ObjectSchema, api_url, boolean, date_time, list_of, object_of, string
from joindin.representations.v2_1.collections import CallerMetaSchema, collection_schema
from joindin.utils.datetimes import iso_local


class AccountSchema(ObjectSchema):
    username = string("ada")
    full_name = string("Ada Lovelace", nullable=True)
    email = string("ada@example.org", nullable=True, format="email")
    registered_date = date_time("2026-01-10T12:00:00+00:00", "In UTC; null for old accounts.", nullable=True)
    verified = boolean(
        True, "Whether the user may sign in: the address is confirmed, or an admin or an import has said so."
    )
    admin = boolean(False, "Has all permissions.")
    editor = boolean(True, "Approves and rejects events.")
    trusted = boolean(False, "Events of this user need no approval.")
    active = boolean(True, "Inactive users cannot sign in and have no permissions.")
    uri = api_url("/v2.1/users/7")
    roles_uri = api_url("/v2.1/users/7/roles")
    permissions_uri = api_url("/v2.1/users/7/permissions")


class RolesSchema(AccountSchema):
    meta = object_of(CallerMetaSchema)


class EndedAccessSchema(ObjectSchema):
    ended = list_of(string(), "Everything that has ended, in words.", example=["the sign-in in one browser"])
    meta = object_of(CallerMetaSchema)


AccountPageSchema = collection_schema("accounts", AccountSchema)


def represent_account(user: User, links: Links) -> dict:
    url = links.user(user.id)
    return {
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "registered_date": iso_local(user.registered_at, None),
        "verified": user.is_verified,
        "admin": user.is_admin,
        "editor": user.is_editor,
        "trusted": user.is_trusted,
        "active": user.is_active,
        "uri": url,
        "roles_uri": f"{url}/roles",
        "permissions_uri": f"{url}/permissions",
    }
