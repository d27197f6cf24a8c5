"""Database outages under load.

Requests fail fast with 503 and ``Retry-After``, the service recovers without a restart, acknowledged writes are stored,
and no write is executed twice. With ``JOINDIN_TEST_LOCK_SECONDS``, SQLite is locked for that time and writers wait for the
real timeout, not for a short one.
"""

import os
import sqlite3
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Event as Signal
from threading import Thread

import pytest
from flask_migrate import upgrade
from werkzeug.serving import make_server

from joindin import create_app
from joindin.db.locking import BUSY_TIMEOUT_S
from joindin.extensions import db
from joindin.operations.counter_repair import verify_counters, verify_read_models
from tests.factories import make_event, make_user
from tests.live_server import live_server
from tests.performance.sql.api_writers import ApiWriter, issue_tokens, stored_comments
from tests.services import TIMEOUT_S

LOCK_S = float(os.environ.get("JOINDIN_TEST_LOCK_SECONDS", 2))
IS_LONG = "JOINDIN_TEST_LOCK_SECONDS" in os.environ
OUTAGE_S = 1

WRITERS = 6

# The database answers within its timeouts, the machine of the tests is slow.
MAX_SECONDS = BUSY_TIMEOUT_S + 20


@contextmanager
def application(url, folder):
    """Yield an application on a new database; the API's limits are those of the test."""
    (folder / "config.py").write_text("TALK_COMMENT_LIMIT = 1_000_000\n")
    settings = {"INSTANCE": str(folder), "DATABASE_URL": url, "SECRET_KEY": "used in tests only"}
    app = create_app(settings)
    with app.app_context():
        upgrade()
        yield app
        db.session.remove()
        db.engine.dispose()


@contextmanager
def threaded_server(app):
    """Serve ``app`` in this process with a thread for each connection, and yield the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join(TIMEOUT_S)
    server.server_close()


@contextmanager
def load(port, users, paths):
    """Let users read and write in threads of their own while the block runs; yield their writers."""
    writers = [ApiWriter(port, *each, paths) for each in enumerate(issue_tokens(db.session, users, unused=False))]
    stop = Signal()

    def run(writer):
        number = 0
        while not stop.is_set():
            writer.write(number)
            writer.read()
            number += 1
            time.sleep(0.01)

    with ThreadPoolExecutor(len(writers)) as executor:
        futures = [executor.submit(run, writer) for writer in writers]
        try:
            yield writers
        finally:
            stop.set()
        for future in futures:
            future.result(TIMEOUT_S)
    db.session.rollback()


def wait_until_all_succeed(writers):
    """Wait until every writer gets three successful replies in a row."""
    deadline = time.monotonic() + TIMEOUT_S
    starts = [len(writer.replies) for writer in writers]
    while not all(
        len(writer.replies) >= start + 4 and all(reply.status in (200, 201) for reply in writer.replies[-3:])
        for writer, start in zip(writers, starts)
    ):
        assert time.monotonic() < deadline, "the service does not recover"
        time.sleep(0.05)


def check_replies(writers):
    """Check that requests succeeded or failed fast, and that some failed."""
    replies = [reply for writer in writers for reply in writer.replies]
    unavailable = [reply for reply in replies if reply.status == 503]
    assert {reply.status for reply in replies} == {200, 201, 503}
    assert {reply.retry_after for reply in unavailable} == {"5"}
    assert max(reply.seconds for reply in replies) < MAX_SECONDS


def check_rows(users, writers):
    """Check that acknowledged writes are stored once, and that counters and read models agree with the rows."""
    session = db.session
    assert [writer.lost(session, user) for user, writer in zip(users, writers)] == [({}, set())] * len(users)
    stored = Counter((user.id, *comment) for user in users for comment in stored_comments(session, user))
    assert set(stored.values()) == {1}
    assert [each for _, inconsistencies in verify_counters(session, fix=False) for each in inconsistencies] == []
    assert verify_read_models(session, fix=False) == {}


@pytest.mark.slow("kills and restarts a PostgreSQL server under load")
@pytest.mark.runs_once("has a PostgreSQL cluster of its own")
def test_a_killed_postgresql_server_costs_only_unavailable_replies(postgresql_cluster, tmp_path):
    with application(postgresql_cluster.url(), tmp_path) as app:
        users = [make_user(db.session) for _ in range(WRITERS)]
        paths = [f"/v2.1/events/{make_event(db.session).id}" for _ in range(3)]
        db.session.commit()
        with live_server(app.config, 2) as server, load(server.port, users, paths) as writers:
            for _ in range(2):
                wait_until_all_succeed(writers)
                postgresql_cluster.kill()
                time.sleep(OUTAGE_S)
                postgresql_cluster.start()
            wait_until_all_succeed(writers)

        check_replies(writers)
        check_rows(users, writers)


@pytest.mark.slow("locks a SQLite database under load")
@pytest.mark.runs_once("has a SQLite file of its own")
def test_a_locked_sqlite_database_costs_only_unavailable_writes(tmp_path, monkeypatch):
    if not IS_LONG:
        for module in ("joindin.db.engines", "joindin.db.locking", "joindin.performance.sql.writer"):
            monkeypatch.setattr(f"{module}.BUSY_TIMEOUT_S", 1)
    file = tmp_path / "joindin.sqlite"
    with application(f"sqlite:///{file}", tmp_path) as app:
        users = [make_user(db.session) for _ in range(WRITERS)]
        paths = [f"/v2.1/events/{make_event(db.session).id}" for _ in range(3)]
        db.session.commit()
        with threaded_server(app) as port, load(port, users, paths) as writers:
            wait_until_all_succeed(writers)
            with closing(sqlite3.connect(file, isolation_level=None, timeout=TIMEOUT_S)) as holder:
                holder.execute("BEGIN IMMEDIATE")
                time.sleep(LOCK_S)
                holder.execute("ROLLBACK")
            wait_until_all_succeed(writers)

        check_replies(writers)
        check_rows(users, writers)
