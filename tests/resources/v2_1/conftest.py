"""Fixtures of the tests of API v2.1."""

import pytest

from tests.api_client import issue_token


@pytest.fixture
def request_for(app, session):
    """``request_for(user, method, path, body)`` returns a function that sends the request with a client of its own."""

    def prepare(user, method, path, body=None):
        headers = {"Authorization": f"Bearer {issue_token(session, user)}"}
        return lambda: app.test_client().open(f"/v2.1{path}", method=method, json=body, headers=headers)

    return prepare
