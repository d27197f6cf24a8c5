"""Shared fixtures. A run has one migrated database and one folder of images, which are emptied after each test.

The database is a SQLite file, or one on PostgreSQL (see :mod:`tests.postgresql_runs`).
"""

import os
import shutil
import signal
from contextlib import contextmanager
from functools import partial
from threading import get_ident

import hypothesis
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import event as sqlalchemy_event

from joindin import create_app
from joindin.extensions import db
from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.open_storage import open_storage
from tests.api_client import ApiClient, issue_token
from tests.browser_client import Browser
from tests.database_rows import count_rows as count_all_rows
from tests.database_rows import empty_database
from tests.databases import postgresql_server_url, temporary_database, temporary_postgresql_database
from tests.factories import make_event, make_talk, make_user
from tests.memory_folder import memory_folder
from tests.object_storage import ObjectStorageServer
from tests.postgresql_cluster import require_postgresql, running_cluster

pytest_plugins = ["tests.postgresql_runs", "tests.slow_tests"]

WEBSITE_URL = "http://web.example"

# Property tests run the same examples each time, so that they fail for a reason in the code.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


def pytest_configure():
    """Keep the files of the tests in memory where there is room, so that a commit does not wait for the disk.

    A shell starts a program in the background with two signals ignored, and the servers of the tests would inherit that.
    """
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture(scope="session")
def database_server():
    """The URL of the run's PostgreSQL server; None on SQLite. Every fixture that creates a database requests this one."""
    return postgresql_server_url()


@pytest.fixture(scope="session")
def database_url(database_server, tmp_path_factory):
    """The URL of this process's database for all tests."""
    with temporary_database(database_server, "test", tmp_path_factory) as url:
        yield url


@pytest.fixture(scope="session")
def spare_database_url(database_server):
    """The URL of another database on PostgreSQL, for tests that set one up; None on SQLite, where a file will do."""
    if not database_server:
        yield None
        return
    with temporary_postgresql_database(database_server, "spare") as url:
        yield url


@pytest.fixture
def postgresql_cluster():
    """A PostgreSQL cluster of the test's own, which it may kill and restart."""
    require_postgresql()
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def settings(database_url, tmp_path_factory):
    return {
        "INSTANCE": str(tmp_path_factory.mktemp("instance")),
        "DATABASE_URL": database_url,
        "SECRET_KEY": "used in tests only",
        "WEBSITE_URL": WEBSITE_URL,
        "SITE_NAME": "joind.in",
        "SITE_TWITTER": "joindin",
        "MAIL_FROM": "info@joind.in",
        "MAIL_CONTACT": "feedback@joind.in",
        "ALLOWED_HOSTS": "*",
        "MEDIA_TIMEOUT": 60,
        "TESTING": True,
    }


@pytest.fixture(scope="session")
def app(settings):
    app = create_app(settings)
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _empty_afterwards(request):
    yield
    if "app" in request.fixturenames:
        app = request.getfixturevalue("app")
        with app.app_context():
            empty_database()
        # Ids start from 1 again in the next test, which they never do in production.
        app.extensions["fragment_cache"].clear()
        app.extensions["query_cache"].clear()
        app.extensions["outages"].clear()
        app.extensions["refusals"].clear()
        shutil.rmtree(app.config["MEDIA_DIR"], ignore_errors=True)


@pytest.fixture(scope="session")
def object_storage_server():
    """A server with the API of S3 for all tests that do not stop it."""
    server = ObjectStorageServer()
    yield server
    server.stop()


@pytest.fixture
def object_storage(object_storage_server, monkeypatch):
    """That server, to which the environment leads clients."""
    for name, value in object_storage_server.environment.items():
        monkeypatch.setenv(name, value)
    return object_storage_server


@pytest.fixture
def media_folder(app, tmp_path, monkeypatch):
    """The folder in which this test stores images."""
    monkeypatch.setitem(app.config, "MEDIA_DIR", str(tmp_path))
    monkeypatch.setitem(app.extensions, "media_storage", LocalFolder(tmp_path))
    return tmp_path


@pytest.fixture
def image_storage(request, app, media_folder, monkeypatch):
    """The storage of images of this test: a local folder, unless the test has ``@on_each_storage``."""
    if getattr(request, "param", "folder") == "bucket":
        url = request.getfixturevalue("object_storage").create_bucket()
        monkeypatch.setitem(app.extensions, "media_storage", open_storage(url, timeout_s=60))
    return app.extensions["media_storage"]


@pytest.fixture
def session(app):
    """The test's own session; rows added to it are committed when a request is made."""
    with app.app_context():
        yield db.session
        db.session.rollback()


@pytest.fixture
def at_revision(app, session):
    """Downgrade the database to a revision; it is upgraded again when the test ends."""

    def go(revision):
        session.commit()
        session.remove()
        downgrade(revision=revision)

    yield go
    # An open transaction would keep the tables locked.
    session.remove()
    upgrade()


@pytest.fixture
def api(app, session):
    """A visitor of API v2.1."""
    return ApiClient(app)


@pytest.fixture
def browser(app, session):
    """A visitor of the web site."""
    return Browser(app)


@pytest.fixture
def another_browser(app, session):
    return Browser(app)


@pytest.fixture
def host(session):
    return make_user(session, "host", full_name="Hanna Host")


@pytest.fixture
def event(session, host):
    """An approved event of ``host`` that starts in ten days."""
    return make_event(session, "SampleConf", host=host)


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "On Python")


@pytest.fixture
def token_for(session):
    """``token_for(user)`` stores a new access token and returns it."""
    return partial(issue_token, session)


@pytest.fixture
def count_rows(session):
    """``count_rows()`` returns the number of rows by table, to show that a refused request stored nothing."""
    return partial(count_all_rows, session)


@pytest.fixture
def count_statements(app):
    """``with count_statements() as statements: ...`` collects the SQL of SQLAlchemy; no response is cached before.

    The use of a session is recorded once a minute, and is left out. Other threads are left out unless they are asked for: a check of the
    database that was started before may still run.
    """

    @contextmanager
    def counting(*, of_all_threads=False):
        statements, thread = [], get_ident()

        def collect(_connection, _cursor, statement, *_):
            if (of_all_threads or get_ident() == thread) and not statement.startswith(
                "UPDATE sessions SET last_seen_at="
            ):
                statements.append(statement)

        app.extensions["response_cache"].clear()
        with app.app_context():
            engine = db.engine
        sqlalchemy_event.listen(engine, "before_cursor_execute", collect)
        try:
            yield statements
        finally:
            sqlalchemy_event.remove(engine, "before_cursor_execute", collect)

    return counting
