"""WSGI middleware that answers visitors from memory, before Flask is called.

Cached is only a response that declares itself public and revalidated (``Cache-Control: public, no-cache``). Nothing is
ever invalidated: each entry carries the data version (:mod:`joindin.performance.data_version`) from before it was
rendered and the time until which it holds, the end of the UTC day or an earlier one, and is sent only while both are
current. A read that starts after a write was acknowledged therefore contains that write, whichever process wrote.

Without a data version (the database does not answer) every request goes to the application.
"""

from threading import Event, Lock
from time import time

from werkzeug.datastructures import Headers

from joindin.performance.caching.cached_response import CachedResponse, forward_uncached, is_cacheable
from joindin.performance.caching.compression import choose_encoding
from joindin.performance.caching.lru import ByteLRU
from joindin.performance.caching.request_records import record_cache_hit, record_cache_miss
from joindin.performance.caching.visitor_preferences import has_other_cookies, read_preferences

# Requests with one of these are personal or partial.
BYPASS_HEADERS = (
    "HTTP_AUTHORIZATION",
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

# Key of the WSGI environment under which the application stores when its response changes without a write, in seconds
# since 1970, if that is before the end of the day.
EXPIRY_ENVIRON_KEY = "joindin.response_expires_at"

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
            version, now = self._read_version(), time()
            if version is None:
                return self._app(environ, start_response)
            entry = self._entries.get(key)
            if entry is UNCACHEABLE:
                # Identical requests run side by side; waiting for one of them would not save the others any work.
                return self._render(environ, start_response, key, version, now, None)
            if entry is not None and entry.version == version and now < entry.expires_at:
                record_cache_hit(environ, entry.label)
                return entry.send(environ, start_response)
            running = self._begin_rendering(key)
            if running is None:
                try:
                    return self._render(environ, start_response, key, version, now, entry)
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

    def _render(self, environ, start_response, key, version, now, outdated):
        unconditional = {name: value for name, value in environ.items() if name not in CONDITIONAL_HEADERS}
        unconditional["REQUEST_METHOD"] = "GET"
        started = []
        body = self._app(unconditional, lambda *arguments: started.extend(arguments))
        status, headers = started[0], Headers(started[1])
        if not is_cacheable(status, headers):
            self._entries.put(key, UNCACHEABLE, 0)
            return forward_uncached(environ, start_response, status, headers, body)
        response = CachedResponse(status, headers, _read_body(body), key[-1], outdated)
        next_day = (now // SECONDS_PER_DAY + 1) * SECONDS_PER_DAY
        response.version = version
        response.label = record_cache_miss(environ)
        response.expires_at = min(next_day, unconditional.get(EXPIRY_ENVIRON_KEY, next_day))
        if not self._entries.put(key, response, response.size):
            self._entries.put(key, UNCACHEABLE, 0)
        return response.send(environ, start_response)


def _is_cacheable_request(environ):
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not any(map(environ.__contains__, BYPASS_HEADERS))
        and not has_other_cookies(environ)
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
        *read_preferences(environ),
        choose_encoding(environ.get("HTTP_ACCEPT_ENCODING")),
    )


def _read_body(body):
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
