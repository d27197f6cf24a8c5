"""Clients as installed from the registry, against a server that listens at a port."""

import threading

import pytest
import requests
import time_machine
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import InvalidGrantError
from requests_oauthlib import OAuth2Session
from werkzeug.serving import make_server

from tests.browser_client import form_fields
from tests.factories import days_from_now, make_client
from tests.oauth2.flow import CALLBACK, SECRET

pytestmark = pytest.mark.runs_once("client libraries do not depend on the database")


@pytest.fixture(scope="module")
def server(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch):
    # Both libraries insist on https otherwise.
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def places(server, client, session):
    """Return the metadata of the server."""
    session.commit()
    return requests.get(f"{server}/.well-known/oauth-authorization-server", timeout=10).json()


def allow(browser, address, server):
    """Open the address, give consent, and return the redirect target."""
    path = address.removeprefix(server)
    page = browser.get(path)
    return browser.post("/api/oauth/authorize/", form_fields(page.text) | {"allow": "Authorize"}).location


def test_requests_oauthlib_completes_the_flow(server, places, browser, client):
    scope = ["PUBLIC_READ", "ME_READ"]
    ours = OAuth2Session(client.key, redirect_uri=CALLBACK, scope=scope, pkce="S256")
    address, _state = ours.authorization_url(places["authorization_endpoint"])
    back = allow(browser, address, server)

    token = ours.fetch_token(places["token_endpoint"], authorization_response=back, client_secret=SECRET)
    known = ours.get(f"{server}/v2.1/events").json()["meta"]["user_uri"]
    proof = {"client_id": client.key, "client_secret": SECRET}
    fresh = ours.refresh_token(places["token_endpoint"], **proof)
    with time_machine.travel(days_from_now(1)), pytest.raises(InvalidGrantError):
        ours.refresh_token(places["token_endpoint"], refresh_token=token["refresh_token"], **proof)
    ended = ours.get(f"{server}/v2.1/events", headers={"Authorization": f"Bearer {fresh['access_token']}"})

    assert token["scope"] == scope
    assert known.startswith(f"{server}/v2.1/users/")
    assert fresh["access_token"] != token["access_token"]
    # The repeated use revoked the grant.
    assert "user_uri" not in ended.json()["meta"]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_authlib_completes_the_flow(server, places, browser, client, method):
    ours = AuthlibSession(
        client.key,
        SECRET,
        token_endpoint_auth_method=method,
        redirect_uri=CALLBACK,
        scope="PUBLIC_READ ME_READ",
        code_challenge_method="S256",
    )
    verifier = "v" * 60
    address, _state = ours.create_authorization_url(places["authorization_endpoint"], code_verifier=verifier)
    back = allow(browser, address, server)

    token = ours.fetch_token(places["token_endpoint"], authorization_response=back, code_verifier=verifier)
    described = ours.introspect_token(places["introspection_endpoint"], token["access_token"]).json()
    fresh = ours.refresh_token(places["token_endpoint"], token["refresh_token"])
    known = ours.get(f"{server}/v2.1/events").json()["meta"]
    revoked = ours.revoke_token(places["revocation_endpoint"], fresh["access_token"])
    after = ours.introspect_token(places["introspection_endpoint"], fresh["access_token"]).json()

    assert "iss=http%3A%2F%2Flocalhost" in back
    assert (described["active"], described["username"]) == (True, "ada@example.org")
    assert known["user_uri"].startswith(server)
    assert (revoked.status_code, after) == (200, {"active": False})


def test_authlib_gets_a_token_for_a_service(server, places, session):
    make_client(session, "service", SECRET, is_service=True, scopes="PUBLIC_READ")
    session.commit()
    ours = AuthlibSession("service", SECRET, scope="PUBLIC_READ")

    token = ours.fetch_token(places["token_endpoint"], grant_type="client_credentials")

    assert (token["scope"], "refresh_token" in token) == ("PUBLIC_READ", False)
    assert ours.get(f"{server}/v2.1/events").status_code == 200
