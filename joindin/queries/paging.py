"""Slices of long lists."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func

PAGE_SIZE = 20

LIMIT_FIRST = f"LIMIT {PAGE_SIZE}"
LIMIT_OFFSET = "LIMIT :size OFFSET :offset"


@dataclass(frozen=True)
class Paging:
    """Which slice is wanted. ``start`` None means that nobody said; ``size`` 0 means everything."""

    start: int | None = None
    size: int = PAGE_SIZE

    def slice(self, statement):
        if self.size == 0:
            return statement
        return statement.limit(self.size).offset(self.start or 0)


def limit_clause(paging: Paging) -> str:
    """SQL for the slice, in terms of ``:size`` and ``:offset``.

    What is asked most often has its values in the text. PostgreSQL takes a limit that it does not
    know for a tenth of the table, and would rather plan the statement anew each time.
    """
    if paging.size == 0:
        return ""
    return LIMIT_FIRST if (paging.start or 0, paging.size) == (0, PAGE_SIZE) else LIMIT_OFFSET


@dataclass(frozen=True)
class Page:
    """A slice, how many there are in all, and the paging that was in force."""

    items: Sequence
    total: int
    paging: Paging = field(default_factory=Paging)


def paginate(session, statement, paging: Paging) -> Page:
    """A page of entities; ``statement`` carries the order, the count ignores it."""
    items = session.scalars(paging.slice(statement)).unique().all()
    return Page(items, count_rows(session, statement), paging)


def count_rows(session, statement) -> int:
    plain = statement.order_by(None).options().with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(plain)


def single_page(item) -> Page:
    """The page of one that a single resource is shown as."""
    return Page([item], 1)


def full_page(items: Sequence) -> Page:
    """Return the page of a list that has no other pages."""
    return Page(items, len(items), Paging(size=0))
