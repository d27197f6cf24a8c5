"""WSGI middleware that answers visitors from memory, before Flask is called.

Cached is only a response that declares itself public and revalidated (``Cache-Control: public, no-cache``). Nothing is
ever invalidated: each entry carries the data version (:mod:`joindin.performance.data_version`) and the UTC day from
before it was rendered, and is sent only while both are current. A read that starts after a write was acknowledged
therefore contains that write, whichever process wrote.

Without a data version (the database does not answer) every request goes to the application.
"""

from threading import Event, Lock
from time import time

from werkzeug.datastructures import Headers

from joindin.performance.caching.cached_response import CachedResponse, forward_uncached, is_cacheable
from joindin.performance.caching.compression import choose_encoding
from joindin.performance.caching.lru import ByteLRU

# Requests with one of these are personal or partial.
BYPASS_HEADERS = (
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_SIGNATURE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)
# Evaluated here; the application always renders the whole response.
CONDITIONAL_HEADERS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
# Files are immutable and cached by the client.
BYPASS_PREFIXES = ("/inc/", "/static/")
SECONDS_PER_DAY = 86_400

# Entry of a key whose last response was not cacheable.
UNCACHEABLE = object()


class ResponseCache:
    """``read_version`` returns the data version, or None if it is unknown."""

    def __init__(self, app, read_version, entries: ByteLRU):
        self._app = app
        self._read_version = read_version
        self._entries = entries
        self._renderings: dict[tuple, Event] = {}
        self._lock = Lock()

    def __call__(self, environ, start_response):
        if not _is_cacheable_request(environ):
            return self._app(environ, start_response)
        key = _key(environ)
        while True:
            # Read before the data: the response may be newer than this version, never older.
            version, day = self._read_version(), time() // SECONDS_PER_DAY
            if version is None:
                return self._app(environ, start_response)
            entry = self._entries.get(key)
            if entry is UNCACHEABLE:
                # Identical requests run side by side; waiting for one of them would not save the others any work.
                return self._render(environ, start_response, key, version, day, None)
            if entry is not None and entry.version == version and entry.day == day:
                return entry.send(environ, start_response)
            running = self._begin_rendering(key)
            if running is None:
                try:
                    return self._render(environ, start_response, key, version, day, entry)
                finally:
                    self._end_rendering(key)
            # One request renders after a write; the others wait for it and look again.
            running.wait()

    def _begin_rendering(self, key):
        """Return None if this thread may render the key, else the event that ends the rendering in progress."""
        with self._lock:
            running = self._renderings.get(key)
            if running is None:
                self._renderings[key] = Event()
            return running

    def _end_rendering(self, key):
        with self._lock:
            finished = self._renderings.pop(key)
        finished.set()

    def _render(self, environ, start_response, key, version, day, outdated):
        unconditional = {name: value for name, value in environ.items() if name not in CONDITIONAL_HEADERS}
        started = []
        body = self._app(unconditional | {"REQUEST_METHOD": "GET"}, lambda *arguments: started.extend(arguments))
        status, headers = started[0], Headers(started[1])
        if not is_cacheable(status, headers):
            self._entries.put(key, UNCACHEABLE, 0)
            return forward_uncached(environ, start_response, status, headers, body)
        response = CachedResponse(status, headers, _read_body(body), key[-1], outdated)
        response.version, response.day = version, day
        if not self._entries.put(key, response, response.size):
            self._entries.put(key, UNCACHEABLE, 0)
        return response.send(environ, start_response)


def _is_cacheable_request(environ):
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not any(map(environ.__contains__, BYPASS_HEADERS))
        and not environ["PATH_INFO"].startswith(BYPASS_PREFIXES)
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
    )


def _key(environ):
    """Return every input of a response to a visitor except data version and day."""
    return (
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        environ.get("HTTP_HOST"),
        environ["wsgi.url_scheme"],
        environ.get("SCRIPT_NAME"),
        environ.get("HTTP_ACCEPT"),
        choose_encoding(environ.get("HTTP_ACCEPT_ENCODING")),
    )


def _read_body(body):
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
