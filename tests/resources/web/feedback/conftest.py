import datetime as dt

import pytest

from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.factories import make_event, make_talk, make_user


@pytest.fixture
def host(session):
    return make_user(session, "host")


@pytest.fixture
def event(session, host):
    """An event that began yesterday."""
    return make_event(
        session, "Feedback Conf", host=host, slug="feedback-conf", starts_at=utc_now() - dt.timedelta(days=1)
    )


@pytest.fixture
def speaker(session):
    return make_user(session, "speaker", full_name="Ada Speaker")


@pytest.fixture
def talk(session, event, speaker):
    """A talk that began an hour ago."""
    return make_talk(
        session,
        event,
        "Errors",
        slug="errors",
        speakers=[speaker, "Free Name"],
        starts_at=utc_now() - dt.timedelta(hours=1),
    )


@pytest.fixture
def guest(app):
    return Browser(app)


@pytest.fixture
def user(session):
    return make_user(session, "grace", full_name="Grace Guest")


@pytest.fixture
def browser(app, session, user):
    return Browser(app).sign_in_directly(user)
