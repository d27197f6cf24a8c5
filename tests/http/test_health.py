"""``/healthz`` and ``/readyz``: what they check, and who may read the reasons."""

import os
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, update
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from joindin import migrations_folder
from joindin.db.dialects import dialect_of
from joindin.db.engines import engine_options
from joindin.extensions import db
from joindin.http.monitoring_endpoints import MonitoringEndpoints
from joindin.jobs.heartbeat import HEARTBEAT_TIMEOUT_S, record_heartbeat
from joindin.models import Event, Mail
from joindin.monitoring import readiness
from joindin.monitoring.readiness import MSG_TIMEOUT, Readiness, check_free_space, readiness_checks
from joindin.monitoring.requests import request_metrics
from joindin.performance.data_version import data_version
from joindin.utils.datetimes import utc_now
from tests.services import TIMEOUT_S

TOKEN = "used by the monitoring"
REASON = "The database does not answer: connection refused"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def engine(app, session):
    return db.engine


@pytest.fixture
def queue_url(app):
    """The queue of a job worker that is alive."""
    record_heartbeat(app.config["QUEUE_URL"])
    return app.config["QUEUE_URL"]


@pytest.fixture
def problems(engine, queue_url, session, tmp_path):
    """``problems(url=None)`` returns what makes an installation not ready, with the tests' database or another one."""
    engines = []

    def find(url=None, on_connect=None):
        session.commit()
        used = engine
        if url is not None:
            used = create_engine(url, **engine_options(url))
            engines.append(used)
        if on_connect is not None:
            sqlalchemy_event.listen(used, "connect", on_connect)
        return Readiness(readiness_checks(used, migrations_folder(), queue_url, [tmp_path], utc_now)).problems()

    yield find
    for each in engines:
        each.dispose()


@pytest.fixture
def client(app, engine, queue_url):
    """A client of the application, whose checks have no remembered result."""
    app.extensions["monitoring"].readiness.invalidate()
    return app.test_client()


@pytest.fixture
def heartbeat(app, queue_url):
    return Path(app.config["INSTANCE"]) / "queue.sqlite.heartbeat"


def forbid_writes(connection, _record):
    connection.execute("SET default_transaction_read_only = on")
    connection.commit()


def not_ready_endpoints(proxies, token=TOKEN):
    """The addresses of a server that is not ready, behind a number of trusted proxies."""
    endpoints = MonitoringEndpoints(None, lambda: [REASON], lambda: ("text/plain", b"joindin_database_up 1"), token)
    return Client(ProxyFix(endpoints, x_for=proxies) if proxies else endpoints)


def reasons(reply):
    first, *others = reply.text.splitlines()
    assert (reply.status_code, first) == (503, "not ready")
    return others


@pytest.mark.parametrize(("path", "text"), [("/healthz", "ok\n"), ("/readyz", "ready\n")])
def test_a_probe_is_answered_under_any_host_and_never_cached(client, path, text):
    reply = client.get(path, headers={"Host": "10.0.0.7:8000, invalid"})

    assert (reply.status_code, reply.text, reply.headers["Cache-Control"]) == (200, text, "no-store")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_head_has_the_headers_of_get_without_the_body(client):
    reply = client.head("/readyz")

    assert (reply.status_code, reply.headers["Content-Length"], reply.data) == (200, "6", b"")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_other_methods_are_refused(path):
    reply = not_ready_endpoints(0).post(path)

    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_server_that_is_not_ready_names_a_time_to_retry(method):
    reply = not_ready_endpoints(0).open("/readyz", method=method)

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")


def test_a_database_server_that_does_not_answer_is_a_reason(problems):
    [reason] = problems("postgresql+psycopg://postgres@127.0.0.1:1/none")

    assert reason.startswith("The database does not answer: ")


def test_a_database_that_was_not_set_up_is_a_reason(problems, tmp_path):
    assert problems(f"sqlite:///{tmp_path / 'new.sqlite'}") == ["The database has not been set up: run `joindin setup`"]
    assert not (tmp_path / "new.sqlite").exists()


def test_a_database_of_an_older_release_is_a_reason(problems, at_revision):
    at_revision("-1")

    [reason] = problems()
    assert "not at that of this version: run `joindin setup`" in reason


def test_a_database_that_allows_reads_only_is_a_reason(problems, engine, tmp_path):
    url = engine.url.render_as_string(hide_password=False)
    if dialect_of(engine).is_server:
        assert problems(url, forbid_writes) == ["The database cannot be written to: the server allows reads only"]
    else:
        # Root may write to every file, but not with SQLite's own header of a read-only format.
        copy = tmp_path / "read-only.sqlite"
        with closing(sqlite3.connect(engine.url.database)) as source:
            source.execute(f"VACUUM INTO '{copy}'")
        with copy.open("r+b") as file:
            # The write version of the format (https://www.sqlite.org/fileformat.html, 1.3.3).
            file.seek(18)
            file.write(b"\x09")
        [reason] = problems(f"sqlite:///{copy}")
        assert reason.endswith(": attempt to write a readonly database")


def test_a_database_with_another_writer_is_ready(problems, session, event):
    session.commit()
    with Session(db.engine) as writer:
        writer.execute(update(Event).values(name="Changed"))

        assert problems() == []


