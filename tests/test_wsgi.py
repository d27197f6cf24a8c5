"""``wsgi:app`` under gunicorn, a server other than the built-in one."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.factories import make_event, make_user
from tests.services import TIMEOUT_S, free_port, wait_for_port
from tests.subprocess_cli import command_environment

CHECKOUT = Path(__file__).parent.parent


@contextmanager
def gunicorn(settings):
    """Yield the base URL of a started gunicorn, and stop it in the end."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = ["gunicorn", "--workers", "1", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "wsgi:app"]
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=command_environment(settings, SECRET_KEY=settings["SECRET_KEY"], WEBSITE_URL=base),
        cwd=CHECKOUT,
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
