"""Lists of keys: ids and versions of the rows of a page, from which the fragment cache serves unchanged rows."""

from sqlalchemy import text

from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.paging import LIMIT_FIRST, LIMIT_OFFSET, Page, Paging, limit_clause


class KeyedList:
    """The statements of one list.

    ``rows`` is SQL for the rows in their order, each with the ``total`` of all; ``{slice}`` in it stands for the limit.
    ``total`` is SQL for the total alone.
    """

    def __init__(self, rows: str, total: str):
        self._rows = {
            limit: CompiledStatement(text(rows.replace("{slice}", limit))) for limit in (LIMIT_FIRST, LIMIT_OFFSET)
        }
        self._total = CompiledStatement(text(f"SELECT {total} AS total"))

    def page(self, connection, paging: Paging, **params) -> Page:
        """Return a page of keys: one statement, and one more for a page past the end."""
        rows = connection.execute(self._rows[limit_clause(paging)], params | paging.params).all()
        if rows:
            return Page(rows, rows[0].total, paging)
        return Page([], connection.scalar(self._total, params) if paging.offset else 0, paging)


def load_in_order(connection, page: Page, load) -> list:
    """Return the records of a page's keys, in its order; ``load(connection, ids)`` returns them by id."""
    records = load(connection, [key.id for key in page.items])
    return [records[key.id] for key in page.items if key.id in records]
