"""One migrated database for the run (SQLite, or what JOINDIN_TEST_DATABASE_URL names), emptied after each test."""

import contextvars
import os
from contextlib import contextmanager
from functools import cache

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, text

from joindin import create_app
from joindin.db.base import Base
from joindin.extensions import db
from joindin.models import AccessToken
from joindin.performance.caching.query_cache import clear_query_cache
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.databases import postgresql_server_url, temporary_database, temporary_postgresql_database
from tests.factories import make_client
from tests.memory_folder import memory_folder
from tests.postgresql_cluster import require_postgresql, running_cluster

WEBSITE_URL = "http://web.example"


def pytest_configure():
    """Keep the files of the tests in memory where there is room, as each commit would wait for the disk otherwise."""
    if folder := memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(folder))


@pytest.fixture(scope="session")
def database_url(tmp_path_factory):
    """A database of this run's own; on PostgreSQL one is made beside the named one, for each worker."""
    with temporary_database("test", tmp_path_factory) as url:
        yield url


@pytest.fixture(scope="session")
def spare_database_url():
    """On PostgreSQL another database, for tests that set one up; None where a file will do."""
    if not postgresql_server_url():
        yield None
        return
    with temporary_postgresql_database("spare") as url:
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
        "SECRET_KEY": "for the tests and nobody else",
        "WEBSITE_URL": WEBSITE_URL,
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
        # Ids begin anew in the next test, which they never do in life.
        app.extensions["fragment_cache"].clear()


@pytest.fixture
def session(app):
    """A session of the test's own; what it adds is committed when a request is made."""
    with app.app_context():
        yield db.session
        db.session.rollback()


def empty_database():
    db.session.rollback()
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # In one go, and not by TRUNCATE, which makes every table and index anew on the disk.
            connection.exec_driver_sql(_emptying())
        else:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
            connection.execute(text("DELETE FROM sqlite_sequence"))
            # What the triggers counted down meanwhile.
            connection.execute(text("DELETE FROM tallies"))
    clear_query_cache()
    db.session.remove()


@cache
def _emptying():
    tables = Base.metadata.sorted_tables
    numbered = [table.name for table in tables if "id" in table.c]
    return ";".join(
        [f'DELETE FROM "{table.name}"' for table in reversed(tables)]
        # What the triggers counted down meanwhile.
        + ["DELETE FROM tally_changes", "DELETE FROM tallies"]
        + [f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1, false)" for name in numbered]
    )


class ApiClient:
    """A client of v2.1: requests by verb, as nobody or as somebody."""

    def __init__(self, app, token=None):
        self._app = app
        self._token = token

    def signed_in(self, user, client=None):
        """The same client with a fresh token of ``user``."""
        token = os.urandom(8).hex()
        client = client or make_client(db.session)
        db.session.add(
            AccessToken(
                token_hash=hash_token(token),
                user_id=user.id,
                client_id=client.id,
                created_at=utc_now(),
                # Used just now, so that no request of the test has to write that down.
                last_used_at=utc_now(),
            )
        )
        db.session.commit()
        return ApiClient(self._app, token)

    def request(self, method, path, **kwargs):
        db.session.commit()
        headers = dict(kwargs.pop("headers", {}))
        if self._token:
            headers.setdefault("Authorization", f"Bearer {self._token}")
        # In a context of its own, as on a server: Flask would share the test's session and g otherwise.
        client = self._app.test_client()
        reply = contextvars.Context().run(client.open, path, method=method, headers=headers, **kwargs)
        db.session.expire_all()
        return reply

    def get(self, path, **kwargs):
        return self.request("GET", path, **kwargs)

    def post(self, path, **kwargs):
        return self.request("POST", path, **kwargs)

    def put(self, path, **kwargs):
        return self.request("PUT", path, **kwargs)

    def delete(self, path, **kwargs):
        return self.request("DELETE", path, **kwargs)


@pytest.fixture
def api(app, session):
    return ApiClient(app)


@pytest.fixture
def count_statements(app):
    """``with count_statements() as seen: ...`` fills ``seen`` with the SQL that was sent; no answer is remembered."""

    @contextmanager
    def counting():
        seen = []

        def note(_connection, _cursor, statement, *_):
            seen.append(statement)

        app.extensions["response_cache"].clear()
        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting
