"""Checks of the request line, of ``Host`` and of ``Content-Encoding``, before any cache and any route.

Every link of a response starts with the scheme and the host of its request, and every cache key contains path and query string.
A request with an invalid or foreign host, a long path or a long query string is therefore refused before it reaches a cache. No
body is decompressed, and encoded ones are refused instead of read as text. The surface of the path represents the error.
"""

from collections.abc import Collection

from flask import Flask, request
from flask.globals import request_ctx
from werkzeug.exceptions import MethodNotAllowed

from joindin.errors import AddressTooLong, DomainError, InvalidInput, UnsupportedCoding
from joindin.utils.hosts import ANY_HOST, host_name

MAX_PATH_BYTES = 2048
MAX_QUERY_BYTES = 8192
SCHEMES = ("http", "https")

MSG_NO_HOST = "The request has no Host header. Send the name of this server in it"
MSG_INVALID_HOST = "The Host header is not a valid host name. Send the name of this server in it, once"
MSG_FOREIGN_HOST = "This server is not known under the name in the Host header. Use its public address"
MSG_INVALID_SCHEME = "The scheme of the address must be http or https"
MSG_PATH_TOO_LONG = f"The path of the address is longer than {MAX_PATH_BYTES} bytes"
MSG_QUERY_TOO_LONG = f"The query string of the address is longer than {MAX_QUERY_BYTES} bytes"
MSG_UNSUPPORTED_CODING = "The request body is encoded (Content-Encoding). Send it as it is"

# Key of the WSGI environment for what a proxy's headers have replaced.
PROXY_FIX_KEY = "werkzeug.proxy_fix.orig"

# Accepted headers that are not checked again, of up to 255 characters each.
MAX_ACCEPTED = 100

# Key of the WSGI environment for the error that a refused request is answered with.
REFUSAL_KEY = "joindin.refusal"

# The start of a path that is too long, for the choice of the surface.
KEPT_PATH_BYTES = 100


class RequestChecks:
    """WSGI middleware. Accepted requests go to ``app``, refused ones to ``refusing_app``, which answers from ``REFUSAL_KEY``.

    It is placed inside of ``ProxyFix``, because the host of a proxied request is the forwarded one.
    """

    def __init__(self, app, refusing_app, hosts: Collection[str], public_host: str):
        self._app = app
        self._refusing_app = refusing_app
        self._hosts = None if ANY_HOST in hosts else frozenset(hosts)
        self._public_host = public_host
        # ``Host`` headers that were accepted before.
        self._accepted: set[str] = set()

    def __call__(self, environ, start_response):
        error = self._find_host_error(environ) or _find_address_error(environ) or _find_coding_error(environ)
        if error is None:
            return self._app(environ, start_response)
        path = environ["PATH_INFO"]
        if len(path) > KEPT_PATH_BYTES:
            path = path[:KEPT_PATH_BYTES] + ("/" if path.endswith("/") else "")
        scheme = environ["wsgi.url_scheme"] if environ["wsgi.url_scheme"] in SCHEMES else "http"
        harmless = {"PATH_INFO": path, "QUERY_STRING": "", "HTTP_HOST": self._public_host, "wsgi.url_scheme": scheme}
        return self._refusing_app({**environ, **harmless, REFUSAL_KEY: error}, start_response)

    def _find_host_error(self, environ) -> DomainError | None:
        host = environ.get("HTTP_HOST")
        if host in self._accepted and PROXY_FIX_KEY not in environ:
            return None
        if not host and environ["SERVER_PROTOCOL"] in ("HTTP/1.0", "HTTP/1"):
            # Only HTTP/1.0 allows a request without it.
            host = environ["HTTP_HOST"] = _server_host(environ)
        if not host:
            return InvalidInput(MSG_NO_HOST)
        name = host_name(host)
        if name is None or not _is_sent_host_valid(environ):
            return InvalidInput(MSG_INVALID_HOST)
        if self._hosts is not None and name not in self._hosts:
            return InvalidInput(MSG_FOREIGN_HOST)
        if len(self._accepted) < MAX_ACCEPTED:
            self._accepted.add(host)
        return None


def _find_address_error(environ) -> DomainError | None:
    if environ["wsgi.url_scheme"] not in SCHEMES:
        return InvalidInput(MSG_INVALID_SCHEME)
    if len(environ["PATH_INFO"]) > MAX_PATH_BYTES:
        return AddressTooLong(MSG_PATH_TOO_LONG)
    if len(environ["QUERY_STRING"]) > MAX_QUERY_BYTES:
        return AddressTooLong(MSG_QUERY_TOO_LONG)
    return None


def _find_coding_error(environ) -> DomainError | None:
    coding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    return None if coding in ("", "identity") else UnsupportedCoding(MSG_UNSUPPORTED_CODING)


def init_app(app: Flask) -> None:
    """Answer refused requests. Registered before all other functions that run before a request."""
    app.before_request(_raise_refusal)
    app.before_request(_require_exact_method)


def _raise_refusal():
    if (error := request.environ.get(REFUSAL_KEY)) is not None:
        raise error


def _require_exact_method():
    """Refuse a method in lower case, which Werkzeug takes for the one in capitals (RFC 9110, section 9.1)."""
    if request.environ["REQUEST_METHOD"] != request.method and request.routing_exception is None:
        raise MethodNotAllowed(request_ctx.url_adapter.allowed_methods())


def _is_sent_host_valid(environ):
    """Return whether the ``Host`` header is valid that a proxy replaced by the forwarded one."""
    original = environ.get(PROXY_FIX_KEY)
    sent = original and original.get("HTTP_HOST")
    return not sent or host_name(sent) is not None


def _server_host(environ):
    name = environ["SERVER_NAME"]
    return f"{f'[{name}]' if ':' in name else name}:{environ['SERVER_PORT']}"
