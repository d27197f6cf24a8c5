"""Imported usernames that are the e-mail address of another user, or of their own account."""

import pytest

from joindin.models import User
from tests.imports.joindin.legacy_data import legacy_tables, run_import, user

ADDRESS = "ann@example.org"


def usernames(session):
    return {each.id: each.username for each in session.query(User)}


@pytest.mark.parametrize("owner_id", [1, 3])
def test_a_username_that_is_the_address_of_another_user_is_replaced(session, owner_id):
    """Whichever of the two rows comes first."""
    moved = run_import(
        session, legacy_tables(user=[user(owner_id, "ann", email=ADDRESS), user(2, ADDRESS, email="eve@example.org")])
    )

    assert usernames(session) == {owner_id: "ann", 2: "ann.example.org-2"}
    assert moved.issues == [
        f"user 2: the username '{ADDRESS}' is the address of user {owner_id}: it is 'ann.example.org-2' now"
    ]
    assert moved.of("user") == {"added": 2, "repaired": 1}


def test_a_username_that_is_the_own_address_or_that_of_no_account_is_kept(session):
    moved = run_import(
        session,
        legacy_tables(user=[user(1, ADDRESS, email=ADDRESS), user(2, "gone@example.org", email="b@example.org")]),
    )

    assert usernames(session) == {1: ADDRESS, 2: "gone@example.org"}
    assert moved.issues == []


def test_a_user_of_a_later_run_gets_their_address(session):
    tables = legacy_tables(user=[user(1, ADDRESS, email="eve@example.org")])
    run_import(session, tables)
    run_import(session, legacy_tables(user=[*tables["user"], user(2, "ann", email=ADDRESS)]))

    assert usernames(session) == {1: "ann.example.org-1", 2: "ann"}
