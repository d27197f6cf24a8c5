"""Reports of unexpected errors to Sentry, or to a server with its API.

A report has the class of each error, the stack with lines of source code, the message of the log, and the identifier of the
request. Messages of errors are left out, because drivers repeat values of rows in them; so are local variables. Nothing of the
request is read except the method and the path without secrets, which are in the message of the log. Outages of services are not reported.

A thread of each process sends the reports. At most ``MAX_WAITING_REPORTS`` wait; newer ones are dropped. The end of a process waits for
the remaining reports at most ``END_TIMEOUT_S``.
"""

import logging
import os
from multiprocessing.util import Finalize

from joindin.db.outages import is_disk_full, is_outage
from joindin.errors import ServiceUnavailable
from joindin.jobs.outages import QUEUE_LOGGER, is_queue_outage

LOGGERS = ("joindin", QUEUE_LOGGER)
MAX_WAITING_REPORTS = 100
END_TIMEOUT_S = 2


class ErrorReporter(logging.Handler):
    """Log handler that sends each logged exception. ``release`` and ``environment`` are fields of each report."""

    def __init__(self, dsn: str, release: str, environment: str):
        # Loaded only where it is needed: the library is optional, and takes a third of a second.
        import sentry_sdk

        super().__init__()
        # A client of its own: the global one collects breadcrumbs and users.
        self._client = sentry_sdk.Client(
            dsn,
            release=release,
            environment=environment,
            default_integrations=False,
            auto_enabling_integrations=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            send_client_reports=False,
            transport_queue_size=MAX_WAITING_REPORTS,
            shutdown_timeout=END_TIMEOUT_S,
        )
        self._process_id: int | None = None

    def install(self) -> None:
        """Receive the records of this application and of the job queue."""
        for name in LOGGERS:
            logging.getLogger(name).addHandler(self)

    def close(self) -> None:
        """Send what is left, and receive no more records."""
        for name in LOGGERS:
            logging.getLogger(name).removeHandler(self)
        self._client.close(END_TIMEOUT_S)
        super().close()

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.getLogger().handlers and logging.lastResort is not None and record.levelno >= logging.WARNING:
            # Python writes a record to standard error by itself only if no logger has a handler.
            logging.lastResort.handle(record)
        error = record.exc_info[1] if record.exc_info else None
        if record.levelno < logging.ERROR or error is None or is_known_outage(record.name, error):
            return
        try:
            self._send(record)
        except Exception:
            self.handleError(record)

    def _send(self, record):
        from sentry_sdk.utils import event_from_exception

        if self._process_id != os.getpid():
            self._process_id = os.getpid()
            # Unlike functions of ``atexit``, finalizers also run at the end of forked workers.
            Finalize(None, self._client.close, (END_TIMEOUT_S,), exitpriority=0)
        event, hint = event_from_exception(record.exc_info, client_options=self._client.options)
        for value in event["exception"]["values"]:
            value.pop("value", None)
        event["level"] = "error"
        event["logger"] = record.name
        # Arguments of foreign messages are not known to be without secrets.
        event["logentry"] = {"formatted": record.getMessage() if record.name.startswith("joindin") else str(record.msg)}
        if request_id := getattr(record, "request_id", None):
            event["tags"] = {"request_id": request_id}
        self._client.capture_event(event, hint)


def is_known_outage(logger_name: str, error: BaseException) -> bool:
    """Return whether the error means that a service or a disk was not available."""
    if isinstance(error, ServiceUnavailable) or is_outage(error) or is_disk_full(error):
        return True
    return logger_name.startswith(QUEUE_LOGGER) and is_queue_outage(error)
