"""The slice of a list that the query parameter ``page`` names, and the links to the pages around it."""

from joindin.http.pages.paging import pager_arguments, read_page_number
from joindin.queries.paging import Paging
from joindin.resources.web.crew.common import PAGE_SIZE


def read_paging() -> Paging:
    """Return the slice; :raises NotFound: if the parameter is no number of a page."""
    return Paging((read_page_number() - 1) * PAGE_SIZE, PAGE_SIZE)


def page_links(paging: Paging, total: int) -> dict:
    """Return the arguments of the macro ``pager``."""
    return pager_arguments(paging.offset // PAGE_SIZE + 1, PAGE_SIZE, total)
