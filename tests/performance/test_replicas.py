"""Reads from a streaming replica of PostgreSQL are never out of date, and its loss costs no answer."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, event, text
from werkzeug.test import Client
from werkzeug.wrappers import Response

from joindin import create_app
from joindin.extensions import db
from joindin.performance.replicas import REPLICA_ENVIRON_KEY, ReplicaRoutingMiddleware
from tests.api_client import ApiClient
from tests.factories import make_event, make_user
from tests.postgresql_cluster import require_postgresql, running_cluster, running_replica

TIMEOUT_S = 60

pytestmark = pytest.mark.runs_once("has PostgreSQL clusters of its own")


@pytest.fixture(scope="module")
def servers():
    """A primary and its replica."""
    require_postgresql()
    with running_cluster() as primary, running_replica(primary) as replica:
        yield primary, replica


@pytest.fixture(scope="module")
def make_app(servers, tmp_path_factory):
    """A function that makes applications on both servers, each like another worker, without a response cache."""
    primary, replica = servers
    apps = []

    def make(**settings):
        app = create_app(
            {
                "INSTANCE": str(tmp_path_factory.mktemp("instance")),
                "DATABASE_URL": primary.url(),
                "REPLICA_URLS": replica.url(),
                "SECRET_KEY": "used in tests only",
                "TESTING": True,
                "ANSWER_CACHE_BYTES": 0,
                **settings,
            }
        )
        apps.append(app)
        return app

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()
            app.extensions["replicas"].dispose()


@pytest.fixture(scope="module")
def replicated_app(make_app):
    app = make_app()
    with app.app_context():
        upgrade()
    return app


@pytest.fixture
def event_path(replicated_app):
    """The path of a new event."""
    with replicated_app.app_context():
        event = make_event(db.session)
        db.session.commit()
        yield f"/v2.1/events/{event.id}"
        db.session.rollback()


@pytest.fixture
def visitor(replicated_app, event_path):
    return ApiClient(replicated_app)


@pytest.fixture
def user(visitor):
    return visitor.signed_in(make_user(db.session))


@contextmanager
def replica_statements(app):
    """Yield a list that fills with the statements that the replica of ``app`` executes."""
    statements, (replica,) = [], app.extensions["replicas"]._replicas

    def record(_connection, _cursor, statement, *_):
        statements.append(statement)

    event.listen(replica.pool.engine, "before_cursor_execute", record)
    yield statements
    event.remove(replica.pool.engine, "before_cursor_execute", record)


def wait_until_caught_up(app):
    deadline = time.monotonic() + TIMEOUT_S
    while app.extensions["replicas"].pick_caught_up_replica() is None:
        assert time.monotonic() < deadline, "the replica does not catch up"
        time.sleep(0.05)


def attendee_count(reply):
    assert reply.status_code == 200, reply.json
    return reply.json["events"][0]["attendee_count"]


def query(server, statement):
    """Return the value that ``statement`` selects on a server."""
    engine = create_engine(server.url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        value = connection.scalar(text(statement))
    engine.dispose()
    return value


@contextmanager
def lagging(replica):
    query(replica, "SELECT 1 FROM pg_wal_replay_pause()")
    yield
    query(replica, "SELECT 1 FROM pg_wal_replay_resume()")


@pytest.mark.slow("starts a primary server and a streaming replica")
def test_reads_go_to_a_caught_up_replica_and_writes_do_not(replicated_app, visitor, user, event_path):
    wait_until_caught_up(replicated_app)
    with replica_statements(replicated_app) as statements:
        read = [attendee_count(visitor.get(event_path)), visitor.get("/v2.1/events?title=x").status_code]
        reads = len(statements)
        status = user.post(f"{event_path}/attending").status_code

    assert (read, status) == ([0, 200], 201)
    assert reads > 0
    assert not any(statement.startswith(("INSERT", "UPDATE", "WITH")) for statement in statements)


def test_users_see_their_writes_in_every_worker_while_the_replica_lags(
    make_app, replicated_app, servers, visitor, user, event_path
):
    other_worker = ApiClient(make_app())
    wait_until_caught_up(replicated_app)

    with lagging(servers[1]), replica_statements(replicated_app) as statements:
        user.post(f"{event_path}/attending")
        counts = [attendee_count(client.get(event_path)) for client in (user, visitor, other_worker)]
    wait_until_caught_up(replicated_app)

    assert (counts, statements) == ([1, 1, 1], [])
    assert query(servers[1], "SELECT sum(attendee_count) FROM events") >= 1


def test_a_cached_response_is_not_older_than_the_primary(make_app, replicated_app, servers, user, event_path):
    visitor = ApiClient(make_app(ANSWER_CACHE_BYTES=1_000_000))
    wait_until_caught_up(replicated_app)
    counts = []
    for is_lagging in (False, True, False):
        with lagging(servers[1]) if is_lagging else replica_statements(replicated_app):
            for method in ("POST", "DELETE"):
                user.request(method, f"{event_path}/attending")
                counts.append([attendee_count(visitor.get(event_path)) for _ in range(2)])

    assert counts == [[1, 1], [0, 0]] * 3


def test_a_replica_lost_under_load_costs_no_answer_and_is_used_again(
    replicated_app, servers, visitor, event_path, monkeypatch
):
    monkeypatch.setattr("joindin.performance.replicas.RETRY_AFTER_S", 0.2)
    wait_until_caught_up(replicated_app)

    def read(times):
        return [replicated_app.test_client().get(event_path).status_code for _ in range(times)]

    with ThreadPoolExecutor(3) as executor:
        reads = [executor.submit(read, 60) for _ in range(3)]
        time.sleep(0.3)
        servers[1].kill()
        statuses = {status for each in reads for status in each.result()}
    without_replica = attendee_count(visitor.get(event_path))
    servers[1].start()
    wait_until_caught_up(replicated_app)
    with replica_statements(replicated_app) as statements:
        with_replica = attendee_count(visitor.get(event_path))

    assert (statuses, without_replica, with_replica) == ({200}, 0, 0)
    assert statements != []


@pytest.mark.parametrize(
    ("status", "expected"), [(503, [200, 200, 200]), (500, [500, 200, 200]), (404, [404, 200, 200])]
)
def test_a_read_is_repeated_on_the_primary_only_when_the_replica_is_lost(status, expected):
    used, skipped = [], []

    def application(environ, start_response):
        used.append(environ.get(REPLICA_ENVIRON_KEY))
        return Response("done", status if REPLICA_ENVIRON_KEY in environ else 200)(environ, start_response)

    class OneReplica:
        def pick_caught_up_replica(self):
            return self

        def skip(self):
            skipped.append(self)

    replica = OneReplica()
    client = Client(ReplicaRoutingMiddleware(application, replica))
    replies = [client.get("/v2.1/events"), client.post("/v2.1/events"), client.get("/accounts/login/")]

    assert [reply.status_code for reply in replies] == expected
    assert used == [replica, *[None] * (3 if status == 503 else 2)]
    assert len(skipped) == (status == 503)


def test_a_server_that_is_no_replica_is_not_read_from(make_app, servers):
    app = make_app(REPLICA_URLS=servers[0].url())

    assert app.extensions["replicas"].pick_caught_up_replica() is None
