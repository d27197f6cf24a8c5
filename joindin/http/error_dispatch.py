"""Error handling of all surfaces.

An error is rolled back first, and then represented by the surface of the requested path: unknown addresses and methods never reach
a blueprint. A database outage becomes ``ServiceUnavailable``. A write that fails because the caller's account was deleted
meanwhile becomes ``Unauthenticated``, and a full disk ``ServiceUnavailable`` too. Other unexpected errors are logged with their
traceback and the identifier of the request.

``errors.py`` of a surface defines :class:`ErrorDialect`.
"""

from collections.abc import Mapping
from typing import Protocol

from flask import Flask, Response, g, request
from flask.globals import request_ctx
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException
from werkzeug.exceptions import MethodNotAllowed as MethodNotAllowedError

from joindin.db.outages import CauseLog, is_disk_full, is_outage
from joindin.errors import (
    AddressTooLong,
    Conflict,
    DomainError,
    Forbidden,
    InsufficientScope,
    InvalidInput,
    MethodNotAllowed,
    NotConfigured,
    NotFound,
    Overloaded,
    PayloadTooLarge,
    RateLimited,
    ServiceUnavailable,
    Unauthenticated,
    Unprocessable,
    UnsupportedCoding,
)
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.http.request_log import refusals
from joindin.http.request_log.failures import log_failure
from joindin.http.surface_routing import error_surface
from joindin.models import AccessToken, BrowserSession
from joindin.utils.media.storage import StorageUnavailable

# Surfaces copy this table and change what their contract says otherwise.
STATUSES: Mapping[type[DomainError], int] = {
    DomainError: 400,
    InvalidInput: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    InsufficientScope: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    PayloadTooLarge: 413,
    AddressTooLong: 414,
    UnsupportedCoding: 415,
    Unprocessable: 422,
    RateLimited: 429,
    NotConfigured: 501,
    ServiceUnavailable: 503,
}


class ErrorDialect(Protocol):
    """Functions of a surface that represent errors. They need not roll back, log, or send ``Retry-After``."""

    def handle_domain_error(self, error: DomainError) -> Response: ...

    def handle_http_error(self, error: HTTPException) -> Response: ...

    def handle_unexpected_error(self, error: Exception) -> Response: ...


def status_of(error: DomainError, statuses: Mapping[type[DomainError], int]) -> int:
    """Return the status of the error's class, or of the nearest base class in the table."""
    return next(statuses[class_] for class_ in type(error).__mro__ if class_ in statuses)


def init_app(app: Flask, dialects: Mapping[str, ErrorDialect]) -> None:
    outages = app.extensions["outages"] = CauseLog("Requests are answered with 503")
    storage_outages = CauseLog("The storage of images is not available")
    refusals.init_app(app)

    def represent(handler, error):
        try:
            return getattr(dialects[error_surface()], handler)(error)
        except SQLAlchemyError as failure:
            # Error pages look up the browser's session.
            if is_outage(failure):
                return handle_unexpected_error(failure)
            raise

    def handle_domain_error(error):
        _roll_back()
        refusals.report_refusal(app, error)
        if isinstance(error, StorageUnavailable):
            storage_outages.report(error.__cause__ or error)
        elif isinstance(error, ServiceUnavailable) and not isinstance(error, Overloaded):
            outages.report(error.__cause__ or error)
        response = represent("handle_domain_error", error)
        if isinstance(error, StorageUnavailable):
            # Addresses of images are cached for long.
            response.headers["Cache-Control"] = "no-store"
        if (retry_after := getattr(error, "retry_after", None)) is not None:
            response.headers["Retry-After"] = str(retry_after)
        if isinstance(error, UnsupportedCoding):
            # RFC 9110, section 12.5.3.
            response.headers["Accept-Encoding"] = "identity"
        if isinstance(error, MethodNotAllowed):
            response.headers.setdefault("Allow", ", ".join(_methods_of_other_views()))
        return response

    def handle_http_error(error):
        _roll_back()
        refusals.report_refusal(app, error)
        response = represent("handle_http_error", error)
        if response.status_code == 405 and isinstance(error, MethodNotAllowedError) and error.valid_methods:
            response.headers.setdefault("Allow", ", ".join(sorted(error.valid_methods)))
        return response

    def handle_unexpected_error(error):
        _roll_back()
        if is_outage(error) or is_disk_full(error):
            unavailable = ServiceUnavailable()
            unavailable.__cause__ = error
            return handle_domain_error(unavailable)
        if isinstance(error, IntegrityError | ObjectDeletedError) and _is_credential_deleted():
            return handle_domain_error(Unauthenticated("You must be logged in"))
        log_failure(app, error)
        return represent("handle_unexpected_error", error)

    def summarise_outages(response):
        if outages.is_open:
            outages.summarise()
        return response

    app.after_request(summarise_outages)
    app.register_error_handler(DomainError, handle_domain_error)
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(Exception, handle_unexpected_error)


def _methods_of_other_views():
    """Return the methods of the requested address that another view answers than the one that refuses them.

    HEAD and OPTIONS are answered at every address.
    """
    adapter, refusing_view = request_ctx.url_adapter, request.endpoint
    methods = {method for method in adapter.allowed_methods() if adapter.match(method=method)[0] != refusing_view}
    return sorted(methods | {"OPTIONS"})


def _roll_back():
    try:
        db.session.rollback()
    except SQLAlchemyError:
        # The connection is lost. A session without it serves the error page.
        db.session.remove()


def _is_credential_deleted():
    """Return whether the account was deleted after this request had read its token or session."""
    token, session = get_caller().token, g.get("browser_session")
    if token is not None:
        return db.session.get(AccessToken, token.id) is None
    return session is not None and db.session.get(BrowserSession, inspect(session).identity) is None
