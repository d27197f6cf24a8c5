"""The slice of a list that the query parameter ``page`` names, and the links to the pages around it."""

from flask import request

from joindin.http.pages.html_pages import pager_arguments
from joindin.queries.paging import Paging
from joindin.resources.web.crew.common import PAGE_SIZE
from joindin.utils.text import parse_id

MAX_PAGE = 100_000


def read_paging() -> Paging:
    """Return the slice; the first page if the parameter is not a valid number."""
    number = parse_id(request.args.get("page", "1")) or 1
    return Paging((min(number, MAX_PAGE) - 1) * PAGE_SIZE, PAGE_SIZE)


def page_links(paging: Paging, total: int) -> dict:
    """Return the arguments of the macro ``pager``."""
    return pager_arguments(paging.offset // PAGE_SIZE + 1, PAGE_SIZE, total)
