"""joindin: a conference-community server that implements the Joind.in v2.1 API and others.

A request passes through the layers in this order::

    request → authenticate → find → authorise → validate → operate → commit → represent → response
              http/          queries/ permissions resources/ operations/ resources/ representations/

``docs/architecture.md`` describes the layers. This module imports nothing but the standard library until ``create_app`` is
called, so that ``joindin --version`` does not load Flask.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


def create_app(settings: Mapping[str, Any] | None = None) -> "Flask":
    """Create the WSGI application. ``settings`` by name (see ``config.py``) override the environment.

    :raises joindin.config.SettingError: if a setting is invalid.
    """
    from werkzeug.middleware.proxy_fix import ProxyFix

    from joindin import jobs, resources
    from joindin.cli.console import LazyCommands
    from joindin.config import load_settings
    from joindin.db.engines import engine_options
    from joindin.extensions import api, db, init_connections, migrate
    from joindin.http import request_log
    from joindin.http.application import Application
    from joindin.http.monitoring_endpoints import MonitoringEndpoints
    from joindin.http.request_checks import RequestChecks
    from joindin.http.token_last_used import WRITE_DELAY_S, TokenUsageRecorder
    from joindin.monitoring.application import Monitoring
    from joindin.monitoring.error_reports import ErrorReporter
    from joindin.performance.caching.lru import ByteLRU
    from joindin.performance.caching.personal_responses import PersonalResponses
    from joindin.performance.caching.response_cache import ResponseCache
    from joindin.performance.data_version import data_version
    from joindin.performance.replicas import ReplicaRoutingMiddleware, Replicas
    from joindin.utils.hosts import host_of_url
    from joindin.utils.media.open_storage import open_storage

    settings = load_settings(settings)
    app = Application(__name__, instance_path=settings["INSTANCE"])
    # For Flask's own script: ``flask --app joindin setup``.
    app.cli = LazyCommands(app.name)
    app.config |= settings
    if dsn := app.config["SENTRY_DSN"]:
        reporter = app.extensions["error_reporter"] = ErrorReporter(dsn, f"joindin@{__version__}", app.config["MODE"])
        reporter.install()
    app.extensions["media_storage"] = open_storage(app.config["MEDIA_URL"], app.config["MEDIA_TIMEOUT"])
    app.extensions["query_cache"] = ByteLRU(app.config["QUERY_CACHE_BYTES"])
    app.extensions["fragment_cache"] = ByteLRU(app.config["FRAGMENT_CACHE_BYTES"])
    app.config |= {
        "API_TITLE": "joindin",
        "API_VERSION": "v2.1",
        "OPENAPI_VERSION": "3.1.0",
        "SQLALCHEMY_DATABASE_URI": app.config["DATABASE_URL"],
        "SQLALCHEMY_ENGINE_OPTIONS": {
            **engine_options(app.config["DATABASE_URL"]),
            "execution_options": {"query_cache": app.extensions["query_cache"]},
        },
        "PROVIDE_AUTOMATIC_OPTIONS": False,
        "SESSION_COOKIE_NAME": "joindin_memo",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    db.init_app(app)
    init_connections(app)
    with app.app_context():
        # Tests read the recorded use at once.
        app.extensions["token_usage_recorder"] = TokenUsageRecorder(
            db.engine, delay=0 if app.config.get("TESTING") else WRITE_DELAY_S
        )
    migrate.init_app(app, db, directory=str(migrations_folder()))
    jobs.init_app(app)
    resources.init_app(app, api)
    uncached_app = app.wsgi_app
    if urls := app.config["REPLICA_URLS"]:
        with app.app_context():
            app.extensions["replicas"] = Replicas(db.engine, urls, plain_sql=app.config["PLAIN_SQL"])
        app.wsgi_app = ReplicaRoutingMiddleware(app.wsgi_app, app.extensions["replicas"])
    if max_bytes := app.config["ANSWER_CACHE_BYTES"]:
        app.extensions["response_cache"] = ByteLRU(max_bytes)
        with app.app_context():
            entries, read_version = app.extensions["response_cache"], data_version(db.engine)
        app.wsgi_app = PersonalResponses(app.wsgi_app, read_version, entries)
        app.wsgi_app = ResponseCache(app.wsgi_app, read_version, entries)
    app.wsgi_app = RequestChecks(
        app.wsgi_app, uncached_app, app.config["ALLOWED_HOSTS"], host_of_url(app.config["PUBLIC_URL"])
    )
    monitoring = app.extensions["monitoring"] = Monitoring(app, migrations_folder(), __version__)
    # Outermost, because the checks and the cache need the public scheme and host of a response.
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)
    request_log.observe_requests(app)
    # Outside of the observer: probes are neither logged nor counted.
    app.wsgi_app = MonitoringEndpoints(
        app.wsgi_app, monitoring.readiness.problems, monitoring.render_metrics, app.config["METRICS_TOKEN"]
    )
    return app


def migrations_folder() -> Path:
    """Return the folder of the migrations: beside the package in a checkout, inside it once installed."""
    beside = Path(__file__).parent.parent / "migrations"
    return beside if (beside / "env.py").exists() else Path(__file__).parent / "migrations"
