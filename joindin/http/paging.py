"""Paging of list requests by offset and limit. A surface sets names, default and number format of the parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from joindin.errors import InvalidInput
from joindin.queries.paging import MAX_PAGE_SIZE, PAGE_SIZE, Page, Paging

MAX_OFFSET = 2**31 - 1


@dataclass(frozen=True)
class PagingParams:
    """Paging parameters of a surface. The parsers return a number for the value of a parameter, or raise InvalidInput."""

    offset_name: str
    limit_name: str
    parse_offset: Callable[[object], int]
    parse_limit: Callable[[object], int]
    default_limit: int = PAGE_SIZE

    def parse(self, params: Mapping) -> Paging:
        """:raises InvalidInput: if a number is negative, or not accepted by its parser."""
        offset, limit = params.get(self.offset_name), params.get(self.limit_name)
        start = None if offset is None else self.parse_offset(offset)
        size = self.default_limit if limit is None else self.parse_limit(limit)
        if size < 0 or (start or 0) < 0:
            raise InvalidInput(f"The parameters '{self.offset_name}' and '{self.limit_name}' must not be negative")
        return Paging(start, min(size, MAX_PAGE_SIZE))


def next_offset(page: Page) -> int | None:
    """Return the offset of the next page, which has ``page.paging.limit`` items; None on the last page."""
    following = page.paging.offset + page.paging.limit
    return following if following < page.total else None


def previous_offset(page: Page) -> int | None:
    """Return the offset of the previous page; None on the first page."""
    start, size = page.paging.start or 0, page.paging.size
    return max(0, start - size) if start else None
