"""Choice of a content encoding, and compression."""

import gzip
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

MAX_HEADER_LENGTH = 200
MIN_BODY_BYTES = 1000
COMPRESSIBLE_TYPES = ("application/json", "application/vnd.oai.openapi", "application/xml", "text/")
COMPRESSIBLE_SUFFIXES = ("+json", "+xml")

# A compressed body is sent many times, but also made again after each change: medium levels.
COMPRESSION_LEVELS = {"br": 4, "gzip": 5}
# Bodies that do not change are worth the highest level, up to a size that takes a tenth of a second.
HIGHEST_LEVELS = {"br": 11, "gzip": 9}
MAX_BYTES_AT_HIGHEST_LEVEL = 50_000


def choose_encoding(header: str | None) -> str | None:
    """Return ``br``, ``gzip`` or None: the best match of an ``Accept-Encoding`` header."""
    return _best_match(header) if header and len(header) <= MAX_HEADER_LENGTH else None


@lru_cache(maxsize=64)
def _best_match(header):
    best = parse_accept_header(header, Accept).best_match(["br", "gzip", "identity"])
    return best if best != "identity" else None


def compress(body: bytes, encoding: str, *, is_constant: bool = False) -> bytes:
    """Return the body in ``br`` or ``gzip``. ``is_constant``: it is compressed once for the lifetime of the process."""
    levels = HIGHEST_LEVELS if is_constant and len(body) <= MAX_BYTES_AT_HIGHEST_LEVEL else COMPRESSION_LEVELS
    if encoding == "br":
        return brotli.compress(body, quality=levels["br"])
    return gzip.compress(body, levels["gzip"], mtime=0)


def is_compressible(body: bytes, content_type: str) -> bool:
    media_type = content_type.partition(";")[0].rstrip()
    is_text = media_type.startswith(COMPRESSIBLE_TYPES) or media_type.endswith(COMPRESSIBLE_SUFFIXES)
    return is_text and len(body) >= MIN_BODY_BYTES
