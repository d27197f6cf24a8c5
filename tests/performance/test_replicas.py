"""A PostgreSQL primary and a streaming replica of this run's own: reads go there, and are never out of date."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import event, text
from werkzeug.test import Client
from werkzeug.wrappers import Response

from joindin import create_app
from joindin.extensions import db
from joindin.performance.replicas import REPLICA_ENVIRON_KEY, ReplicaRoutingMiddleware
from tests.api_client import ApiClient
from tests.factories import make_event, make_user

PATIENCE = 60
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SMALL = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
shared_buffers = 16MB
max_connections = 40
wal_level = replica
hot_standby = on
"""


class Server:
    """One PostgreSQL server in a folder."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    def command(self, program, *words):
        # PostgreSQL does not run as root.
        user = "postgres" if os.getuid() == 0 else None
        command = [str(BINARIES[-1] / program), *map(str, words)]
        done = subprocess.run(command, user=user, cwd="/", capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr

    def start(self):
        options = f"-p {self.port}"
        self.command("pg_ctl", "start", "-w", "-D", self.folder, "-l", f"{self.folder}.log", "-o", options)

    def stop(self):
        self.command("pg_ctl", "stop", "-m", "immediate", "-D", self.folder)


@pytest.fixture(scope="module")
def servers():
    if not BINARIES:
        assert "JOINDIN_TEST_REQUIRE_SERVICES" not in os.environ, "PostgreSQL's programs are missing"
        pytest.skip("PostgreSQL's programs are not installed")
    folder = Path(tempfile.mkdtemp(prefix="joindin-replica-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    primary, replica = Server(folder / "primary"), Server(folder / "replica")
    started = []
    try:
        primary.command("initdb", "-D", primary.folder, "-A", "trust", "-U", "postgres", "--no-sync")
        with open(primary.folder / "postgresql.conf", "a") as settings:
            settings.write(SMALL)
        primary.start()
        started.append(primary)
        primary.command(
            "pg_basebackup", "-D", replica.folder, "-R", "-c", "fast", "--no-sync",
            "-h", "127.0.0.1", "-p", primary.port, "-U", "postgres",
        )  # fmt: skip
        replica.start()
        started.append(replica)
        yield primary, replica
    finally:
        for server in reversed(started):
            server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def make_app(servers, tmp_path_factory):
    """Applications on the primary with the replica, each like a worker of its own; without the cache unless told."""
    primary, replica = servers
    made = []

    def making(**settings):
        app = create_app(
            {
                "INSTANCE": str(tmp_path_factory.mktemp("instance")),
                "DATABASE_URL": primary.url,
                "REPLICA_URLS": replica.url,
                "SECRET_KEY": "used in tests only",
                "TESTING": True,
                "ANSWER_CACHE_BYTES": 0,
                **settings,
            }
        )
        made.append(app)
        return app

    first = making()
    with first.app_context():
        upgrade()
    making.first = first
    yield making
    for app in made:
        with app.app_context():
            db.engine.dispose()
            app.extensions["replicas"].dispose()


@pytest.fixture
def community(make_app):
    """A reader and somebody signed in of one worker, and an event nobody else uses."""
    with make_app.first.app_context():
        api = ApiClient(make_app.first)
        somebody = api.signed_in(make_user(db.session))
        made = make_event(db.session)
        db.session.commit()
        yield api, somebody, f"/v2.1/events/{made.id}"
        db.session.rollback()


@contextmanager
def asked_there(app):
    """Fills with the statements that the replica of ``app`` is asked."""
    asked, (replica,) = [], app.extensions["replicas"]._replicas

    def note(_connection, _cursor, statement, *_):
        asked.append(statement)

    event.listen(replica.pool.engine, "before_cursor_execute", note)
    yield asked
    event.remove(replica.pool.engine, "before_cursor_execute", note)


def wait_until_level(app):
    deadline = time.monotonic() + PATIENCE
    while app.extensions["replicas"].pick_caught_up_replica() is None:
        assert time.monotonic() < deadline, "the replica does not catch up"
        time.sleep(0.05)


def attendees(reply):
    assert reply.status_code == 200, reply.json
    return reply.json["events"][0]["attendee_count"]


def order(server, statement):
    import psycopg

    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as connection:
        return connection.execute(statement).fetchone()[0]


@contextmanager
def lagging(replica):
    order(replica, "SELECT 1 FROM pg_wal_replay_pause()")
    yield
    order(replica, "SELECT 1 FROM pg_wal_replay_resume()")


def test_reads_go_to_a_replica_that_is_level_and_writes_do_not(make_app, community):
    api, somebody, here = community
    wait_until_level(make_app.first)
    with asked_there(make_app.first) as asked:
        shown = [attendees(api.get(here)), api.get("/v2.1/events?title=x").status_code]
        reads = len(asked)
        written = somebody.post(f"{here}/attending").status_code

    assert (shown, written) == ([0, 200], 201)
    assert reads > 0
    assert not any(statement.startswith(("INSERT", "UPDATE", "WITH")) for statement in asked)


def test_people_find_what_they_wrote_while_the_replica_lags_in_every_worker(make_app, servers, community):
    api, somebody, here = community
    other = ApiClient(make_app())
    wait_until_level(make_app.first)

    with lagging(servers[1]), asked_there(make_app.first) as asked:
        somebody.post(f"{here}/attending")
        shown = [attendees(reader.get(here)) for reader in (somebody, api, other)]
    wait_until_level(make_app.first)

    assert (shown, asked) == ([1, 1, 1], [])
    assert order(servers[1], "SELECT sum(attendee_count) FROM events") >= 1


def test_a_remembered_answer_is_not_older_than_the_primary(make_app, servers, community):
    _, somebody, here = community
    visitor = ApiClient(make_app(ANSWER_CACHE_BYTES=1_000_000))
    wait_until_level(make_app.first)
    seen = []
    for is_late in (False, True, False):
        with lagging(servers[1]) if is_late else asked_there(make_app.first):
            for verb in ("POST", "DELETE"):
                somebody.request(verb, f"{here}/attending")
                seen.append([attendees(visitor.get(here)) for _ in range(2)])

    assert seen == [[1, 1], [0, 0]] * 3


def test_a_replica_that_dies_under_load_costs_no_answer_and_is_used_again(make_app, servers, community, monkeypatch):
    monkeypatch.setattr("joindin.performance.replicas.RETRY_AFTER_S", 0.2)
    app, (api, _, here) = make_app.first, community
    wait_until_level(app)

    def read(rounds):
        return [app.test_client().get(here).status_code for _ in range(rounds)]

    with ThreadPoolExecutor(3) as pool:
        reading = [pool.submit(read, 60) for _ in range(3)]
        time.sleep(0.3)
        servers[1].stop()
        statuses = {status for each in reading for status in each.result()}
    without = attendees(api.get(here))
    servers[1].start()
    wait_until_level(app)
    with asked_there(app) as asked:
        again = attendees(api.get(here))

    assert (statuses, without, again) == ({200}, 0, 0)
    assert asked != []


@pytest.mark.parametrize(
    ("status", "expected"), [(503, [200, 200, 200]), (500, [500, 200, 200]), (404, [404, 200, 200])]
)
def test_a_read_is_repeated_on_the_primary_only_when_the_replica_is_lost(status, expected):
    replicas_seen, skipped = [], []

    def application(environ, start_response):
        replicas_seen.append(environ.get(REPLICA_ENVIRON_KEY))
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
    assert replicas_seen == [replica, *[None] * (len(replicas_seen) - 1)]
    assert len(skipped) == len(replicas_seen) - 3


def test_a_server_that_is_no_replica_is_not_read_from(make_app, servers):
    primary, _ = servers
    app = make_app(REPLICA_URLS=primary.url)
    with app.app_context():
        db.session.execute(text("SELECT 1"))

    assert app.extensions["replicas"].pick_caught_up_replica() is None
