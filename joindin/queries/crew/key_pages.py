"""Pages of keys of events and shifts, and their totals, which are cached under the changes that can move them."""

from collections.abc import Callable, Hashable
from typing import NamedTuple

from joindin.performance.caching.query_cache import count_under
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.filters import ListFilter
from joindin.queries.crew.viewers import CrewViewer
from joindin.queries.paging import Page

# As few rows are found by the permissions of the viewer and sorted. More are found by scanning the list in its order.
FEW_ROWS = 500


class KeyStatements(NamedTuple):
    page: CompiledStatement
    total: CompiledStatement


def list_keys(
    connection,
    viewer: CrewViewer,
    filters: ListFilter,
    statements: Callable[..., KeyStatements],
    changes: Hashable,
) -> Page:
    """Return a page of keys: one statement, and one if the total is not cached.

    ``statements(rights, shape, from_grants)`` returns the same object each time. ``changes`` are the counters of everything
    that decides about the total.
    """
    if filters.row_id is not None:
        found = statements(viewer.rights, filters.shape, False)
        keys = connection.execute(found.page, viewer.params | filters.page_values).all()
        return Page(keys, len(keys))
    count = statements(viewer.rights, filters.counted_shape, False).total
    total = count_under(connection, count, viewer.params | filters.values, changes)
    page = statements(viewer.rights, filters.shape, total <= FEW_ROWS).page
    return Page(connection.execute(page, viewer.params | filters.page_values).all(), total)
