"""WSGI middleware that answers repeated reads by token from memory, before Flask is called.

Apps of the crew poll the same lists. The application offers such a response with :func:`offer`, and says until when it
holds without a write. As in :mod:`joindin.performance.caching.response_cache`, nothing is ever invalidated: an entry
carries the data version from before it was rendered, and is sent only while that version is current. Revoked tokens,
withdrawn rights and changed rows therefore show at once. The key contains a digest of the credential: a response is sent
to its own token only.

The first response to a key leaves a mark only, so that single reads cost neither a version nor memory.
"""

import datetime as dt
from collections.abc import Callable
from hashlib import sha256
from time import time
from typing import NamedTuple

from joindin.performance.caching.lru import ByteLRU
from joindin.performance.caching.request_records import RequestLabel, record_cache_hit, record_cache_miss

OFFER_ENVIRON_KEY = "joindin.personal_response"
# Requests with one of these are partial, conditional, or those of a browser with a session.
BYPASS_HEADERS = (
    "HTTP_COOKIE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_NONE_MATCH",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_UNMODIFIED_SINCE",
)
OK = "200 OK"
# Objects of an entry besides the texts in it.
OVERHEAD_BYTES = 1000
# Entry of a key whose response was offered once.
OFFERED = object()


class Offer(NamedTuple):
    """``expires_at`` None means without end. ``on_use(now)`` is called each time the response is sent."""

    expires_at: dt.datetime | None
    on_use: Callable[[dt.datetime], None]


class PersonalResponse(NamedTuple):
    version: object
    expires_at: float
    on_use: Callable[[dt.datetime], None]
    headers: list[tuple[str, str]]
    body: bytes
    label: RequestLabel | None


def offer(environ: dict, expires_at: dt.datetime | None, on_use: Callable[[dt.datetime], None]) -> None:
    """Allow that the response to this request is sent again to the same token, while nothing has changed in the database."""
    environ[OFFER_ENVIRON_KEY] = Offer(expires_at, on_use)


class PersonalResponses:
    """``read_version`` returns the data version, or None if it is unknown."""

    def __init__(self, app, read_version, entries: ByteLRU):
        self._app = app
        self._read_version = read_version
        self._entries = entries

    def __call__(self, environ, start_response):
        if not _is_cacheable_request(environ):
            return self._app(environ, start_response)
        key = _key(environ)
        entry = self._entries.get(key)
        if entry is None:
            body = self._app(environ, start_response)
            if OFFER_ENVIRON_KEY in environ:
                self._entries.put(key, OFFERED, 0)
            return body
        # Read before the data: the response may be newer than this version, never older.
        version, now = self._read_version(), time()
        if version is None:
            return self._app(environ, start_response)
        if entry is not OFFERED and entry.version == version and now < entry.expires_at:
            record_cache_hit(environ, entry.label)
            entry.on_use(dt.datetime.fromtimestamp(now, dt.UTC))
            start_response(OK, entry.headers.copy())
            return [entry.body]
        return self._render(environ, start_response, key, version)

    def _render(self, environ, start_response, key, version):
        started = []
        body = self._app(environ, lambda *arguments: started.extend(arguments))
        status, headers = started[0], started[1]
        start_response(status, headers)
        made: Offer | None = environ.get(OFFER_ENVIRON_KEY)
        if made is None or status != OK or any(name.lower() == "set-cookie" for name, _ in headers):
            return body
        try:
            content = b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        label = record_cache_miss(environ)
        expires_at = made.expires_at.timestamp() if made.expires_at else float("inf")
        response = PersonalResponse(version, expires_at, made.on_use, list(headers), content, label)
        size = OVERHEAD_BYTES + len(content) + sum(len(name) + len(value) for name, value in headers)
        self._entries.put(key, response, size)
        return [content]


def _is_cacheable_request(environ):
    return (
        "HTTP_AUTHORIZATION" in environ
        and environ["REQUEST_METHOD"] == "GET"
        and not any(map(environ.__contains__, BYPASS_HEADERS))
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
    )


def _key(environ):
    """Return every input of a response to a token except data version and time."""
    return (
        sha256(environ["HTTP_AUTHORIZATION"].encode("latin-1", "replace")).digest(),
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        environ.get("HTTP_HOST"),
        environ["wsgi.url_scheme"],
        environ.get("SCRIPT_NAME"),
        environ.get("HTTP_ACCEPT"),
        environ.get("HTTP_ACCEPT_LANGUAGE"),
    )
