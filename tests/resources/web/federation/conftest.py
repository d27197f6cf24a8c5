"""Other instances, which private addresses are allowed for."""

import pytest

from tests.factories import make_user
from tests.fake_instance import fake_instance

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def other(app, monkeypatch):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)
    with fake_instance() as instance:
        yield instance


@pytest.fixture
def staff(session):
    return make_user(session, "staff", is_admin=True)
