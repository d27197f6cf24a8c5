"""Two ways to give a command: in this process on the tests' database, and as a process with an instance of its own."""

import os
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest

from joindin.cli.console import cli
from joindin.extensions import db
from tests import services
from tests.databases import drop_all_tables, postgresql_server_url, temporary_postgresql_database

PATIENCE = 60


@pytest.fixture
def run(app, session):
    """Gives a command in a fresh context, as a process of its own would have; the reply has what it said."""

    def running(*words, **options):
        db.session.commit()
        with app.app_context():
            reply = app.test_cli_runner().invoke(cli, list(words), prog_name="joindin", **options)
        db.session.expire_all()
        return reply

    return running


@dataclass
class Instance:
    """An instance folder that nothing has touched, and a database to itself."""

    folder: Path
    environment: dict

    def run(self, *words, **variables):
        process = self.start(*words, **variables)
        stdout, stderr = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(words, process.returncode, stdout, stderr)

    def start(self, *words, **variables):
        return subprocess.Popen(
            [sys.executable, "-m", "joindin", *words],
            env=self.environment | variables,
            cwd=self.folder.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def instance(tmp_path, empty_database_url):
    return _make_instance(tmp_path, empty_database_url)


@pytest.fixture(scope="module")
def ready_instance(tmp_path_factory):
    """One after `joindin setup`, for all tests of a file; they leave its database as it is."""
    with temporary_postgresql_database("ready") if postgresql_server_url() else nullcontext() as url:
        instance = _make_instance(tmp_path_factory.mktemp("ready"), url)
        assert instance.run("setup").returncode == 0
        yield instance


def _make_instance(folder, database_url):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
    environment["JOINDIN_INSTANCE"] = str(folder / "instance")
    if database_url:
        environment["JOINDIN_DATABASE_URL"] = database_url
    return Instance(folder / "instance", environment)


@pytest.fixture
def empty_database_url(spare_database_url):
    """A database without tables on the PostgreSQL server of this run; None where a file will do."""
    if spare_database_url:
        drop_all_tables(spare_database_url)
    return spare_database_url


@pytest.fixture
def free_port():
    return str(services.free_port())
