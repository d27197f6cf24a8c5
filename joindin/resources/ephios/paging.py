"""Paging by ``limit`` and ``offset`` (spec 2). Bad values become the default; the limit is capped (spec 20.11)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlencode

import orjson
from flask import Response, request

from joindin.resources.ephios.context import last_argument
from joindin.resources.ephios.responses import json_response, rendered_response

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
# A limit beyond the numbers of a database counts as bad.
LARGEST_LIMIT = 2**63 - 1


class Slice(NamedTuple):
    """The requested part of a list."""

    limit: int
    offset: int


def read_slice() -> Slice:
    limit, offset = _read_integer("limit", DEFAULT_LIMIT), _read_integer("offset", 0)
    return Slice(min(limit, MAX_LIMIT) if 0 < limit <= LARGEST_LIMIT else DEFAULT_LIMIT, max(offset, 0))


def read_limit() -> int:
    return read_slice().limit


def read_offset() -> int:
    return read_slice().offset


def page_response(results: Sequence[dict], total: int) -> Response:
    return json_response(_page_fields(total) | {"results": list(results)})


def rendered_page_response(fragments: Sequence[bytes], total: int) -> Response:
    """Return a page of results that are rendered as JSON."""
    fields = orjson.dumps(_page_fields(total))
    return rendered_response(b'%s,"results":[%s]}' % (fields[:-1], b",".join(fragments)))


def _page_fields(total):
    limit, offset = read_slice()
    list_url = f"{request.scheme}://{request.host}{quote(request.path)}", request.query_string
    following = _page_url(*list_url, limit, offset + limit) if offset + limit < total else None
    previous = _page_url(*list_url, limit, offset - limit) if offset > 0 else None
    return {"count": total, "next": following, "previous": previous}


@lru_cache(maxsize=256)
def _page_url(url, query_string, limit, offset):
    """Return the address of another page: all parameters by name, without ``offset`` for the first one."""
    params = parse_qs(query_string.decode("latin-1"), keep_blank_values=True) | {"limit": [str(limit)]}
    params.pop("offset", None)
    if offset > 0:
        params["offset"] = [str(offset)]
    return f"{url}?{urlencode(sorted(params.items()), doseq=True)}"


def _read_integer(name, default):
    text = last_argument(name)
    if text is None:
        return default
    try:
        return int(text)
    except ValueError:
        return default
