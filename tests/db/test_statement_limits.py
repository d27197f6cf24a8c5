"""A statement of a request that takes too long is cancelled; commands have no limit."""

from time import sleep

import pytest
from sqlalchemy import text

from joindin import create_app
from joindin.extensions import db, reader
from joindin.http.application import limit_statements
from joindin.performance.sql.compiled import CompiledStatement

# Both take far longer than the limit.
SLOW_STATEMENTS = {
    "postgresql": "SELECT pg_sleep(600)",
    "sqlite": "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000000) SELECT count(*) FROM n",
}


@pytest.fixture(scope="module")
def limited_app(app, settings):
    """A client of an application with two slow routes. Its new connections have a limit of a second."""
    slow_app = create_app({**settings, "STATEMENT_TIMEOUT": 1})
    limit_statements(slow_app)
    with slow_app.app_context():
        slow = text(SLOW_STATEMENTS[db.engine.dialect.name])
        slow_app.add_url_rule("/v2.1/slow-session", "slow_session", lambda: str(db.session.scalar(slow)))
        slow_app.add_url_rule("/v2.1/slow-read", "slow_read", lambda: str(reader().scalar(CompiledStatement(slow))))
        yield slow_app.test_client()
        db.session.remove()
        if pool := slow_app.extensions["read_connections"][1]:
            pool.close_idle()
        db.engine.dispose()


@pytest.mark.parametrize("path", ["/v2.1/slow-session", "/v2.1/slow-read"])
def test_a_slow_statement_is_answered_as_an_outage(limited_app, path):
    if path == "/v2.1/slow-read" and db.engine.dialect.name == "postgresql":
        pytest.skip("has a limit of its own, see tests/performance/sql/test_connections.py")
    reply = limited_app.get(path)
    following = limited_app.get("/v2.1/events")

    assert (reply.status_code, reply.headers["Retry-After"], reply.is_json) == (503, "5", True)
    assert following.status_code == 200


def test_statements_outside_of_requests_have_no_limit(limited_app):
    if db.engine.dialect.name == "postgresql":
        pytest.skip("commands start no server, and sessions of a server have the limit from their beginning")
    limited_app.get("/v2.1/events")
    # The request of this thread is now older than the limit.
    sleep(1.5)
    many_steps = text(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT count(*) FROM n"
    )

    assert db.session.scalar(many_steps) == 200_000
