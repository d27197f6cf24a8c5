"""Limit of the time that statements of a request may take.

Commands and jobs run without it: an import or a migration may take hours.
"""

import sqlite3
from collections.abc import Iterable
from threading import local
from time import monotonic

from sqlalchemy import event
from sqlalchemy.engine import Engine

from joindin.db.dialects import dialect_of

# Instructions of SQLite's virtual machine between two looks at the clock: some milliseconds.
INSTRUCTIONS_PER_CHECK = 100_000


class StatementLimits:
    """WSGI middleware of a server. It also changes how the engines open connections from now on.

    PostgreSQL cancels a statement of a session after ``timeout_s``; a wait for a lock counts. SQLite interrupts a statement
    that runs when the request is older than that. Both raise an outage (:mod:`joindin.db.outages`).
    """

    def __init__(self, app, engines: Iterable[Engine], timeout_s: int):
        self._app = app
        self._timeout_s = timeout_s
        self._request = local()
        for engine in engines:
            if dialect_of(engine).is_server:
                event.listen(engine, "do_connect", self._add_timeout)
            else:
                event.listen(engine, "connect", self._watch)

    def __call__(self, environ, start_response):
        self._request.started_at = monotonic()
        try:
            return self._app(environ, start_response)
        finally:
            self._request.started_at = None

    def _add_timeout(self, _dialect, _record, _arguments, parameters):
        options = f"{parameters.get('options', '')} -c statement_timeout={self._timeout_s}s"
        parameters["options"] = options.strip()

    def _watch(self, connection: sqlite3.Connection, _record):
        connection.set_progress_handler(self._is_overdue, INSTRUCTIONS_PER_CHECK)

    def _is_overdue(self):
        started_at = getattr(self._request, "started_at", None)
        return started_at is not None and monotonic() - started_at > self._timeout_s
