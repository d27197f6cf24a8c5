"""Fixtures that run commands: on the tests' database, or with an instance folder and a database of their own."""

import contextvars
import io
import os
import shutil
import subprocess
import sys
from contextlib import chdir, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from joindin.cli import main
from joindin.cli.console import cli
from joindin.extensions import db
from joindin.jobs.heartbeat import record_heartbeat
from tests import services
from tests.databases import drop_all_tables, temporary_postgresql_database


@pytest.fixture
def run(app, session):
    """``run(*arguments)`` runs a command on the tests' database, in a new application context as a process has."""

    def running(*arguments, **options):
        db.session.commit()
        with app.app_context():
            reply = app.test_cli_runner().invoke(cli, list(arguments), prog_name="joindin", **options)
        db.session.expire_all()
        return reply

    return running


@dataclass
class Instance:
    """An instance folder and a database of its own."""

    folder: Path
    environment: dict

    def run(self, *arguments, **variables):
        """Run a command as the console script does, but in this process."""
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.object(sys, "argv", ["joindin", *arguments]),
            patch.dict(os.environ, self.environment | variables, clear=True),
            chdir(self.folder.parent),
            redirect_stdout(out),
            redirect_stderr(err),
            pytest.raises(SystemExit) as end,
        ):
            # Not in an application context of the test.
            contextvars.Context().run(main)
        return subprocess.CompletedProcess(arguments, end.value.code or 0, out.getvalue(), err.getvalue())

    def start(self, *arguments, stdout=subprocess.PIPE, **variables):
        """Start a command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "joindin", *arguments],
            env=self.environment | variables,
            cwd=self.folder.parent,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_process(self, *arguments, **variables):
        """Run a command as a process of its own."""
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=services.TIMEOUT_S)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture
def instance(tmp_path, empty_database_url):
    """An instance before ``joindin setup``."""
    return make_instance(tmp_path, empty_database_url)


@pytest.fixture(scope="session")
def ready_instance(database_server, tmp_path_factory):
    """An instance after ``joindin setup``, for all tests of the run, which do not change its database."""
    with temporary_postgresql_database(database_server, "ready") if database_server else nullcontext() as url:
        instance = make_instance(tmp_path_factory.mktemp("ready"), url)
        # A process, because open connections would prevent copies of a database on PostgreSQL.
        done = instance.run_process("setup")
        assert done.returncode == 0, done.stderr
        yield instance


@pytest.fixture
def ready_copy(database_server, ready_instance, tmp_path):
    """A copy of an instance after ``joindin setup``, which the test may change."""
    template = ready_instance.environment.get("JOINDIN_DATABASE_URL")
    with temporary_postgresql_database(database_server, "copy", template) if template else nullcontext() as url:
        yield make_instance(tmp_path, url, copy_of=ready_instance)


def make_instance(folder: Path, database_url: str | None, copy_of: Instance | None = None) -> Instance:
    """Return an instance below ``folder``, with the files of another one. None as URL is SQLite's file in the instance folder."""
    if copy_of is not None:
        shutil.copytree(copy_of.folder, folder / "instance")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JOINDIN_")}
    environment["JOINDIN_INSTANCE"] = str(folder / "instance")
    if database_url:
        environment["JOINDIN_DATABASE_URL"] = database_url
    return Instance(folder / "instance", environment)


@pytest.fixture
def empty_database_url(spare_database_url):
    """The URL of a database without tables in a run on PostgreSQL, else None."""
    if spare_database_url:
        drop_all_tables(spare_database_url)
    return spare_database_url


@pytest.fixture
def free_port():
    return str(services.free_port())


@pytest.fixture
def heartbeat(app):
    """A job worker that has reported just now."""
    record_heartbeat(app.config["QUEUE_URL"])
