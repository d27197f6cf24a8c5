"""Servers for attacks and faults."""

import pytest

from joindin.extensions import db
from tests.faults import IS_LONG
from tests.faults.clients import status_of
from tests.faults.faulty_database import faulty_database
from tests.faults.installation import installation
from tests.faults.load_under_faults import LoadUnderFaults
from tests.faults.mixed_load.plan import LONG_PAUSE_S, SHORT_PAUSE_S, make_plan
from tests.jobs.smtp_server import SmtpServer
from tests.live_server import live_server

WORKERS = 2


@pytest.fixture(scope="module")
def server(app, settings):
    with live_server(settings, WORKERS) as started:
        for _ in range(10):
            assert status_of(started.port, "GET", "/v2.1/events") == 200
        yield started


@pytest.fixture
def workers(server):
    return server.workers()


@pytest.fixture
def faulty_db(database_server, tmp_path):
    """A database of the test's own, of the kind of the run."""
    with faulty_database(bool(database_server), tmp_path) as database:
        yield database


@pytest.fixture
def mail_server():
    """A mail server that is not started."""
    return SmtpServer()


@pytest.fixture
def instance(tmp_path):
    """The instance folder of the server under load."""
    folder = tmp_path / "instance"
    folder.mkdir()
    return folder


@pytest.fixture
def start_load(mail_server, instance, tmp_path):
    """``with start_load(database_url, **settings) as running`` runs a server under a mixed load."""

    def start(database_url, **settings):
        settings = {"MAIL_URL": mail_server.url, **settings}
        return LoadUnderFaults.started(
            installation(instance, database_url, tmp_path / "server.log", **settings),
            lambda port: make_plan(db.session, port=port, pause_s=LONG_PAUSE_S if IS_LONG else SHORT_PAUSE_S),
        )

    return start
