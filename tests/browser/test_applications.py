"""Access for an OAuth application in a browser, with a client library as the application."""

import secrets
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from authlib.integrations.requests_client import OAuth2Session

from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_client

SECRET = "a secret of the application"

# With an icon of its own, or the browser would ask for one when the application is gone again.
PAGE = b'<!doctype html><link rel="icon" href="data:,"><p>Back in the application.'


class Back(BaseHTTPRequestHandler):
    """The application's own page, at which people arrive."""

    def do_GET(self):
        self.send_response(200 if self.path.startswith("/cb") else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


@pytest.fixture
def callback():
    with HTTPServer(("127.0.0.1", 0), Back) as listening:
        thread = Thread(target=listening.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}/cb"
        listening.shutdown()
        thread.join()


def test_user_allows_access(visitor, session, server, callback):
    application, verifier, address = an_application(session, server, callback)
    visitor.allow_host(callback.removesuffix("cb"))

    visitor.visit(address)
    visitor.fill(username="ada", password=PASSWORD)
    visitor.press("Sign in")
    visitor.check_page("let an application in")
    asked = visitor.text
    visitor.press("Allow")
    token = application.fetch_token(
        f"{server.url}/api/oauth/token/", authorization_response=visitor.page.url, code_verifier=verifier
    )
    seen = application.get(f"{server.url}/v2.1/events").json()

    assert "Allow access for “Schedule”?" in asked
    assert ("Grace Hopper" in asked, callback.removesuffix("/cb") in asked) == (True, True)
    assert set(token["scope"].split()) == {"PUBLIC_READ", "ME_READ"}
    assert seen["meta"]["user_uri"].startswith(f"{server.url}/v2.1/users/")


def test_user_denies_access(visitor, session, server, callback):
    _, _, address = an_application(session, server, callback)
    visitor.allow_host(callback.removesuffix("cb"))
    visitor.sign_in("ada", PASSWORD)

    visitor.visit(address)
    visitor.press("Cancel")

    assert visitor.page.url.startswith(f"{callback}?error=access_denied&")


def an_application(session, server, callback):
    """Its client, and with which secret it sends people to which address."""
    make_user_with_password(session, "ada", full_name="Ada Lovelace")
    grace = make_user_with_password(session, "grace", full_name="Grace Hopper")
    client = make_client(
        session, "schedule", SECRET, name="Schedule", owner_id=grace.id, callback_url=callback, is_trusted=False
    )
    session.commit()
    application = OAuth2Session(
        client.key, SECRET, scope="PUBLIC_READ ME_READ", redirect_uri=callback, code_challenge_method="S256"
    )
    verifier = secrets.token_urlsafe(48)
    address, _state = application.create_authorization_url(f"{server.url}/api/oauth/authorize/", code_verifier=verifier)
    return application, verifier, address
