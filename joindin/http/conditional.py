"""Conditional requests and caching headers (RFC 9110 section 13, RFC 9111)."""

import datetime as dt
from hashlib import sha1

from flask import Request
from werkzeug.http import http_date

REVALIDATED_SHARED = "public, no-cache"
REVALIDATED_PRIVATE = "private, no-cache"


def validate(
    request: Request, body: bytes, last_modified: dt.datetime | None = None
) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether the client's copy is current (answer 304), and the validators to send with the response.

    The entity tag is a hash of the body. ``If-Modified-Since`` counts only without ``If-None-Match``.
    """
    tag = sha1(body, usedforsecurity=False).hexdigest()
    headers = [("ETag", f'"{tag}"')]
    if last_modified is not None:
        headers.append(("Last-Modified", http_date(last_modified)))
    if "HTTP_IF_NONE_MATCH" in request.environ:
        # Weak comparison: proxies that compress mark the tag as weak.
        return request.if_none_match.contains_weak(tag), headers
    since = request.if_modified_since if last_modified is not None else None
    return since is not None and last_modified.replace(microsecond=0) <= since, headers
