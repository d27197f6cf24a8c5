"""Requests to the crew's API."""

import contextvars
import json

import pytest


@pytest.fixture
def send(app, session, token_for):
    """``send(user, method, path, body)`` returns the status and the JSON of the answer."""

    def sending(user, method, path, body=None, *, scopes=None, data=None, **headers):
        token = token_for(user, scopes=scopes) if scopes else token_for(user)
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en", **headers}
        session.commit()
        data = data if data is not None else b"" if body is None else json.dumps(body).encode()
        # A context of its own: the test's would keep what a request has loaded.
        reply = contextvars.Context().run(
            app.test_client().open,
            f"/api/{path}",
            method=method,
            headers=headers,
            data=data,
            content_type="application/json",
        )
        session.expire_all()
        return reply.status_code, reply.json

    return sending
