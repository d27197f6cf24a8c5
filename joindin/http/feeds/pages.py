"""Pages of feeds (RFC 5005)."""

from collections.abc import Callable

from flask import request

from joindin.errors import NotFound
from joindin.utils.text import parse_id

PAGE_SIZE, MAX_PAGE = 50, 1_000


def read_feed_page() -> int:
    """Return the parameter ``page``; 1 if it is no number. :raises NotFound: beyond ``MAX_PAGE``."""
    number = parse_id(request.args.get("page", "")) or 1
    if number > MAX_PAGE:
        raise NotFound("There is no such page.")
    return number


def link_feed_pages(number: int, has_more: bool, address_of: Callable[[int], str]) -> dict[str, str]:
    """Return the addresses of other pages by their relation to the page of that number."""
    pages = {"first": address_of(1), "previous": address_of(number - 1)} if number > 1 else {}
    if has_more and number < MAX_PAGE:
        pages["next"] = address_of(number + 1)
    return pages
