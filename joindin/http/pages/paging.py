"""Numbered pages of lists: the parameter ``page``, and the links to the pages around one. Other numbers are 404."""

from urllib.parse import urlencode

from flask import request

from joindin.errors import NotFound
from joindin.utils.text import parse_id

MAX_PAGE = 100_000


def read_page_number(most: int = MAX_PAGE) -> int:
    """Return the number of the requested page, the first by default; :raises NotFound: if it is no number from 1 to ``most``."""
    number = parse_id(request.args.get("page", "1")) or 0
    if not 1 <= number <= most:
        raise NotFound("There is no such page.")
    return number


def check_page_exists(number: int, size: int, total: int) -> None:
    """Check a page of a list of ``total`` rows, ``size`` a page; :raises NotFound: if it is not the first and has no row."""
    if number > 1 and (number - 1) * size >= total:
        raise NotFound("There is no such page.")


def pager_arguments(number: int, size: int, total: int) -> dict:
    """Return the arguments of the macro ``pager``; :raises NotFound: as :func:`check_page_exists`."""
    check_page_exists(number, size, total)
    return {
        "number": number,
        "previous_page": path_of_page(number - 1) if number > 1 else None,
        "next_page": path_of_page(number + 1) if number * size < total else None,
    }


def path_of_page(number: int) -> str:
    """Return the address of another page of the current list, with its other query parameters."""
    return f"{request.path}?{urlencode(request.args.to_dict() | {'page': number})}"
