"""A server with a database of its own, whose parts a test can end and start again."""

import re
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from flask_migrate import upgrade

from joindin import create_app
from joindin.extensions import db
from tests.live_server import live_server
from tests.services import TIMEOUT_S, free_port
from tests.subprocess_cli import run_joindin

WORKERS = 2


class Installation:
    """``joindin serve`` with jobs, on one port for its whole life. The file ``log`` has the messages of all its processes.

    ``settings`` are variables of the server. The address of a client is the one in ``X-Forwarded-For``.
    """

    def __init__(self, folder: Path, database_url: str, log: Path, *, workers: int = WORKERS, **settings):
        self.folder = folder
        self._workers = workers
        self.port = free_port()
        self.log = log
        self._settings = {
            "SECRET_KEY": "of the tests only",
            "TRUSTED_PROXIES": 1,
            "TALK_COMMENT_LIMIT": 1_000_000,
            "MAX_PENDING_EVENTS": 1_000_000,
            **settings,
        }
        self.app = create_app(
            {"INSTANCE": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": self._settings["SECRET_KEY"]}
        )
        self.server = None
        self._running = ExitStack()

    def start(self) -> None:
        server = live_server(self.app.config, self._workers, "--jobs", port=self.port, log=self.log, **self._settings)
        self.server = self._running.enter_context(server)
        self.workers()
        self.jobs()

    def run(self, *arguments: str) -> str:
        """Run another command of the installation, which must succeed, and return what it printed."""
        return run_joindin(self.app.config, *arguments, **self._settings)

    def stop(self) -> None:
        self._running.close()

    def kill(self) -> None:
        """Kill the main process; its children end with it."""
        children = psutil.Process(self.server.process.pid).children(recursive=True)
        self.server.process.kill()
        self.server.process.wait(TIMEOUT_S)
        psutil.wait_procs(children, TIMEOUT_S)
        self._running.close()

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes, once all of them run."""
        return self.server.workers()

    def jobs(self) -> psutil.Process:
        """Return the job process, once it runs."""
        deadline = time.monotonic() + TIMEOUT_S
        while not (found := self.server.children("jobs")):
            assert time.monotonic() < deadline, "no job process runs"
            time.sleep(0.05)
        return found[0]

    def first_traceback(self) -> str:
        """Return the beginning of the first traceback in the log, with the message before it; "" if there is none."""
        found = re.search(r"[^\n]*\nTraceback.{,8000}", self.log.read_text(errors="replace"), re.DOTALL)
        return found[0] if found else ""


@contextmanager
def installation(folder: Path, database_url: str, log: Path, **settings):
    """Yield a migrated installation that is not started, in the context of its application; stop it in the end."""
    made = Installation(folder, database_url, log, **settings)
    with made.app.app_context():
        try:
            upgrade()
            yield made
        finally:
            made.stop()
            db.session.remove()
            db.engine.dispose()
