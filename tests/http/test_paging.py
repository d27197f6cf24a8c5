"""Paging parameters under the names of a surface, and the neighbours of a page."""

import pytest

from joindin.errors import InvalidInput
from joindin.http.paging import PagingParams, next_offset, previous_offset
from joindin.queries.paging import Page, Paging

PARAMS = PagingParams("offset", "limit", parse_offset=int, parse_limit=int, default_limit=100)


@pytest.mark.parametrize(
    ("params", "paging"),
    [
        ({}, Paging(None, 100)),
        ({"offset": "0"}, Paging(0, 100)),
        ({"offset": "7", "limit": "5"}, Paging(7, 5)),
        ({"limit": "0"}, Paging(None, 0)),
        ({"start": "3", "resultsperpage": "4"}, Paging(None, 100)),
    ],
)
def test_the_slice_is_read_under_the_names_of_the_surface(params, paging):
    assert PARAMS.parse(params) == paging


@pytest.mark.parametrize("params", [{"offset": "-1"}, {"limit": "-1"}, {"offset": "-1", "limit": "5"}])
def test_negative_numbers_are_refused(params):
    with pytest.raises(InvalidInput, match=r"^The parameters 'offset' and 'limit' must not be negative$"):
        PARAMS.parse(params)


@pytest.mark.parametrize(
    ("start", "size", "following", "previous"),
    [
        (None, 4, 4, None),
        (0, 4, 4, None),
        (2, 4, 6, 0),
        (4, 4, 8, 0),
        (6, 4, None, 2),
        (8, 4, None, 4),
        (99, 4, None, 95),
        (None, 0, None, None),
        (0, 10, None, None),
        (0, 9, 9, None),
    ],
)
def test_a_page_of_ten_items_has_neighbours(start, size, following, previous):
    page = Page([], 10, Paging(start, size))

    assert (next_offset(page), previous_offset(page)) == (following, previous)
