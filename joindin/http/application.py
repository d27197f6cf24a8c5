"""The Flask subclass of this application, and what servers add to it."""

from flask import Flask

from joindin.db.statement_limits import StatementLimits
from joindin.extensions import db
from joindin.http.form_bodies import LimitedRequest
from joindin.http.request_log.failures import log_failure
from joindin.http.surface_routing import HOME_PATH, wants_home_page
from joindin.http.trailing_slash import without_format_suffix


class Application(Flask):
    request_class = LimitedRequest

    def ensure_sync(self, func):
        """Return ``func`` unchanged. No view is a coroutine, and Flask would check each function in each request."""
        return func

    def log_exception(self, exc_info):
        """Log an error of an error handler. Flask's line would contain the path with its secrets."""
        log_failure(self, exc_info[1])

    def create_url_adapter(self, request):
        """Route an address with the suffix of a format like the one without it, and ``/`` by what the client accepts."""
        adapter = super().create_url_adapter(request)
        if adapter is not None and adapter.path_info == "/" and request is not None:
            if wants_home_page(request):
                adapter.path_info = HOME_PATH
            return adapter
        if adapter is not None and "." in adapter.path_info and (path := without_format_suffix(adapter.path_info)):
            adapter.path_info = path
        return adapter


def limit_statements(app: Flask) -> None:
    """Limit the time of the statements of requests. Servers call it before they open connections; commands have no limit."""
    with app.app_context():
        engines = [db.engine, *(app.extensions["replicas"].engines if "replicas" in app.extensions else ())]
    app.wsgi_app = StatementLimits(app.wsgi_app, engines, app.config["STATEMENT_TIMEOUT"])
