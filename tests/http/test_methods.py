"""Methods that an address does not have: 405 with ``Allow``, generated from the routing table; 404 in the Gancio API."""

from urllib.parse import urlsplit

import pytest

from joindin.http.surface_routing import EPHIOS, GANCIO, surface_for_path
from tests.factories import make_user

pytestmark = pytest.mark.runs_once("methods do not depend on the database")

METHODS = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "FOO",
    "A" * 100,
    "get",
    "Post",
    "gET",
]
# Answered as preflight requests, or as their contract says.
OPTIONS = "OPTIONS"
# Gancio's addresses among those of OAuth.
GANCIO_SIGN_IN = ("/oauth/", "/api/login/")


def addresses(app):
    """An address of each route, and the methods of all routes that match it."""
    adapter = app.url_map.bind("localhost")
    found = {}
    for rule in app.url_map.iter_rules():
        values = {name: 1 if "Int" in type(converter).__name__ else "x" for name, converter in rule._converters.items()}
        path = urlsplit(adapter.build(rule.endpoint, values, min(rule.methods - {"HEAD"}))).path
        found[path] = set(adapter.allowed_methods(path))
    return found


@pytest.mark.slow("sends a dozen requests to each route")
def test_methods_that_are_not_declared_are_refused_on_every_path(app, api, session):
    wrong = []
    for path, declared in addresses(app).items():
        for method in METHODS:
            reply = api.request(method, path)
            if method in declared or (surface_for_path(path) == EPHIOS and reply.status_code == 403):
                # The contract of ephios authenticates first.
                continue
            if surface_for_path(path) == GANCIO or path.startswith(GANCIO_SIGN_IN):
                if (reply.status_code, "Allow" in reply.headers) != (404, False):
                    wrong.append((method, path, reply.status_code))
                continue
            allowed = {name.strip() for name in reply.headers.get("Allow", "").split(",")}
            if reply.status_code != 405 or not allowed - {""} <= declared | {OPTIONS} or allowed == {""}:
                wrong.append((method, path, reply.status_code, reply.headers.get("Allow")))

    assert wrong == []


@pytest.mark.parametrize("path", ["/oauth/login", "/oauth/token", "/oauth/authorize", "/api/login/token"])
def test_the_sign_in_of_gancio_is_not_found_with_another_method(api, path):
    refused, preflight = api.request("DELETE", path), api.request("OPTIONS", path)

    assert (refused.status_code, refused.text, "Allow" in refused.headers) == (404, "Not Found", False)
    assert (preflight.status_code, preflight.text) == (204, "")


@pytest.mark.parametrize("method", ["get", "Delete", "FOO"])
@pytest.mark.parametrize("path", ["/nowhere", "/v2.1/nowhere", "/accounts/nowhere/", "/api/nowhere/", "/api/nowhere"])
def test_an_unknown_address_is_not_found_with_any_method(api, path, method):
    assert api.request(method, path).status_code == 404


def test_a_method_in_lower_case_is_not_carried_out(api, session, token_for, host, event, count_rows):
    session.commit()
    headers = {"Authorization": f"Bearer {token_for(host)}"}
    before = count_rows()

    replies = [
        api.request(method, f"/v2.1/events/{event.id}/attending", headers=headers) for method in ("post", "Post")
    ]

    assert [reply.status_code for reply in replies] == [405, 405]
    assert count_rows() == before


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v2.1/events/1/attending", {"DELETE", "GET", "HEAD", "POST", "OPTIONS"}),
        ("PUT", "/v2.1/events/1/approval", {"DELETE", "POST", "GET", "HEAD", "OPTIONS"}),
        ("DELETE", "/v2.1/talks/1/links", {"GET", "HEAD", "POST", "OPTIONS"}),
    ],
)
def test_a_view_that_refuses_a_method_names_the_others(api, method, path, allowed):
    """The routes below /events and /talks answer unknown paths as the original does, and refuse some methods."""
    reply = api.request(method, path)

    assert reply.status_code == 405
    assert {name.strip() for name in reply.headers["Allow"].split(",")} - allowed == set()
    assert {"POST"} <= {name.strip() for name in reply.headers["Allow"].split(",")}


def test_every_address_of_the_crew_answers_options(app, api, session, token_for):
    token = token_for(make_user(session, is_admin=True), scopes="PUBLIC_READ ME_READ CONFIDENTIAL_READ")
    session.commit()
    wrong = []
    for path, declared in addresses(app).items():
        if surface_for_path(path) != EPHIOS or not path.endswith("/"):
            continue
        reply = api.request("OPTIONS", path, headers={"Authorization": f"Bearer {token}"})
        allowed = set(reply.headers["Allow"].split(", "))
        # Addresses for other instances need a token of theirs.
        is_for_guests = path in ("/api/federation/events/", "/api/federation/guest/delete/")
        if is_for_guests and reply.status_code == 403:
            continue
        if reply.status_code != 200 or not reply.json["name"] or allowed != declared | {OPTIONS}:
            wrong.append((path, reply.status_code, reply.text, allowed))

    assert wrong == []


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/schema/", "Get Schema"),
        ("/api/schema/swagger-ui/", "Get Schema Page"),
        ("/api/federation/setup/", "Set Up"),
    ],
)
def test_public_addresses_of_the_crew_answer_options_without_credentials(api, path, name):
    reply = api.request("OPTIONS", path)

    assert (reply.status_code, reply.json["name"]) == (200, name)
