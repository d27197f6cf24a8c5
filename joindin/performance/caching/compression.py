"""Which compression a reader takes, and doing it."""

import gzip
from functools import lru_cache

import brotli
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

LONGEST_HEADER = 200
SMALLEST_BODY = 1000
TEXTS = ("application/json", "application/activity+json", "application/xml", "application/rss+xml", "text/")

# Each answer is compressed once for all its readers, but also once for each change: a middle way.
QUALITY = {"br": 4, "gzip": 5}


def choose_encoding(header: str | None) -> str | None:
    """``br``, ``gzip`` or None for what an ``Accept-Encoding`` header likes best."""
    return _best(header) if header and len(header) <= LONGEST_HEADER else None


@lru_cache(maxsize=256)
def _best(header):
    best = parse_accept_header(header, Accept).best_match(["br", "gzip", "identity"])
    return best if best != "identity" else None


def compress(body: bytes, encoding: str) -> bytes:
    if encoding == "br":
        return brotli.compress(body, quality=QUALITY["br"])
    return gzip.compress(body, QUALITY["gzip"], mtime=0)


def is_compressible(body: bytes, kind: str) -> bool:
    return len(body) >= SMALLEST_BODY and kind.startswith(TEXTS)
