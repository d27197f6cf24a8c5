"""Log lines of refused requests: a missing permission or scope, a form of another site, an exceeded limit, or a foreign host.

A line has the class of the error, surface and route, the account and the identifier of the request, and nothing that a client
chose. Addresses of clients are personal data, and the log of the reverse proxy has them with the same identifier.

A client that repeats itself does not fill the log: of the same refusals, the first one in a minute has a line, and another line
reports the number of the others.
"""

import logging
from collections import Counter
from threading import Lock
from time import monotonic
from typing import NamedTuple

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from joindin.errors import (
    AddressTooLong,
    Forbidden,
    InsufficientScope,
    PayloadTooLarge,
    RateLimited,
    UnsupportedCoding,
)
from joindin.http.request_checks import REFUSAL_KEY
from joindin.http.request_identity import get_caller
from joindin.http.request_log.labels import current_request_id
from joindin.http.surface_routing import current_surface

LOGGED_ERRORS = (
    AddressTooLong,
    Forbidden,
    InsufficientScope,
    PayloadTooLarge,
    RateLimited,
    RequestEntityTooLarge,
    UnsupportedCoding,
)

WINDOW_S = 60
# Different refusals that have lines of their own within a window.
MAX_KINDS = 100

log = logging.getLogger(__name__)


class RefusalKind(NamedTuple):
    """``route`` is a method and the template of an address; ``-`` for an unknown address."""

    error: str
    surface: str
    route: str
    user_id: int | None

    def __str__(self):
        return f"{self.error} at {self.surface} {self.route}, user {self.user_id or '-'}"


class RefusalLog:
    """The refusals of a process. No thread waits for the end of a window: each method logs what is due."""

    def __init__(self):
        self._started_at = 0.0
        # Refusals without a line, by kind; None stands for all kinds beyond ``MAX_KINDS``.
        self._unlogged: Counter[RefusalKind | None] = Counter()
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Whether :meth:`summarise` has something to log, now or later."""
        return bool(self._unlogged)

    def report(self, kind: RefusalKind, request_id: str) -> None:
        self.summarise()
        with self._lock:
            if not self._unlogged:
                self._started_at = monotonic()
            if kind in self._unlogged:
                self._unlogged[kind] += 1
            elif len(self._unlogged) >= MAX_KINDS:
                self._unlogged[None] += 1
            else:
                self._unlogged[kind] = 0
                log.warning("Refused: %s (request %s)", kind, request_id)

    def summarise(self) -> None:
        """Log the numbers of a window that is over, and end it."""
        with self._lock:
            if not self._unlogged or monotonic() - self._started_at < WINDOW_S:
                return
            for kind, number in self._unlogged.items():
                if number:
                    log.warning("Refused: %d more in %d s: %s", number, WINDOW_S, kind or "of other kinds")
            self._unlogged.clear()

    def clear(self) -> None:
        """Forget all refusals."""
        with self._lock:
            self._unlogged.clear()


def init_app(app: Flask) -> None:
    refusals = app.extensions["refusals"] = RefusalLog()

    def summarise_refusals(response):
        if refusals.is_open:
            refusals.summarise()
        return response

    app.after_request(summarise_refusals)


def report_refusal(app: Flask, error: Exception) -> None:
    """Log an error that ends the current request, if it is a refusal."""
    if not isinstance(error, LOGGED_ERRORS) and REFUSAL_KEY not in request.environ:
        return
    rule, user = request.url_rule, get_caller().user
    kind = RefusalKind(
        type(error).__name__,
        current_surface(),
        "-" if rule is None else f"{request.method} {rule.rule}",
        None if user is None else user.id,
    )
    app.extensions["refusals"].report(kind, current_request_id())
