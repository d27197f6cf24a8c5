"""Paging parameters of v2.1, and ``meta`` with the links between pages (spec 2.7)."""

from urllib.parse import quote

from flask import request

from joindin.errors import InvalidInput
from joindin.http.paging import MAX_OFFSET, PagingParams, next_offset, previous_offset
from joindin.queries.paging import MAX_PAGE_SIZE, Page, Paging
from joindin.resources.v2_1.links import base_url
from joindin.resources.v2_1.request_params import NO_PARAMS, build_query, get_query_params, is_number

# The characters that a path may contain unescaped (RFC 3986, 3.3).
PATH_CHARACTERS = "/:@!$&'()*+,;=~"

DEFAULT_PAGING = Paging()


def read_paging() -> Paging:
    """Return the requested slice. Only the query string counts; a size that is no number is 0, the list from its beginning.

    :raises InvalidInput: if the start is no number, and for negative numbers.
    """
    return PARAMS.parse(get_query_params()) if request.query_string else DEFAULT_PAGING


def collection_meta(page: Page) -> dict:
    """Return ``count``, ``total``, and the addresses of this page and its neighbours."""
    size = page.paging.size
    meta = {"count": len(page.items), "total": page.total, "this_page": _page_url(page.paging.start, size)}
    if (following := next_offset(page)) is not None:
        # A size of 0 would lead to the beginning again.
        meta["next_page"] = _page_url(following, size, {} if size else {"resultsperpage": MAX_PAGE_SIZE})
    if (previous := previous_offset(page)) is not None:
        meta["prev_page"] = _page_url(previous, size)
    return meta


def _page_url(start, size, changes=NO_PARAMS):
    params = {**get_query_params(), **changes}
    if start is not None:
        params["start"] = start
    params.setdefault("resultsperpage", size)
    return f"{base_url()}{quote(request.path, safe=PATH_CHARACTERS)}?{build_query(params)}"


def _parse_start(value):
    if not (isinstance(value, str) and is_number(value)):
        raise InvalidInput("The parameter 'start' must be a number")
    return _to_int(value)


def _parse_size(value):
    return _to_int(value) if is_number(str(value)) else 0


def _to_int(number):
    return int(max(-1.0, min(float(number), MAX_OFFSET)))


PARAMS = PagingParams("start", "resultsperpage", _parse_start, _parse_size)
