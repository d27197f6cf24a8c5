"""Lists by keys: which rows a page shows, with all that tells whether they are shown as before, and nothing more."""

from sqlalchemy import text

from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.paging import LIMIT_FIRST, LIMIT_OFFSET, Page, Paging, limit_clause


class KeyedList:
    """The statements of one list.

    ``rows`` is SQL for the rows in their order with the number of all as ``total`` in each; it holds
    ``{slice}`` where the page is cut out. ``total`` is SQL for that number alone.
    """

    def __init__(self, rows: str, total: str):
        self._rows = {
            cut: CompiledStatement(text(rows.replace("{slice}", cut))) for cut in (LIMIT_FIRST, LIMIT_OFFSET, "")
        }
        self._total = CompiledStatement(text(f"SELECT {total} AS total"))

    def page(self, connection, paging: Paging, **values) -> Page:
        """One statement, and one more where a page lies behind the end."""
        start = paging.start or 0
        rows = connection.execute(
            self._rows[limit_clause(paging)], values | {"size": paging.size, "offset": start}
        ).all()
        if rows:
            return Page(rows, rows[0].total, paging)
        return Page([], connection.scalar(self._total, values) if start else 0, paging)


def load_in_order(connection, page: Page, load) -> list:
    """The things behind the keys of a page, in its order; ``read`` finds them by their ids."""
    things = load(connection, [key.id for key in page.items])
    return [things[key.id] for key in page.items if key.id in things]
