"""Reports of unexpected errors, as a server with the API of Sentry receives them."""

import errno
import gzip
import json
import logging
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

import brotli
import pytest
from sqlalchemy.exc import OperationalError

from joindin import __version__
from joindin.config import SettingError, load_settings
from joindin.errors import ServiceUnavailable
from joindin.http.request_log.failures import log_failure
from joindin.monitoring.error_reports import ErrorReporter
from joindin.performance.caching.request_records import REQUEST_RECORD_KEY, RequestRecord
from tests.services import TIMEOUT_S
from tests.subprocess_cli import command_environment

pytestmark = pytest.mark.runs_once("reports do not depend on the database")

SECRETS = ("a-secret-body", "a-secret-token", "a-secret-cookie", "a-secret-query", "192.0.2.77", "a-secret-value")
# An address without route: the part that may be a token is masked.
CALENDAR = "/calendar/0123456789abcdef0123/x"


@pytest.fixture
def sink():
    """A server with the API of Sentry: ``dsn``, and ``envelopes`` with the bodies that it receives."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            decompress = {"gzip": gzip.decompress, "br": brotli.decompress}[self.headers["Content-Encoding"]]
            server.envelopes.put(decompress(body).decode())
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Requests are not logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.envelopes = Queue()
    server.dsn = f"http://publickey@127.0.0.1:{server.server_port}/7"
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def reporter(sink):
    reporter = ErrorReporter(sink.dsn, f"joindin@{__version__}", "production")
    reporter.install()
    yield reporter
    reporter.close()


def read_event(sink):
    """Return the event of the next envelope, whose third line it is."""
    return json.loads(sink.envelopes.get(timeout=TIMEOUT_S).splitlines()[2])


def fail(value):
    local = value + " in a variable"
    raise ValueError(f"{local} is wrong")


def test_report_of_a_request_has_its_identifier_and_no_secret(app, sink, reporter):
    request = app.test_request_context(
        CALENDAR + "?token=a-secret-query",
        method="POST",
        data="a-secret-body",
        headers={"Authorization": "Bearer a-secret-token", "Cookie": "session=a-secret-cookie"},
        environ_overrides={"REMOTE_ADDR": "192.0.2.77", REQUEST_RECORD_KEY: RequestRecord("9f1c6a5e0b7d4c32", 0.0)},
    )
    with request:
        try:
            fail("-".join(("a", "secret", "value")))
        except ValueError as error:
            log_failure(app, error)

    event = read_event(sink)
    (value,) = event["exception"]["values"]
    assert (value["type"], value["stacktrace"]["frames"][-1]["function"]) == ("ValueError", "fail")
    assert event["tags"] == {"request_id": "9f1c6a5e0b7d4c32"}
    assert event["logentry"]["formatted"] == "POST /calendar/***/x failed (request 9f1c6a5e0b7d4c32)"
    assert (event["release"], event["environment"]) == (f"joindin@{__version__}", "production")
    assert {"request", "user", "breadcrumbs", "modules", "extra"}.isdisjoint(event)
    # Lines of source code around the error are sent. Those of this test contain the secrets.
    for frame in value["stacktrace"]["frames"]:
        assert "vars" not in frame
        for name in ("pre_context", "context_line", "post_context"):
            frame.pop(name, None)
    assert [secret for secret in (*SECRETS, "0123456789abcdef0123") if secret in json.dumps(event)] == []


def test_report_of_a_job_has_no_value_of_the_database(sink, reporter):
    try:
        fail("a-secret-value")
    except ValueError:
        logging.getLogger("huey").exception("Unhandled exception in task %s.", "a-secret-token")

    event = read_event(sink)
    assert event["logentry"]["formatted"] == "Unhandled exception in task %s."
    assert [each["type"] for each in event["exception"]["values"]] == ["ValueError"]
    assert "value" not in event["exception"]["values"][0]


@pytest.mark.parametrize(
    "outage",
    [
        OperationalError("SELECT 1", {}, Exception("the server closed the connection")),
        ServiceUnavailable(),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
    ids=["database", "service", "disk"],
)
def test_outages_are_not_reported(sink, reporter, outage):
    log = logging.getLogger("joindin.jobs")
    for error in (outage, KeyError("later")):
        log.error("A job failed", exc_info=error)
    log.error("A message without an error")

    event = read_event(sink)
    reporter.close()
    assert event["exception"]["values"][0]["type"] == "KeyError"
    assert sink.envelopes.empty()


PROCESS = """
import logging
from joindin import create_app
app = create_app()
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("joindin.jobs").exception("A job failed")
logging.getLogger("joindin.jobs").warning("A warning")
"""


def run_python(code, environment):
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=5 * TIMEOUT_S
    )


@pytest.mark.slow("starts a process with the application")
def test_process_that_ends_sends_its_reports_and_still_writes_the_log(settings, sink):
    environment = command_environment(settings, SENTRY_DSN=sink.dsn, SECRET_KEY=settings["SECRET_KEY"])
    done = run_python(PROCESS, environment)

    assert done.returncode == 0, done.stderr
    event = read_event(sink)
    assert event["exception"]["values"][0]["type"] == "ZeroDivisionError"
    assert (done.stderr.count("ZeroDivisionError"), done.stderr.count("A warning")) == (1, 1)


def test_dsn_without_the_library_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("joindin.utils.setting_parsers.find_spec", lambda _: None)

    with pytest.raises(SettingError, match=r"install joindin\[sentry\]") as refusal:
        load_settings({"INSTANCE": str(tmp_path), "SENTRY_DSN": "https://secretkey@sentry.example.org/7"}, {})

    assert "secretkey" not in str(refusal.value)
