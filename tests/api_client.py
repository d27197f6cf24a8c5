"""Client of API v2.1 for tests."""

import contextvars
import os

from joindin.extensions import db
from joindin.models import AccessToken
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.factories import make_client


def issue_token(session, user, client=None, **fields) -> str:
    """Store a new access token of ``user`` and return it."""
    token = os.urandom(8).hex()
    client = client or make_client(session)
    now = utc_now()
    # A token that was used just now is not written by the next request.
    fields = {"client_id": client.id, "created_at": now, "last_used_at": now, **fields}
    session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, **fields))
    session.commit()
    return token


class ApiClient:
    """Sends requests by verb, as a visitor or with a token."""

    def __init__(self, app, token=None):
        self._app = app
        self._token = token

    def signed_in(self, user, client=None):
        """Return a client that sends a new token of ``user``."""
        return ApiClient(self._app, issue_token(db.session, user, client))

    def request(self, method, path, **kwargs):
        db.session.commit()
        headers = dict(kwargs.pop("headers", {}))
        if self._token:
            headers.setdefault("Authorization", f"Bearer {self._token}")
        # In a context of its own, as on a server: Flask would share the test's session and g otherwise.
        client = self._app.test_client()
        reply = contextvars.Context().run(client.open, path, method=method, headers=headers, **kwargs)
        db.session.expire_all()
        return reply

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, **kwargs):
        return self.request("POST", path, **kwargs)

    def put(self, path, **kwargs):
        return self.request("PUT", path, **kwargs)

    def delete(self, path, **kwargs):
        return self.request("DELETE", path, **kwargs)
