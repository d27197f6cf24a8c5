"""What people are to the house, as those see it who give roles."""

from joindin.models import User
from joindin.representations.links import Links
from joindin.representations.schema_fields import Shape, address, flag, moment, one, text
from joindin.representations.v2_1.collections import CallerSchema, collection_schema
from joindin.utils.datetimes import iso_in_zone


class AccountSchema(Shape):
    username = text("ada")
    full_name = text("Ada Lovelace", null=True)
    email = text("ada@example.org", null=True, format="email")
    registered_date = moment("2026-01-10T12:00:00+00:00", "In UTC; null for old accounts.", null=True)
    verified = flag(True, "Whether the address is proven.")
    admin = flag(False, "May everything.")
    editor = flag(True, "Approves and rejects events.")
    trusted = flag(False, "Events of this person need no approval.")
    active = flag(True, "Who is not may nothing and cannot sign in.")
    uri = address("/v2.1/users/7")
    roles_uri = address("/v2.1/users/7/roles")
    permissions_uri = address("/v2.1/users/7/permissions")


class RolesSchema(AccountSchema):
    meta = one(CallerSchema)


AccountPageSchema = collection_schema("accounts", AccountSchema)


def represent_account(user: User, links: Links) -> dict:
    here = links.user(user.id)
    return {
        "username": user.username,
        "full_name": user.full_name,
        "email": user.email,
        "registered_date": iso_in_zone(user.registered_at, None),
        "verified": user.is_verified,
        "admin": user.is_admin,
        "editor": user.is_editor,
        "trusted": user.is_trusted,
        "active": user.is_active,
        "uri": here,
        "roles_uri": f"{here}/roles",
        "permissions_uri": f"{here}/permissions",
    }
