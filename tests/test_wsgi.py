"""``wsgi:app`` under gunicorn, a server other than the built-in one."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.db.test_statement_limits import SLOW_STATEMENTS
from tests.factories import make_event, make_user
from tests.services import TIMEOUT_S, free_port, wait_for_port
from tests.subprocess_cli import command_environment

CHECKOUT = Path(__file__).parent.parent


@contextmanager
def gunicorn(settings, stdout=None, **more_settings):
    """Yield the base URL of a started gunicorn, and stop it in the end."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = ["gunicorn", "--workers", "1", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=command_environment(settings, SECRET_KEY=settings["SECRET_KEY"], WEBSITE_URL=base, **more_settings),
        cwd=CHECKOUT,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield base
    finally:
        process.terminate()
        assert process.wait(TIMEOUT_S) == 0


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as reply:
            return reply.status, reply.headers.get_content_type(), reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read().decode()


@pytest.mark.slow("starts another WSGI server")
@pytest.mark.runs_once("the server does not depend on the database")
def test_gunicorn_serves_the_api_and_the_pages(app, session, settings):
    event = make_event(session, "Gunicorn Days", host=make_user(session))
    session.commit()

    with gunicorn(settings) as base:
        listed = fetch(f"{base}/v2.1/events?filter=all")
        page = fetch(f"{base}/event/{event.slug}")
        missing = fetch(f"{base}/v2.1/events/{event.id + 1}")

    assert listed[:2] == (200, "application/json")
    assert [each["name"] for each in json.loads(listed[2])["events"]] == ["Gunicorn Days"]
    assert page[:2] == (200, "text/html")
    assert "Gunicorn Days" in page[2]
    assert missing[:2] == (404, "application/json")


@pytest.mark.slow("loads the application in a process of its own")
def test_statements_of_requests_have_a_limit(app, session, settings):
    slow = SLOW_STATEMENTS[session.get_bind().dialect.name]
    program = f"""if True:
        from sqlalchemy import text
        from joindin.extensions import db
        from wsgi import app
        app.add_url_rule("/v2.1/slow", "slow", lambda: str(db.session.scalar(text({slow!r}))))
        print(app.test_client().get("/v2.1/slow").status_code)
    """

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=command_environment(settings, STATEMENT_TIMEOUT=1),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )

    assert (done.returncode, done.stdout) == (0, "503\n"), done.stderr
