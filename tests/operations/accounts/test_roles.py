"""Roles of users, and the last admin, who cannot be removed."""

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotFound
from joindin.models import AuditEntry
from joindin.operations.accounts.roles import ROLES, set_roles
from joindin.permissions import can_review_event, can_see_event, is_auto_approved
from joindin.viewer import Viewer
from tests.factories import make_pending_event, make_user


def entries(session):
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.actor_name, entry.reason, entry.changes) for entry in rows]


def test_each_changed_role_is_logged(session):
    root, ada = make_user(session, "root", is_admin=True), make_user(session, "ada", is_trusted=True)

    set_roles(session, ada.id, {"editor": True, "trusted": True, "admin": True}, actor=root, reason="Why not")

    assert (ada.is_admin, ada.is_editor, ada.is_trusted) == (True, True, True)
    assert entries(session) == [
        ("user.make_editor", "root", "Why not", {"editor": [False, True]}),
        ("user.promote", "root", "Why not", {"admin": [False, True]}),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_granted_and_revoked(session, role):
    make_user(session, is_admin=True)
    ada = make_user(session)
    column, given, taken = ROLES[role]
    was = getattr(ada, column)

    for wanted in (not was, was):
        set_roles(session, ada.id, {role: wanted}, actor=None)
        assert getattr(ada, column) is wanted

    assert {action for action, *_ in entries(session)} == {given, taken}


@pytest.mark.parametrize("roles", [{"admin": False}, {"active": False}, {"admin": False, "trusted": True}])
def test_the_last_admin_keeps_the_role(session, roles):
    root = make_user(session, "root", is_admin=True)
    make_user(session, is_admin=True, is_active=False)

    with pytest.raises(Conflict, match="root is the last admin"):
        set_roles(session, root.id, roles, actor=root)

    assert (root.is_admin, root.is_active, root.is_trusted, entries(session)) == (True, True, False, [])


def test_the_roles_of_an_unknown_user_are_not_found(session):
    with pytest.raises(NotFound):
        set_roles(session, 999, {"trusted": True}, actor=None)


def test_active_editors_see_and_review_pending_events(session):
    event = make_pending_event(session)
    editor, plain = make_user(session, is_editor=True), make_user(session)
    gone = make_user(session, is_editor=True, is_active=False)

    answers = [
        (can_see_event(Viewer(user), event), can_review_event(Viewer(user), event))
        for user in (editor, plain, gone, None)
    ]

    assert answers == [(True, True), (False, False), (False, False), (False, False)]
    assert not is_auto_approved(editor)
