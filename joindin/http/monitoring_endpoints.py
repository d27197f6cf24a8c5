"""Addresses for monitoring: ``/healthz``, ``/readyz`` and ``/metrics``.

They are WSGI middleware and not routes: they answer under any ``Host``, as probes send it, without session and database, and are
neither cached nor counted. Only the operator reads metrics and the reasons of a failed check: a caller on this machine, or one with
the metrics token.
"""

import hmac
import ipaddress
from collections.abc import Callable

from joindin.http.request_checks import PROXY_FIX_KEY

# A request with one of these came through a proxy, so that its peer is not its client.
FORWARDING_HEADERS = (
    "HTTP_FORWARDED",
    "HTTP_VIA",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)

TEXT = "text/plain; charset=utf-8"
OK, FORBIDDEN, NOT_ALLOWED, UNAVAILABLE = (
    "200 OK",
    "403 FORBIDDEN",
    "405 METHOD NOT ALLOWED",
    "503 SERVICE UNAVAILABLE",
)
RETRY_AFTER_S = "5"
METHODS = ("GET", "HEAD")

MSG_FORBIDDEN = "Metrics are for the operator of this server. Send the metrics token as Bearer token.\n"

# Status, content type and body of a response.
Reply = tuple[str, str, bytes]


class MonitoringEndpoints:
    """``list_problems`` returns what makes this server not ready; ``render_metrics`` the content type and text of the metrics."""

    def __init__(
        self,
        app: Callable,
        list_problems: Callable[[], list[str]],
        render_metrics: Callable[[], tuple[str, bytes]],
        token: str | None,
    ):
        self._app = app
        self._list_problems = list_problems
        self._render_metrics = render_metrics
        self._token = token
        self._endpoints = {"/healthz": self._health, "/readyz": self._readiness, "/metrics": self._metrics}

    def __call__(self, environ, start_response):
        endpoint = self._endpoints.get(environ["PATH_INFO"])
        if endpoint is None:
            return self._app(environ, start_response)
        is_allowed = environ["REQUEST_METHOD"] in METHODS
        status, content_type, body = endpoint(environ) if is_allowed else (NOT_ALLOWED, TEXT, b"")
        headers = [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if status == NOT_ALLOWED:
            headers.append(("Allow", ", ".join(METHODS)))
        if status == UNAVAILABLE:
            headers.append(("Retry-After", RETRY_AFTER_S))
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _health(self, _environ) -> Reply:
        return OK, TEXT, b"ok\n"

    def _readiness(self, environ) -> Reply:
        problems = self._list_problems()
        if not problems:
            return OK, TEXT, b"ready\n"
        reasons = problems if is_operator(environ, self._token) else []
        return UNAVAILABLE, TEXT, "".join(f"{line}\n" for line in ["not ready", *reasons]).encode()

    def _metrics(self, environ) -> Reply:
        if not is_operator(environ, self._token):
            return FORBIDDEN, TEXT, MSG_FORBIDDEN.encode()
        content_type, body = self._render_metrics()
        return OK, content_type, body


def is_operator(environ, token: str | None) -> bool:
    """Return whether the caller has the metrics token or is on this machine.

    A proxy on this machine has a loopback address too. A request with a forwarding header is therefore never local.
    """
    authorization = environ.get("HTTP_AUTHORIZATION")
    if authorization is not None:
        scheme, _, sent = authorization.partition(" ")
        return token is not None and scheme.lower() == "bearer" and _is_same(sent.strip(), token)
    original = environ.get(PROXY_FIX_KEY) or {}
    peer = original.get("REMOTE_ADDR") or environ.get("REMOTE_ADDR")
    return _is_loopback(peer) and not any(map(environ.__contains__, FORWARDING_HEADERS))


def _is_same(sent, expected):
    # WSGI decodes headers as Latin-1. The length of the comparison depends on what was sent, not on the token.
    return hmac.compare_digest(sent.encode("latin-1", "replace"), expected.encode())


def _is_loopback(address):
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    return (getattr(parsed, "ipv4_mapped", None) or parsed).is_loopback
