"""Tokens that were delegated to an application or a script never change accounts, and never list keys."""

import pytest

from joindin.models import GANCIO, OAUTH2, PERSONAL, User
from joindin.queries.accounts.groups import list_user_groups
from tests.api_client import ApiClient, issue_token
from tests.database_rows import count_rows as count_all_rows
from tests.factories import make_client, make_event, make_group, make_user

PROFILE = {"full_name": "Root", "email": "new@example.org"}
APPLICATION = {"name": "App", "description": "Reads", "callback_url": "https://app.example/cb"}
TOKEN = {"description": "Script", "scopes": ["ME_READ"]}

# Every request that changes credentials, addresses, tokens, applications or roles, or lists keys.
PROTECTED = [
    ("PUT", "/v2.1/users/{own}", PROFILE),
    ("PUT", "/v2.1/users/{user}", PROFILE),
    ("DELETE", "/v2.1/users/{user}", None),
    ("POST", "/v2.1/users/{user}/trusted", {"trusted": True}),
    ("PUT", "/v2.1/users/{user}/roles", {"admin": True}),
    ("POST", "/v2.1/users/{user}/permissions", {"permission": "view_log"}),
    ("DELETE", "/v2.1/permissions/1", None),
    ("POST", "/v2.1/groups", {"name": "Crew"}),
    ("PUT", "/v2.1/groups/{group}", {"name": "Crew"}),
    ("DELETE", "/v2.1/groups/{group}", None),
    ("POST", "/v2.1/groups/{group}/members", {"username": "bob"}),
    ("DELETE", "/v2.1/groups/{group}/members/{own}", None),
    ("POST", "/v2.1/groups/{group}/permissions", {"permission": "view_log"}),
    ("POST", "/v2.1/groups/{group}/presets", {"preset": "planning"}),
    ("GET", "/v2.1/applications", None),
    ("POST", "/v2.1/applications", APPLICATION),
    ("GET", "/v2.1/applications/{application}?verbose=yes", None),
    ("PUT", "/v2.1/applications/{application}", APPLICATION),
    ("DELETE", "/v2.1/applications/{application}", None),
    ("GET", "/v2.1/token", None),
    ("GET", "/v2.1/token/1", None),
    ("DELETE", "/v2.1/token/1", None),
    ("GET", "/v2.1/personal_tokens", None),
    ("POST", "/v2.1/personal_tokens", TOKEN),
    ("GET", "/v2.1/personal_tokens/1", None),
    ("DELETE", "/v2.1/personal_tokens/1", None),
    ("GET", "/api/clients", None),
]

# Tokens with all scopes, by their origin: the fields of the token, and those of its client.
DELEGATED = {
    "personal": ({"kind": PERSONAL}, None),
    "OAuth, application of the operator": ({"kind": OAUTH2}, {}),
    "OAuth, application of a user": ({"kind": OAUTH2}, {"is_first_party": False}),
    "Gancio, registered application": ({"kind": GANCIO}, {"is_first_party": False, "is_trusted": False}),
    "password, application of a user": ({}, {"is_first_party": False}),
    "password, application without the password grant": ({}, {"is_trusted": False}),
    "password, application that was deleted": ({}, None),
}


@pytest.fixture
def root(session):
    return make_user(session, "root", is_admin=True)


@pytest.fixture
def ids(session, root):
    user = make_user(session, "bob")
    group = make_group(session, members=[root])
    application = make_client(
        session, owner_id=root.id, name="App", description="Old", callback_url="https://a.example"
    )
    return {"own": root.id, "user": user.id, "group": group.id, "application": application.id}


def send(api, ids, request):
    method, path, body = request
    return api.request(method, path.format(**ids), json=body)


def token_of(session, user, origin):
    fields, client_fields = DELEGATED[origin]
    client = None if client_fields is None else make_client(session, **client_fields)
    token = issue_token(session, user, client, **fields, **({"client_id": None} if client is None else {}))
    return token


@pytest.mark.parametrize("origin", DELEGATED)
def test_a_delegated_token_changes_no_account_and_lists_no_keys(app, session, root, ids, origin):
    api = ApiClient(app, token_of(session, root, origin))
    before = count_all_rows(session)

    statuses = {request[:2]: send(api, ids, request).status_code for request in PROTECTED}

    assert statuses == {request[:2]: 403 for request in PROTECTED}
    assert count_all_rows(session) == before
    assert (root.email, session.get(User, ids["user"]).is_admin) == ("root@example.org", False)
    assert [group.id for group in list_user_groups(session, root.id)] == [ids["group"]]


@pytest.mark.parametrize("request_", PROTECTED, ids=lambda request: " ".join(request[:2]))
def test_a_password_sign_in_through_an_application_of_the_operator_may(app, session, root, ids, request_):
    api = ApiClient(app, issue_token(session, root))

    reply = send(api, ids, request_)

    # Some rows of the requests do not exist.
    assert reply.status_code in (200, 201, 204, 404), reply.text


def test_other_routes_accept_delegated_tokens(app, session, root):
    event = make_event(session)
    api = ApiClient(app, token_of(session, root, "personal"))

    replies = [
        api.put(f"/v2.1/events/{event.id}", json={"name": "New", "description": "d", "location": "l"}),
        api.get("/v2.1/accounts"),
        api.get("/v2.1/groups"),
    ]

    assert [reply.status_code for reply in replies[1:]] == [200, 200]
    assert replies[0].status_code != 403
