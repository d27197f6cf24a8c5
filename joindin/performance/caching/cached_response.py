"""One response as it is sent, and its short form for clients that have it already."""

from werkzeug.datastructures import Headers
from werkzeug.http import is_resource_modified, remove_entity_headers

from joindin.performance.caching.compression import compress, is_compressible

OK = "200 OK"
CACHEABLE_STATUSES = (OK, "404 NOT FOUND")
NOT_MODIFIED = "304 NOT MODIFIED"

# In the Cache-Control of feeds (``http/conditional.py``).
STALE_WHILE_REVALIDATE = "stale-while-revalidate=600"

# Objects of a cached response besides the texts in it: lists, pairs, attributes.
OVERHEAD_BYTES = 1000

# Headers that are part of the cache key, or whose requests bypass the cache.
SUPPORTED_VARY = {"accept", "accept-encoding", "accept-language", "authorization", "cookie", "host"}


class CachedResponse:
    """A response for the clients that accept ``encoding``, compressed if it is worth it.

    Each encoding has an entity tag of its own. ``outdated`` is the previous response to the same key: if the tag is
    unchanged, its compressed body is used again.
    """

    __slots__ = (
        "_body",
        "_etag",
        "_headers",
        "_last_modified",
        "_not_modified_headers",
        "_status",
        "expires_at",
        "label",
        "version",
    )

    def __init__(
        self, status: str, headers: Headers, body: bytes, encoding: str | None, outdated: "CachedResponse | None"
    ):
        self._status = status
        self._body = body
        self._etag, self._last_modified = headers.get("ETag"), headers.get("Last-Modified")
        if is_compressible(body, headers.get("Content-Type", "")):
            if "accept-encoding" not in _tokens(headers, "Vary"):
                headers["Vary"] = ", ".join([*headers.getlist("Vary"), "Accept-Encoding"])
            if encoding is not None:
                self._compress(headers, encoding, outdated)
        self._headers = list(headers)
        remove_entity_headers(headers)
        self._not_modified_headers = list(headers)

    def _compress(self, headers, encoding, outdated):
        if self._etag is not None:
            self._etag = headers["ETag"] = f'{self._etag[:-1]}-{encoding}"'
        is_same = outdated is not None and self._etag is not None and outdated._etag == self._etag
        self._body = outdated._body if is_same else compress(self._body, encoding)
        headers["Content-Encoding"] = encoding
        headers["Content-Length"] = str(len(self._body))

    @property
    def size(self) -> int:
        """Bytes of body, headers and the objects that hold them."""
        return OVERHEAD_BYTES + len(self._body) + sum(len(name) + len(value) for name, value in self._headers)

    def send(self, environ, start_response) -> list[bytes]:
        if self._status == OK and is_not_modified(environ, self._etag, self._last_modified):
            start_response(NOT_MODIFIED, self._not_modified_headers.copy())
            return []
        start_response(self._status, self._headers.copy())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self._body]


def is_cacheable(status: str, headers: Headers) -> bool:
    """Return whether the response declares itself public and revalidated, and depends on nothing outside the key.

    A feed, which clients may keep for a minute, is revalidated here nevertheless. A stream of unknown length is not cached.
    """
    control = _tokens(headers, "Cache-Control")
    return (
        status in CACHEABLE_STATUSES
        and "public" in control
        and ("no-cache" in control or (STALE_WHILE_REVALIDATE in control and "Content-Length" in headers))
        and _tokens(headers, "Vary") <= SUPPORTED_VARY
        and "Set-Cookie" not in headers
        and "Content-Encoding" not in headers
    )


def forward_uncached(environ, start_response, status: str, headers: Headers, body):
    """Send a response that is not cached, with the method and the conditions of the request applied."""
    is_unchanged = status == OK and is_not_modified(environ, headers.get("ETag"), headers.get("Last-Modified"))
    if is_unchanged:
        remove_entity_headers(headers)
    start_response(NOT_MODIFIED if is_unchanged else status, list(headers))
    if not is_unchanged and environ["REQUEST_METHOD"] != "HEAD":
        return body
    if hasattr(body, "close"):
        body.close()
    return []


def is_not_modified(environ, etag: str | None, last_modified: str | None) -> bool:
    """Return whether the conditions of the request name this very representation (RFC 9110, section 13)."""
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if if_none_match is None and (last_modified is None or "HTTP_IF_MODIFIED_SINCE" not in environ):
        return False
    if if_none_match is not None and if_none_match == etag:
        return True
    return not is_resource_modified(environ, etag=etag, last_modified=last_modified)


def _tokens(headers, name):
    return {token.strip().lower() for token in headers.get(name, "").split(",") if token.strip()}
