"""WSGI middleware around all others: it gives each request an identifier, and reports its end to metrics and request log.

Every response has the identifier in ``X-Request-Id``. It is added here, outside of the caches, so that no cache stores it. The
identifier of the request is taken over if a trusted proxy sent it; a client could otherwise make requests of its own look like
those of another. An exception that the application did not handle becomes a response with status 500.
"""

import logging
import os
import re
import sys
from collections.abc import Callable
from functools import partial
from time import perf_counter

from joindin.http.request_log.lines import RequestLog
from joindin.http.request_log.paths import mask_unknown_path
from joindin.http.surface_routing import surface_for_path
from joindin.monitoring.requests import observe_request
from joindin.performance.caching.request_records import REQUEST_RECORD_KEY, RequestLabel, RequestRecord

REQUEST_ID_HEADER = "X-Request-Id"
VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
ERROR_STATUS = "500 INTERNAL SERVER ERROR"

log = logging.getLogger(__name__)


class RequestObserver:
    """``literals()`` returns the segments of routes that are no arguments. ``accepts_ids`` means that a trusted proxy sends
    identifiers. With ``propagates``, exceptions of the application are raised again, for tests.
    """

    def __init__(
        self,
        app: Callable,
        request_log: RequestLog | None,
        literals: Callable[[], frozenset[str]],
        *,
        accepts_ids: bool,
        propagates: bool,
    ):
        self._app = app
        self._request_log = request_log
        self._literals = literals
        self._accepts_ids = accepts_ids
        self._propagates = propagates

    def __call__(self, environ, start_response):
        record = RequestRecord(self._request_id(environ), perf_counter())
        environ[REQUEST_RECORD_KEY] = record

        def start(status, headers, *exc_info):
            record.status = status
            # A list of its own: the application may keep the other one.
            return start_response(status, [*headers, (REQUEST_ID_HEADER, record.request_id)], *exc_info)

        try:
            body = self._app(environ, start)
        except Exception:
            body = self._report_failure(environ, record, start)
        if isinstance(body, list):
            self._finish(environ, record, sum(map(len, body)))
            return body
        return _ObservedBody(body, partial(self._finish, environ, record), partial(self._log_failure, environ, record))

    def _request_id(self, environ):
        if self._accepts_ids and VALID_REQUEST_ID.fullmatch(environ.get("HTTP_X_REQUEST_ID", "")):
            return environ["HTTP_X_REQUEST_ID"]
        return os.urandom(8).hex()

    def _report_failure(self, environ, record, start):
        self._log_failure(environ, record)
        if self._propagates:
            record.status = ERROR_STATUS
            self._finish(environ, record, 0)
            raise
        text = f"Internal error. Error reference: {record.request_id}\n".encode()
        headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(text)))]
        # Needed only by a server to which the application has sent the beginning of another response.
        exc_info = () if record.status is None else (sys.exc_info(),)
        start(ERROR_STATUS, [*headers, ("Cache-Control", "no-store")], *exc_info)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [text]

    def _log_failure(self, environ, record):
        if not record.error_logged:
            record.error_logged = True
            path = mask_unknown_path(environ["PATH_INFO"], self._literals())
            log.exception(
                "%s %s failed (request %s)",
                environ["REQUEST_METHOD"],
                path,
                record.request_id,
                extra={"request_id": record.request_id},
            )

    def _finish(self, environ, record, bytes_sent):
        seconds = perf_counter() - record.started_at
        if record.label is None:
            record.label = self._unknown_label(environ)
        status = int((record.status or ERROR_STATUS)[:3])
        method, label = environ["REQUEST_METHOD"], record.label
        observe_request(label.surface, method, label.route, status, seconds, record.cache_state)
        if self._request_log is not None:
            self._request_log.observe(record, method, status, seconds, bytes_sent)

    def _unknown_label(self, environ):
        path = environ["PATH_INFO"]
        return RequestLabel(surface_for_path(path), None, mask_unknown_path(path, self._literals()))


class _ObservedBody:
    """A body that counts the bytes that the server takes, and reports them when it is closed."""

    __slots__ = ("_body", "_bytes_sent", "_finish", "_log_failure", "_parts")

    def __init__(self, body, finish, log_failure):
        self._body = body
        self._parts = iter(body)
        self._bytes_sent = 0
        self._finish = finish
        self._log_failure = log_failure

    def __iter__(self):
        return self

    def __next__(self):
        try:
            part = next(self._parts)
        except StopIteration:
            raise
        except Exception:
            self._log_failure()
            raise
        self._bytes_sent += len(part)
        return part

    def close(self):
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            finish, self._finish = self._finish, None
            if finish is not None:
                finish(self._bytes_sent)
