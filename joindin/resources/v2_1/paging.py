"""Slices of collections and the ``meta`` that leads from one to the next (spec 2.7)."""

from functools import lru_cache

from flask import request

from joindin.errors import InvalidInput
from joindin.queries.paging import PAGE_SIZE, Page, Paging
from joindin.resources.v2_1.authentication import base_url
from joindin.resources.v2_1.request_params import build_query, is_number, parse_query

MAX_OFFSET = 2**31 - 1
MAX_CACHED_QUERY_LENGTH = 512
DEFAULT_PAGING = Paging()


def read_paging() -> Paging:
    """The slice asked for. Only the query string counts; a size that is no number means everything.

    :raises InvalidInput: for a start that is no number, and for anything negative.
    """
    raw = request.query_string
    if not raw:
        return DEFAULT_PAGING
    return _paging(raw) if len(raw) < MAX_CACHED_QUERY_LENGTH else _paging.__wrapped__(raw)


@lru_cache(maxsize=4096)
def _paging(raw):
    given = parse_query(raw)
    start, size = given.get("start"), given.get("resultsperpage", PAGE_SIZE)
    if start is not None and not (isinstance(start, str) and is_number(start)):
        raise InvalidInput("The parameter 'start' must be a number")
    start = None if start is None else _whole(start)
    size = _whole(size) if is_number(str(size)) else 0
    if size < 0 or (start or 0) < 0:
        raise InvalidInput("The parameters 'start' and 'resultsperpage' must not be negative")
    return Paging(start, size)


def collection_meta(page: Page) -> dict:
    """``count``, ``total`` and the addresses of this page and its neighbours, where there are any."""
    start, size = page.paging.start, page.paging.size
    asked = request._get_current_object()
    here, raw = f"{base_url()}{asked.path}", asked.query_string
    address = _address if len(raw) < MAX_CACHED_QUERY_LENGTH else _address.__wrapped__
    meta = {"count": len(page.items), "total": page.total, "this_page": address(here, raw, start, size)}
    if size and (start or 0) + size < page.total:
        meta["next_page"] = address(here, raw, (start or 0) + size, size)
    if start:
        meta["prev_page"] = address(here, raw, max(0, start - size), size)
    return meta


@lru_cache(maxsize=4096)
def _address(path, raw, start, size):
    wanted = dict(parse_query(raw))
    if start is not None:
        wanted["start"] = start
    wanted.setdefault("resultsperpage", size)
    return f"{path}?{build_query(wanted)}"


def _whole(number):
    return int(max(-1.0, min(float(number), MAX_OFFSET)))
