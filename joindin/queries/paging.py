"""Pages of lists: the requested slice, its SQL and its result."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func

PAGE_SIZE = 20

# More items are not read at once, so that no request takes an unlimited amount of memory.
MAX_PAGE_SIZE = 5000

LIMIT_FIRST = f"LIMIT {PAGE_SIZE}"
LIMIT_OFFSET = "LIMIT :size OFFSET :offset"


@dataclass(frozen=True)
class Paging:
    """The requested slice. ``start`` None means that the request names none.

    ``size`` 0 means the list from its beginning, with any ``start``, as far as ``MAX_PAGE_SIZE`` items.
    """

    start: int | None = None
    size: int = PAGE_SIZE

    @property
    def limit(self) -> int:
        return min(self.size or MAX_PAGE_SIZE, MAX_PAGE_SIZE)

    @property
    def offset(self) -> int:
        return self.start or 0 if self.size else 0

    @property
    def params(self) -> dict[str, int]:
        """The parameters of :func:`limit_clause`."""
        return {"size": self.limit, "offset": self.offset}

    def slice(self, statement):
        return statement.limit(self.limit).offset(self.offset)


def limit_clause(paging: Paging) -> str:
    """Return SQL for the slice, with the parameters ``:size`` and ``:offset``.

    The most frequent slice has its values in the text: PostgreSQL estimates an unknown limit at a tenth of the table,
    and would then plan the statement again at each execution.
    """
    return LIMIT_FIRST if (paging.offset, paging.size) == (0, PAGE_SIZE) else LIMIT_OFFSET


@dataclass(frozen=True)
class Page:
    """The items of a slice, the total of the whole list, and the paging that was applied."""

    items: Sequence
    total: int
    paging: Paging = field(default_factory=Paging)


def paginate(session, statement, paging: Paging, *options) -> Page:
    """Return a page of entities loaded with ``options``. The order of ``statement`` is ignored for the total."""
    items = session.scalars(paging.slice(statement.options(*options))).unique().all()
    return Page(items, count_rows(session, statement), paging)


def count_rows(session, statement) -> int:
    plain = statement.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    return session.scalar(plain)


def single_page(item) -> Page:
    """Return the page of one item as which a single resource is represented."""
    return Page([item], 1)


def full_page(items: Sequence) -> Page:
    """Return the page of a short list that has no other pages."""
    return Page(items, len(items), Paging(size=0))
