"""Rendering and paging of the pages that only one person or device sees."""

import datetime as dt

from flask import Response

from joindin.http.pages.html_pages import render_page
from joindin.http.pages.languages import set_page_language
from joindin.queries.paging import Paging

# Running talks are among the next ones.
LONGEST_TALK = dt.timedelta(hours=2)


def private_page(template: str, **context) -> Response:
    """Render a private page in the visitor's language."""
    set_page_language()
    response = render_page(template, **context)
    response.cache_control.private = True
    response.cache_control.no_cache = True
    return response


def paging_of(number: int, size: int) -> Paging:
    return Paging((number - 1) * size, size)
