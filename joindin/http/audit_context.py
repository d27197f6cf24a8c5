"""Origin of the current request for the audit log."""

from flask import Flask, request

from joindin.http.request_identity import get_caller
from joindin.http.surface_routing import current_surface
from joindin.operations.audit import AuditContext


def init_app(app: Flask) -> None:
    app.extensions["audit_context"] = current_audit_context


def current_audit_context() -> AuditContext:
    """Return surface, application and IP address of the request.

    The address is the peer's, or the one that a trusted proxy reports. ``Forwarded`` headers of clients are no evidence.
    """
    return AuditContext(current_surface(), get_caller().client_name, request.remote_addr)
