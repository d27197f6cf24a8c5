"""Fixtures of account pages: the external OpenID provider, a server of the test's own."""

import pytest

from tests.conftest import WEBSITE_URL
from tests.oidc.fake_provider import FakeProvider

CALLBACK = "/accounts/external/callback/"
CLAIMS = {"email": "emily@example.org", "email_verified": True, "name": "Emily Elm", "preferred_username": "emily"}


@pytest.fixture(scope="module")
def running_provider():
    with FakeProvider(f"{WEBSITE_URL}{CALLBACK}") as provider:
        yield provider


@pytest.fixture
def provider(app, running_provider, monkeypatch):
    for name, value in running_provider.settings.items():
        monkeypatch.setitem(app.config, name, value)
    app.extensions.pop("oidc", None)
    running_provider.claims, running_provider.metadata_overrides = {}, {}
    running_provider.sign_in("emily-1", **CLAIMS)
    return running_provider
