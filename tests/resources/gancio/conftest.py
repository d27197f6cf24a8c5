"""Users of the Gancio API, with the tokens of its sign-in."""

import contextvars
import secrets

import pytest
from flask import has_app_context

from joindin.extensions import db
from joindin.models import GANCIO, AccessToken
from joindin.operations.accounts.client_registration import get_gancio_client
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.factories import make_user


class GancioClient:
    """Sends requests as a client of Gancio that has signed in with a password."""

    def __init__(self, app, token=None):
        self._client = app.test_client(use_cookies=False)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def request(self, method, path, json=None, headers=(), **kwargs):
        # A thread of concurrent requests has no session of the test.
        has_session = has_app_context()
        if has_session:
            db.session.commit()
        if json is not None:
            kwargs["json"] = json
        headers = self._headers | dict(headers)
        reply = contextvars.Context().run(self._client.open, path, method=method, headers=headers, **kwargs)
        if has_session:
            db.session.expire_all()
        return reply

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, json=None, **kwargs):
        return self.request("POST", path, json, **kwargs)

    def put(self, path, json=None, **kwargs):
        return self.request("PUT", path, json, **kwargs)

    def delete(self, path, **kwargs):
        return self.request("DELETE", path, **kwargs)


@pytest.fixture
def gancio(app, session):
    """``gancio(user)`` returns a client that has signed in as the user, ``gancio()`` one that has not."""

    def make(user=None):
        return GancioClient(app, sign_in(session, user) if user else None)

    return make


@pytest.fixture
def admin(session):
    return make_user(session, "boss", is_admin=True)


@pytest.fixture
def editor(session):
    return make_user(session, "ed", is_editor=True)


@pytest.fixture
def user(session):
    return make_user(session, "ann")


def sign_in(session, user):
    """Store a token as Gancio's sign-in issues it, and return it."""
    client, value = get_gancio_client(session, now=utc_now()), secrets.token_hex()
    session.flush()
    token = AccessToken(
        kind=GANCIO, token_hash=hash_token(value), user_id=user.id, client_id=client.id, created_at=utc_now()
    )
    session.add(token)
    session.flush()
    return value
