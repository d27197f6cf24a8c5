"""Addresses that look like the username of another account, as old data has them."""

import pytest

from joindin.errors import Conflict
from joindin.models import Mail, User
from joindin.oidc import Identity
from joindin.operations.accounts.email_changes import confirm_email_change, request_email_change
from joindin.operations.accounts.external_sign_in import resolve_user
from joindin.operations.accounts.users import create_account, create_user_as_admin
from tests.factories import NOW, make_user, newest

OLD_NAME = "ann@example.org"


@pytest.fixture
def ann(session):
    """The owner signs in with this name; the address of the account is another one."""
    return make_user(session, OLD_NAME, email="ann@new.example")


@pytest.mark.parametrize("email", [OLD_NAME, "ANN@Example.org"])
def test_no_account_is_created_with_the_username_of_another_as_its_address(session, ann, email):
    with pytest.raises(Conflict):
        create_account(session, now=NOW, password_hash=None, is_verified=True, username="eve", email=email)
    with pytest.raises(Conflict):
        create_user_as_admin(session, username="eve", email=email, password="staple battery horse", now=NOW)

    assert session.query(User).count() == 1


def test_the_api_refuses_such_an_address(api, session, ann):
    person = {"username": "eve", "full_name": "Eve", "email": OLD_NAME, "password": "staple battery horse"}
    eve = make_user(session, "adam")

    registered = api.post("/v2.1/users", json=person)
    changed = api.signed_in(eve).put(f"/v2.1/users/{eve.id}", json={"full_name": "Adam", "email": OLD_NAME})

    message = "That email is already associated with another account"
    assert (registered.status_code, registered.json) == (400, [message])
    assert (changed.status_code, changed.json) == (400, [message])


def test_no_account_changes_to_such_an_address(session, ann):
    eve = make_user(session, "eve")
    request_email_change(session, eve, OLD_NAME, now=NOW)

    with pytest.raises(Conflict):
        confirm_email_change(session, newest(session, Mail).context["token"], now=NOW)


def test_no_account_of_an_identity_provider_is_created_with_such_an_address(session, ann):
    identity = Identity(
        "https://id.example", "1", email=OLD_NAME, username="eve", full_name="Eve", authenticated_at=None
    )

    with pytest.raises(Conflict, match="already exists here"):
        resolve_user(session, identity, may_register=True, may_link=False, now=NOW)

    assert session.query(User).count() == 1


def test_the_owner_may_take_the_own_username_as_address(api, session, ann):
    reply = api.signed_in(ann).put(f"/v2.1/users/{ann.id}", json={"full_name": "Ann", "email": OLD_NAME})

    assert reply.status_code == 204


@pytest.mark.parametrize("username", ["eve@example.org", "ann@new.example", "ａnn@new.example", "ann＠new.example"])
def test_an_address_is_no_username(api, session, ann, username):
    person = {"username": username, "full_name": "Eve", "email": "eve@example.org", "password": "staple battery horse"}

    registered = api.post("/v2.1/users", json=person)
    renamed = api.signed_in(ann).put(
        f"/v2.1/users/{ann.id}", json={"full_name": "Ann", "email": ann.email, "username": username}
    )

    assert [reply.status_code for reply in (registered, renamed)] == [400, 400]
    assert [user.username for user in session.query(User)] == [OLD_NAME]
