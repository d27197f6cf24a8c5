"""Conditional requests (RFC 9110, section 13) and caching headers (RFC 9111).

Responses to reads are stored by browsers and proxies, which revalidate them every time (``no-cache``): a 304 saves the
transfer and is never stale.
"""

import datetime as dt
from hashlib import sha1

from flask import Request
from werkzeug.http import http_date

SHARED = "public, no-cache"
PRIVATE = "private, no-cache"
# Feeds and calendars are requested by programs that ask again every few minutes.
FEED = "public, max-age=60, stale-while-revalidate=600"


def revalidate(
    request: Request, body: bytes, last_modified: dt.datetime | None = None
) -> tuple[bool, list[tuple[str, str]]]:
    """Return whether the client's copy is current (status 304), and the validators to send with either status.

    The entity tag is a hash of the body. ``If-Modified-Since`` is ignored if there is ``If-None-Match``.
    """
    tag = sha1(body, usedforsecurity=False).hexdigest()
    headers = [("ETag", f'"{tag}"')]
    if last_modified is not None:
        headers.append(("Last-Modified", http_date(last_modified)))
    if "HTTP_IF_NONE_MATCH" in request.environ:
        # Weak comparison: a proxy that compresses the response makes the tag weak.
        return request.if_none_match.contains_weak(tag), headers
    since = request.if_modified_since
    is_current = since is not None and last_modified is not None and last_modified.replace(microsecond=0) <= since
    return is_current, headers
