import pytest

from tests.browser_client import Browser


@pytest.fixture
def browser(app, session):
    return Browser(app)


@pytest.fixture
def another_browser(app, session):
    return Browser(app)
