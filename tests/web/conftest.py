import pytest

from tests.web.browsing import Browser


@pytest.fixture
def browser(app, session):
    return Browser(app)


@pytest.fixture
def another_browser(app, session):
    return Browser(app)
