"""Responses with feeds, and with calendars that are rendered whole. The validators of feeds are decided before an entry is rendered; long feeds are sent while they are rendered."""

import datetime as dt
from collections.abc import Sequence

from flask import Response, current_app, request

from joindin.errors import InvalidInput
from joindin.extensions import reader
from joindin.http.conditional import FEED, revalidate
from joindin.http.feeds.entries import Feed, render_feed
from joindin.http.security_headers import vary_by_encoding_only
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from joindin.utils.text import parse_id

# Longer feeds are sent in pieces.
MAX_BUFFERED_ENTRIES = 2_000
MAX_ALARM_MINUTES = 7 * 24 * 60


def feed_response(feed: Feed, headers: Sequence[tuple[str, str]] = ()) -> Response:
    """Return the feed, or 304. Every site may read it.

    It has no ``Last-Modified``: an event that leaves a list, by its tags or by the time, moves no date of what stays in it.
    """
    vary_by_encoding_only()
    etag = feed.etag
    headers = [("Cache-Control", FEED), ("Access-Control-Allow-Origin", "*"), ("ETag", etag), *headers]
    if feed.expires_at is not None:
        request.environ[EXPIRY_ENVIRON_KEY] = feed.expires_at.timestamp()
    if is_current(etag):
        return Response(status=304, headers=headers)
    # The pieces are read when the request is over.
    parts = _pieces(feed, reader().another(), current_app.extensions["fragment_cache"])
    body = b"".join(parts) if len(feed.entries) <= MAX_BUFFERED_ENTRIES else parts
    return Response(body, headers=headers, content_type=feed.content_type)


def file_response(
    body: bytes, content_type: str, headers: Sequence[tuple[str, str]], changed_at: dt.datetime | None = None
) -> Response:
    """Return a file whose entity tag is a hash of it, or 304. ``headers`` include the caching."""
    is_current, validators = revalidate(request, body, changed_at)
    headers = [*headers, *validators]
    if is_current:
        return Response(status=304, headers=headers)
    return Response(body, headers=headers, content_type=content_type)


def read_alarm_minutes() -> int | None:
    """Return the parameter ``alarm``, how long before its start each entry has an alarm; None without one.

    :raises InvalidInput: if it is no number of minutes within a week.
    """
    text = request.args.get("alarm", "")
    if not text:
        return None
    minutes = parse_id(text)
    if minutes is None or not 0 < minutes <= MAX_ALARM_MINUTES:
        raise InvalidInput(f"alarm must be a number of minutes from 1 to {MAX_ALARM_MINUTES}")
    return minutes


def _pieces(feed, connection, cache):
    try:
        yield from render_feed(feed, connection, cache)
    finally:
        connection.close()


def is_current(etag: str, revised_at: dt.datetime | None = None) -> bool:
    """Return whether the client's copy is current, by the validators that it sends."""
    # Some readers send both headers empty at first.
    if request.headers.get("If-None-Match"):
        return request.if_none_match.contains_weak(etag.strip('"'))
    since = request.if_modified_since
    return since is not None and revised_at is not None and revised_at.replace(microsecond=0) <= since
