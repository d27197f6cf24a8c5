"""Log lines of unexpected errors, with the identifier that the user sees.

The traceback has no values of local variables. The path is without secrets, and messages of the database have no parameters.
"""

import logging

from flask import Flask, request

from joindin.http.request_log.labels import current_request_id, masked_path
from joindin.performance.caching.request_records import REQUEST_RECORD_KEY

log = logging.getLogger(__name__)


def log_failure(app: Flask, error: BaseException) -> None:
    """Log an error that ends the current request."""
    request_id = current_request_id()
    log.error(
        "%s %s failed (request %s)",
        request.environ["REQUEST_METHOD"],
        masked_path(app),
        request_id,
        exc_info=error,
        extra={"request_id": request_id},
    )
    if (record := request.environ.get(REQUEST_RECORD_KEY)) is not None:
        record.error_logged = True
