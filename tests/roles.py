"""Users in each role, for tests of privileged actions."""

from joindin.operations.accounts.granted_permissions import grant_permission
from tests.factories import make_group, make_user

ROLES = ("visitor", "plain", "trusted", "host", "editor", "manager", "reader", "admin")


def make_role_users(session):
    """Create a user for each role except the visitor, and return them by role. A test makes its host one of an event."""
    flags = {"editor": {"is_editor": True}, "trusted": {"is_trusted": True}, "admin": {"is_admin": True}}
    users = {role: make_user(session, role, **flags.get(role, {})) for role in ROLES if role != "visitor"}
    grant_permission(session, make_group(session, "Managers", members=[users["manager"]]), "manage_groups", actor=None)
    grant_permission(session, users["reader"], "view_log", actor=None)
    return users
