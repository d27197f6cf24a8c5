"""How callers came, as the audit log wants it."""

from flask import Flask, g, request

from joindin.http.surface_routing import surface_of
from joindin.operations.audit import Through


def mount(app: Flask) -> None:
    app.extensions["through"] = describe


def describe() -> Through:
    """Surface, application and address. The address is the peer's, or what a trusted proxy says it is.

    What a client claims about the person behind it is no evidence.
    """
    token = getattr(g.get("caller"), "token", None)
    client = (token.client_name or token.client_key) if token else None
    return Through(surface_of(request.path), client, request.remote_addr)
