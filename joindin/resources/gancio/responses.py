"""Responses of the Gancio API."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import orjson
from flask import Response, request, stream_with_context

from joindin.http import conditional
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"

# Request headers that responses to reads depend on.
VARY = "Accept-Encoding, Authorization"

# Larger responses are sent while they are rendered, without an entity tag.
MAX_BUFFERED_BYTES = 1_000_000


class ReadResponse(Response):
    """A response whose headers are complete."""

    def get_wsgi_headers(self, environ):
        if self.status_code != 200 or not isinstance(self.response, list):
            return super().get_wsgi_headers(environ)
        # Copying and checking the headers would take longer than rendering most responses.
        self.headers["Content-Length"] = str(sum(map(len, self.response)))
        return self.headers


def json_response(body, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, content_type=JSON_TYPE)


def text_response(text: str = "OK", status: int = 200) -> Response:
    return Response(text, status, content_type=TEXT_TYPE)


def read_response(
    body: bytes, content_type: str = JSON_TYPE, *, expires_at: dt.datetime | None = None, is_shared: bool = True
) -> Response:
    """Return the response to a read, or 304. The response cache stores it if it is a visitor's.

    ``expires_at`` is when the body changes without a write to the database. ``is_shared`` False keeps it out of the cache.
    """
    current = request._get_current_object()
    is_shared = is_shared and "HTTP_AUTHORIZATION" not in current.environ
    is_current, validators = conditional.revalidate(current, body)
    headers = [
        ("Content-Type", content_type),
        ("Cache-Control", conditional.SHARED if is_shared else conditional.PRIVATE),
        ("Vary", VARY),
        *validators,
    ]
    if expires_at is not None:
        current.environ[EXPIRY_ENVIRON_KEY] = expires_at.timestamp()
    return ReadResponse(b"" if is_current else body, 304 if is_current else 200, headers)


def streamed_response(
    parts: Iterator[bytes],
    content_type: str = JSON_TYPE,
    *,
    expires_at: Callable[[], dt.datetime | None] = lambda: None,
    is_shared: bool = True,
) -> Response:
    """Return :func:`read_response` of all parts, or a stream of them if they are long.

    ``expires_at`` is called when all parts are rendered. A stream renders a part when the one before has been taken.
    """
    first, size = [], 0
    for part in parts:
        first.append(part)
        size += len(part)
        if size > MAX_BUFFERED_BYTES:
            return _stream(chain([b"".join(first)], parts), content_type)
    return read_response(b"".join(first), content_type, expires_at=expires_at(), is_shared=is_shared)


def json_array(chunks: Iterable[list[bytes]]) -> Iterator[bytes]:
    """Yield an array of rendered items, one part a chunk."""
    separator = b"["
    for items in chunks:
        if items:
            yield separator + b",".join(items)
            separator = b","
    yield b"[]" if separator == b"[" else b"]"


def _stream(parts, content_type):
    headers = {"Cache-Control": conditional.PRIVATE, "Vary": VARY}
    return Response(stream_with_context(parts), headers=headers, content_type=content_type)
