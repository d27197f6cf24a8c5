"""Responses with content that is the same for all clients and seldom changes: static files and the documentation.

Each encoding is compressed once and kept in memory. Pages of users are never compressed: the length of a compressed
page would reveal secrets in it, such as the token of a form, to those who choose another part of the page (BREACH).
"""

from collections.abc import Mapping
from hashlib import sha1

from flask import Flask, Response, current_app, request

from joindin.performance.caching.compression import choose_encoding, compress, is_compressible
from joindin.performance.caching.lru import ByteLRU

MAX_COMPRESSED_BYTES = 2_097_152


def init_app(app: Flask) -> None:
    app.extensions["compressed_content"] = ByteLRU(MAX_COMPRESSED_BYTES)


def constant_response(body: bytes, content_type: str, headers: Mapping[str, str]) -> Response:
    """Return a response in the encoding that the client prefers, or 304, or a part of the content (RFC 9110, section 14).

    Each encoding has an entity tag of its own. A part is one of the content that is not compressed.
    """
    tag = sha1(body, usedforsecurity=False).hexdigest()
    is_varied = is_compressible(body, content_type)
    encoding = None
    if is_varied and "Range" not in request.headers:
        encoding = choose_encoding(request.headers.get("Accept-Encoding"))
    if encoding is not None:
        body, tag = _compress_once(body, tag, encoding), f"{tag}-{encoding}"
    response = Response(body, content_type=content_type)
    response.headers.update(headers)
    if encoding is not None:
        response.headers["Content-Encoding"] = encoding
    if is_varied:
        response.vary.add("Accept-Encoding")
    response.set_etag(tag)
    return response.make_conditional(request.environ, accept_ranges=True, complete_length=len(body))


def _compress_once(body, tag, encoding):
    cache = current_app.extensions["compressed_content"]
    compressed = cache.get((tag, encoding))
    if compressed is None:
        compressed = compress(body, encoding, is_constant=True)
        cache.put((tag, encoding), compressed, len(compressed))
    return compressed
