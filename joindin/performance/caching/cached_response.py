"""One answer as it goes over the wire, and the short one for readers who have it already."""

from werkzeug.datastructures import Headers
from werkzeug.http import is_resource_modified, remove_entity_headers

from joindin.performance.caching.compression import compress, is_compressible

FOUND = "200 OK"
STATUSES = (FOUND, "404 NOT FOUND")
NOT_MODIFIED = "304 NOT MODIFIED"

# What the memory tells apart, or never sees.
TOLD_APART = {"accept", "accept-encoding", "authorization", "cookie", "host"}


class CachedResponse:
    """Ready to be sent: compressed for the readers that ask for ``encoding``, if it is worth it.

    Each compression has an entity tag of its own. ``outdated`` is what the same readers got before:
    where nothing changed, its body need not be compressed again.
    """

    __slots__ = ("_body", "_headers", "_modified", "_status", "_tag", "_unchanged", "cost", "day", "version")

    def __init__(
        self, status: str, headers: Headers, body: bytes, encoding: str | None, outdated: "CachedResponse | None"
    ):
        self._status = status
        self._body = body
        self._tag, self._modified = headers.get("ETag"), headers.get("Last-Modified")
        if is_compressible(body, headers.get("Content-Type", "")):
            if "accept-encoding" not in _words(headers, "Vary"):
                headers["Vary"] = ", ".join([*headers.getlist("Vary"), "Accept-Encoding"])
            if encoding is not None:
                self._compress(headers, encoding, outdated)
        self._headers = list(headers)
        remove_entity_headers(headers)
        self._unchanged = list(headers)

    def _compress(self, headers, encoding, outdated):
        if self._tag is not None:
            self._tag = headers["ETag"] = f'{self._tag[:-1]}-{encoding}"'
        is_same = outdated is not None and self._tag is not None and outdated._tag == self._tag
        self._body = outdated._body if is_same else compress(self._body, encoding)
        headers["Content-Encoding"] = encoding
        headers["Content-Length"] = str(len(self._body))

    @property
    def size(self) -> int:
        """Of all its texts."""
        return len(self._body) + sum(len(name) + len(value) for name, value in self._headers)

    def send(self, environ, start_response) -> list[bytes]:
        if self._status == FOUND and is_not_modified(environ, self._tag, self._modified):
            start_response(NOT_MODIFIED, self._unchanged.copy())
            return []
        start_response(self._status, self._headers.copy())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self._body]


def is_cacheable(status: str, headers: Headers) -> bool:
    """Whether the answer says that everybody may have it and must ask again, and depends on nothing unknown."""
    return (
        status in STATUSES
        and {"public", "no-cache"} <= _words(headers, "Cache-Control")
        and _words(headers, "Vary") <= TOLD_APART
        and "Set-Cookie" not in headers
        and "Content-Encoding" not in headers
    )


def forward_uncached(environ, start_response, status: str, headers: Headers, body):
    """Send what is not kept, as the application would have had it been told method and conditions."""
    is_unchanged = status == FOUND and is_not_modified(environ, headers.get("ETag"), headers.get("Last-Modified"))
    if is_unchanged:
        remove_entity_headers(headers)
    start_response(NOT_MODIFIED if is_unchanged else status, list(headers))
    if not is_unchanged and environ["REQUEST_METHOD"] != "HEAD":
        return body
    if hasattr(body, "close"):
        body.close()
    return []


def is_not_modified(environ, tag: str | None, modified: str | None) -> bool:
    """Whether the reader says to have this very representation."""
    given = environ.get("HTTP_IF_NONE_MATCH")
    if given is None and (modified is None or "HTTP_IF_MODIFIED_SINCE" not in environ):
        return False
    if given is not None and given == tag:
        return True
    return not is_resource_modified(environ, etag=tag, last_modified=modified)


def _words(headers, name):
    return {word.strip().lower() for word in headers.get(name, "").split(",") if word.strip()}
