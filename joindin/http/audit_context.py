"""How callers came, as the audit log wants it."""

from flask import Flask, g, request

from joindin.http.surface_routing import surface_for_path
from joindin.operations.audit import AuditContext


def init_app(app: Flask) -> None:
    app.extensions["audit_context"] = current_audit_context


def current_audit_context() -> AuditContext:
    """Surface, application and address. The address is the peer's, or what a trusted proxy says it is.

    What a client claims about the person behind it is no evidence.
    """
    token = getattr(g.get("caller"), "token", None)
    client = (token.client_name or token.client_key) if token else None
    return AuditContext(surface_for_path(request.path), client, request.remote_addr)
