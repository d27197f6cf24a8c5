"""While the database cannot be reached, every surface answers 503 with ``Retry-After`` where it needs a query."""

import pytest

from joindin import create_app
from joindin.http.sessions import SESSION_COOKIE

BEARER = {"Authorization": "Bearer 0123456789abcdef"}
CODE = {
    "grant_type": "authorization_code", "code": "x", "client_id": "a", "client_secret": "b",
    "redirect_uri": "https://a.example/",
}  # fmt: skip
LOGIN = {"grant_type": "password", "username": "ann", "password": "x", "client_id": "a", "client_secret": "b"}
REQUESTS = [
    ("GET", "/v2.1/events", {}),
    ("GET", "/v2.1/events/1", {"headers": BEARER}),
    ("POST", "/v2.1/events/1/attending", {"headers": BEARER}),
    ("POST", "/v2.1/events/1/comments", {"headers": BEARER, "json": {"comment": "x", "rating": 3}}),
    ("POST", "/v2.1/token", {"json": LOGIN}),
    ("GET", "/v2.1/users/1", {}),
    ("GET", "/api/clients", {"headers": BEARER}),
    ("GET", "/api/users/me/", {"headers": BEARER}),
    ("POST", "/api/oauth/token/", {"data": CODE}),
    ("POST", "/oauth/token", {"data": CODE}),
    ("GET", "/accounts/no-such-page/", {"session": True}),
    ("GET", "/accounts/", {"session": True}),
    ("GET", "/desk/", {"session": True}),
    ("GET", "/api/oauth/authorize/?client_id=x&response_type=code", {"session": True}),
]


@pytest.fixture(scope="module", params=[False, True], ids=["fast", "plain"])
def client(request, tmp_path_factory):
    settings = {
        "INSTANCE": str(tmp_path_factory.mktemp("instance")),
        "DATABASE_URL": "postgresql://postgres@127.0.0.1:1/none",
        "SECRET_KEY": "used in tests only",
        "PLAIN_SQL": request.param,
    }
    return create_app(settings).test_client()


@pytest.mark.parametrize(("method", "path", "options"), REQUESTS)
def test_a_request_is_unavailable(client, method, path, options):
    if "session" in options:
        client.set_cookie(SESSION_COOKIE, "0123456789abcdef")
        options = {}

    response = client.open(path, method=method, **options)

    assert (response.status_code, response.headers.get("Retry-After")) == (503, "5")


def test_responses_that_need_no_query_are_sent(client):
    client.set_cookie(SESSION_COOKIE, "0123456789abcdef")
    paths = {"/docs": 200, "/docs/openapi.json": 200, "/static/web.css": 200, "/no-such-page": 404, "/api/nothing": 404}

    assert {path: client.get(path).status_code for path in paths} == paths
