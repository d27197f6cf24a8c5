"""The label of the current request: surface, route, path without secrets, user and application."""

from flask import Flask, request

from joindin.http.request_identity import get_caller
from joindin.http.request_log.paths import list_literal_segments, mask_route_path, mask_unknown_path
from joindin.http.surface_routing import current_surface
from joindin.performance.caching.request_records import REQUEST_RECORD_KEY, RequestLabel, RequestRecord

NO_REQUEST_ID = "-"


def init_app(app: Flask) -> None:
    """Label each request when its response is ready. Paths are part of the label if the request log is on."""
    with_path = app.config["LOG_FORMAT"] != "off"

    def label_request(response):
        if (record := request.environ.get(REQUEST_RECORD_KEY)) is not None:
            _label(record, masked_path(app) if with_path else None)
        return response

    app.after_request(label_request)


def current_request_id() -> str:
    """Return the identifier of the current request; ``-`` where the application runs without its middleware."""
    record: RequestRecord | None = request.environ.get(REQUEST_RECORD_KEY)
    return NO_REQUEST_ID if record is None else record.request_id


def masked_path(app: Flask) -> str:
    """Return the path of the current request without secrets."""
    if request.url_rule is not None:
        return mask_route_path(request.url_rule.rule, request.view_args or {})
    return mask_unknown_path(request.environ["PATH_INFO"], literal_segments(app))


def literal_segments(app: Flask) -> frozenset[str]:
    """Return the segments of all routes that are no arguments. They are computed once, when all routes are registered."""
    if "literal_segments" not in app.extensions:
        app.extensions["literal_segments"] = list_literal_segments(app.url_map)
    return app.extensions["literal_segments"]


def _label(record, path):
    route = None if request.url_rule is None else request.url_rule.rule
    caller = get_caller()
    user_id = None if caller.user is None else caller.user.id
    client = None if caller.token is None else caller.token.client_key
    record.label = RequestLabel(current_surface(), route, path, user_id, client)
