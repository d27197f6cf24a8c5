"""Somebody in each role, whom tests of what is done by privilege ask one after the other."""

from joindin.operations.accounts.granted_permissions import grant_permission
from tests.factories import make_group, make_user

ROLES = ("visitor", "plain", "trusted", "host", "editor", "manager", "reader", "admin")


def make_role_users(session):
    """Their accounts, by role; a visitor has none, and whose a host is, the test says."""
    rights = {"editor": {"is_editor": True}, "trusted": {"is_trusted": True}, "admin": {"is_admin": True}}
    found = {role: make_user(session, role, **rights.get(role, {})) for role in ROLES if role != "visitor"}
    grant_permission(session, make_group(session, "Managers", members=[found["manager"]]), "manage_groups", actor=None)
    grant_permission(session, found["reader"], "view_log", actor=None)
    return found
