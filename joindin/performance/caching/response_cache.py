"""The answer cache: what anybody may see is answered from memory, before Flask is asked.

It stands in front of the application and knows HTTP, not the house: an answer is kept if it says of
itself that everybody may have it and must ask again (``Cache-Control: public, no-cache``). Nothing
is ever invalidated. Each request asks for the version of the data (:mod:`joindin.performance.data_version`) and
gets what was rendered under that same version on the same day, or it goes on to the application. So
a read that starts after a write was acknowledged shows it, whoever wrote.
"""

from threading import Lock
from time import time

from werkzeug.datastructures import Headers

from joindin.performance.caching.cached_response import CachedResponse, forward_uncached, is_cacheable
from joindin.performance.caching.compression import choose_encoding
from joindin.performance.caching.lru import ByteLRU

# Who comes with one of these is somebody, or wants only a part.
PERSONAL = (
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_SIGNATURE",
    "HTTP_RANGE",
    "HTTP_IF_MATCH",
    "HTTP_IF_UNMODIFIED_SINCE",
)
# Answered here, and not by the application, which always gives the whole.
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
# Files have a cache of their own: the reader's, for ever.
FILES = ("/inc/", "/static/")
A_DAY = 86_400
# So many different answers can be rendered at the same time: more than there are threads.
SIDE_BY_SIDE = 64


class ResponseCache:
    """WSGI middleware; ``version`` is a function that tells the data's version, or None if it cannot be told."""

    def __init__(self, app, version, memory: ByteLRU):
        self._app = app
        self._version = version
        self._memory = memory
        self._renderings = [Lock() for _ in range(SIDE_BY_SIDE)]

    def __call__(self, environ, start_response):
        if not _is_for_anybody(environ):
            return self._app(environ, start_response)
        key = _key(environ)
        rendering = self._renderings[hash(key) % SIDE_BY_SIDE]
        while True:
            # Both before anything is read: the answer may be newer than this, never older.
            version, day = self._version(), time() // A_DAY
            if version is None:
                return self._app(environ, start_response)
            answer = self._memory.get(key)
            if answer is not None and answer.version == version and answer.day == day:
                return answer.send(environ, start_response)
            if rendering.acquire(blocking=False):
                try:
                    return self._render(environ, start_response, key, version, day, answer)
                finally:
                    rendering.release()
            # After a write many want the same anew. One renders it, the others look again when it is there.
            with rendering:
                pass

    def _render(self, environ, start_response, key, version, day, outdated):
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
        said = []
        body = self._app(asked | {"REQUEST_METHOD": "GET"}, lambda *words: said.extend(words))
        status, headers = said[0], Headers(said[1])
        if not is_cacheable(status, headers):
            return forward_uncached(environ, start_response, status, headers, body)
        answer = CachedResponse(status, headers, _whole(body), key[-1], outdated)
        answer.version, answer.day = version, day
        self._memory.put(key, answer)
        return answer.send(environ, start_response)


def _is_for_anybody(environ):
    return (
        environ["REQUEST_METHOD"] in ("GET", "HEAD")
        and not any(map(environ.__contains__, PERSONAL))
        and not environ["PATH_INFO"].startswith(FILES)
        and environ.get("CONTENT_LENGTH", "") in ("", "0")
    )


def _key(environ):
    """All that an answer to somebody unknown depends on, beside the data and the day."""
    return (
        environ["PATH_INFO"],
        environ["QUERY_STRING"],
        environ.get("HTTP_HOST"),
        environ["wsgi.url_scheme"],
        environ.get("SCRIPT_NAME"),
        environ.get("HTTP_ACCEPT"),
        choose_encoding(environ.get("HTTP_ACCEPT_ENCODING")),
    )


def _whole(body):
    try:
        return b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
