"""Choice of a content encoding, and compression."""

import gzip
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

MAX_HEADER_LENGTH = 200
MIN_BODY_BYTES = 1000
COMPRESSIBLE_TYPES = (
    "application/json",
    "application/activity+json",
    "application/xml",
    "application/rss+xml",
    "text/",
)

# A compressed body is sent many times, but also made again after each change: medium levels.
COMPRESSION_LEVELS = {"br": 4, "gzip": 5}


def choose_encoding(header: str | None) -> str | None:
    """Return ``br``, ``gzip`` or None: the best match of an ``Accept-Encoding`` header."""
    return _best_match(header) if header and len(header) <= MAX_HEADER_LENGTH else None


@lru_cache(maxsize=64)
def _best_match(header):
    best = parse_accept_header(header, Accept).best_match(["br", "gzip", "identity"])
    return best if best != "identity" else None


def compress(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return brotli.compress(body, quality=COMPRESSION_LEVELS["br"])
    return gzip.compress(body, COMPRESSION_LEVELS["gzip"], mtime=0)


def is_compressible(body: bytes, content_type: str) -> bool:
    return len(body) >= MIN_BODY_BYTES and content_type.startswith(COMPRESSIBLE_TYPES)
