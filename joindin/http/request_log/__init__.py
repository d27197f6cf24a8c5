"""The record of each request: its identifier, its label, and a line in the request log.

The middleware is part of the WSGI application, so that every WSGI server runs it. ``line_writer.py``
writes the lines.
"""

from flask import Flask

from joindin.http.request_log import labels
from joindin.http.request_log.lines import RequestLog
from joindin.http.request_log.middleware import RequestObserver


def init_app(app: Flask) -> None:
    """Label requests. Registered first, because Flask calls the functions after a request in reverse order."""
    labels.init_app(app)


def observe_requests(app: Flask) -> None:
    """Wrap the WSGI application, with all its middleware, in the one that observes requests."""
    if app.config["LOG_FORMAT"] != "off":
        app.extensions["request_log"] = RequestLog(app.config["LOG_FORMAT"])
    app.wsgi_app = RequestObserver(
        app.wsgi_app,
        app.extensions.get("request_log"),
        lambda: labels.literal_segments(app),
        accepts_ids=app.config["TRUSTED_PROXIES"] > 0,
        propagates=bool(app.config.get("TESTING")),
    )
