import io
from functools import partial

import pytest
from PIL import Image

from joindin.seeds.base_data import seed_reference_data
from tests.clients.client import SECRET_HASH, Android, Client, Ios, Web2
from tests.factories import days_from_now, make_client, make_event, make_talk, make_user


@pytest.fixture(autouse=True)
def _languages_and_types(session):
    seed_reference_data(session)


@pytest.fixture
def consumer(session):
    """The application of the web site."""
    return make_client(session, "web2", "web2secret", name="web2", can_be_revoked=False)


@pytest.fixture
def token(token_for, consumer):
    """``token(user)`` stores a new token of the web site for a user and returns it."""
    return partial(token_for, client=consumer)


@pytest.fixture
def web2(app, session):
    return Web2(app)


@pytest.fixture
def android(app, session):
    return Android(app)


@pytest.fixture
def ios(app, session):
    return Ios(app)


@pytest.fixture
def script(app, session):
    """A script such as curl, without headers of its own."""
    return Client(app)


@pytest.fixture
def host(session):
    return make_user(session, "hanna", full_name="Hanna Host", password_hash=SECRET_HASH)


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash", password_hash=SECRET_HASH)


@pytest.fixture
def admin(session):
    return make_user(session, "root", is_admin=True, password_hash=SECRET_HASH)


@pytest.fixture
def event(session, host):
    starts_at = days_from_now(10).replace(second=0)
    return make_event(session, "SampleConf", host=host, tags=["php"], stub="sc26", starts_at=starts_at)


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "On Python", speakers=["Ann Ash", "Bob Birch"])


@pytest.fixture(autouse=True)
def _icons(media_folder):
    """Uploaded images are stored in a folder of the test."""


@pytest.fixture
def picture():
    made = io.BytesIO()
    Image.new("RGB", (200, 200), (200, 100, 50)).save(made, "PNG")
    return made.getvalue()