@pytest.mark.runs_once("on PostgreSQL writes of other tests change the version too")
def test_checks_do_not_change_the_data_version(problems, engine):
    """Otherwise each probe would outdate all cached responses."""
    read_version = data_version(engine)
    before = read_version()

    assert problems() == []

    assert read_version() == before


def test_a_job_worker_that_has_ended_is_a_reason(problems, heartbeat):
    long_ago = time.time() - HEARTBEAT_TIMEOUT_S - 100
    os.utime(heartbeat, (long_ago, long_ago))

    [reason] = problems()
    assert reason.startswith("The job worker has not reported for 1")


def test_a_job_worker_that_never_ran_is_a_reason(problems, heartbeat):
    heartbeat.unlink()

    assert problems() == ["No job worker has run yet: start `joindin jobs run`"]


def test_the_heartbeat_is_readable_by_its_owner_only(heartbeat):
    assert heartbeat.stat().st_mode & 0o777 == 0o600


def test_a_mail_that_is_not_delivered_is_a_reason(problems, session):
    due_at = utc_now().replace(year=2020)
    session.add(Mail(kind="welcome", recipient="ann@example.org", created_at=due_at, due_at=due_at))

    assert problems() == ["A mail has been due for more than 15 minutes: no job worker delivers it"]


def test_a_full_disk_is_a_reason(tmp_path, monkeypatch):
    assert check_free_space(tmp_path / "not" / "created" / "yet") is None

    monkeypatch.setattr(readiness, "MIN_FREE_BYTES", 1 << 60)

    assert check_free_space(tmp_path).endswith(f" MiB are free in {tmp_path}")


CALLERS = [
    (None, None, 0, True),
    ({"REMOTE_ADDR": "::1"}, None, 0, True),
    ({"REMOTE_ADDR": "::ffff:127.0.0.1"}, None, 0, True),
    (ELSEWHERE, None, 0, False),
    ({"REMOTE_ADDR": ""}, None, 0, False),
    (ELSEWHERE, {"Authorization": f"Bearer {TOKEN}"}, 0, True),
    (ELSEWHERE, {"Authorization": f"bearer {TOKEN}"}, 0, True),
    (ELSEWHERE, {"Authorization": f"Basic {TOKEN}"}, 0, False),
    (ELSEWHERE, {"Authorization": "Bearer used by the monitoring!"}, 0, False),
    (ELSEWHERE, {"Authorization": "Bearer \xe4"}, 0, False),
    (None, {"Authorization": "Bearer wrong"}, 0, False),
    # An untrusted proxy on this machine: the peer is the proxy.
    (None, {"X-Forwarded-For": "203.0.113.7"}, 0, False),
    (None, {"X-Forwarded-For": "127.0.0.1"}, 0, False),
    (None, {"Forwarded": "for=127.0.0.1"}, 0, False),
    (None, {"X-Real-IP": "127.0.0.1"}, 0, False),
    # A trusted one.
    (None, {"X-Forwarded-For": "203.0.113.7"}, 1, False),
    (ELSEWHERE, {"X-Forwarded-For": "127.0.0.1"}, 1, False),
    (None, {"X-Forwarded-For": "203.0.113.7", "Authorization": f"Bearer {TOKEN}"}, 1, True),
    (None, None, 1, True),
]


def test_probes_are_not_counted_as_requests(client):
    before = request_metrics.samples()

    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]

    assert request_metrics.samples() == before


@pytest.mark.parametrize(("peer", "headers", "proxies", "is_open"), CALLERS)
def test_only_the_operator_reads_metrics_and_reasons(peer, headers, proxies, is_open):
    client = not_ready_endpoints(proxies)
    options = {"headers": headers, "environ_overrides": peer or {"REMOTE_ADDR": "127.0.0.1"}}

    metrics, ready = client.get("/metrics", **options), client.get("/readyz", **options)

    assert metrics.status_code == (200 if is_open else 403)
    assert reasons(ready) == ([REASON] if is_open else [])


def test_without_a_token_no_bearer_is_accepted():
    reply = not_ready_endpoints(0, token=None).get("/metrics", headers={"Authorization": "Bearer None"})

    assert reply.status_code == 403


def test_checks_that_hang_do_not_delay_the_response_and_are_not_repeated(monkeypatch):
    monkeypatch.setattr(readiness, "TIMEOUT_S", 0.05)
    released, calls = threading.Event(), []

    def hang():
        calls.append(1)
        released.wait(TIMEOUT_S)

    checks = Readiness([hang])
    try:
        assert [checks.problems() for _ in range(3)] == [[MSG_TIMEOUT]] * 3
        assert calls == [1]
    finally:
        released.set()


def test_results_are_used_again_for_a_while(monkeypatch):
    monkeypatch.setattr(readiness, "MAX_AGE_S", TIMEOUT_S)
    monkeypatch.setattr(readiness, "TIMEOUT_S", TIMEOUT_S)
    calls = []
    checks = Readiness([lambda: calls.append(1)])

    assert [checks.problems() for _ in range(5)] == [[]] * 5
    assert calls == [1]


def test_a_check_that_raises_is_a_problem_and_not_an_error(monkeypatch):
    checks = Readiness([lambda: 1 / 0])

    assert checks.problems() == [MSG_TIMEOUT]
