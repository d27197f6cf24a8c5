import pytest

from tests.browser_client import Browser, make_user_with_password
from tests.factories import make_client
from tests.oauth2.flow import CALLBACK, SECRET, Flow


@pytest.fixture
def ada(session):
    return make_user_with_password(session, "ada", full_name="Ada Lovelace")


@pytest.fixture
def client(session, ada):
    """An application that a user registered."""
    owner = make_user_with_password(session, "grace", full_name="Grace Hopper")
    return make_client(
        session,
        "oracle-client",
        SECRET,
        name="Schedule",
        owner_id=owner.id,
        callback_url=CALLBACK,
        is_trusted=False,
    )


@pytest.fixture
def browser(app, session, ada):
    """A browser at which Ada is signed in."""
    browser = Browser(app)
    browser.sign_in(ada)
    return browser


@pytest.fixture
def flow(browser, client):
    return Flow(browser, client)
