"""Shared fixtures. A run has one migrated database, which is emptied after each test.

The database is a SQLite file, or one on PostgreSQL (see :mod:`tests.postgresql_runs`).
"""

import os
from contextlib import contextmanager
from functools import partial

import hypothesis
import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import event as sqlalchemy_event

from joindin import create_app
from joindin.extensions import db
from tests.api_client import ApiClient, issue_token
from tests.browser_client import Browser
from tests.database_rows import count_rows as count_all_rows
from tests.database_rows import empty_database
from tests.databases import postgresql_server_url, temporary_database, temporary_postgresql_database
from tests.factories import make_event, make_talk, make_user
from tests.memory_folder import memory_folder
from tests.postgresql_cluster import require_postgresql, running_cluster

pytest_plugins = ["tests.postgresql_runs", "tests.slow_tests"]

WEBSITE_URL = "http://web.example"

# Property tests run the same examples each time, so that they fail for a reason in the code.
hypothesis.settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("repeatable")


def pytest_configure():
    """Keep the files of the tests in memory where there is room, so that a commit does not wait for the disk."""
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


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
    """``with count_statements() as statements: ...`` collects the SQL of SQLAlchemy; no response is cached before."""

    @contextmanager
    def counting():
        statements = []

        def collect(_connection, _cursor, statement, *_):
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
