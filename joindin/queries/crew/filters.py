"""Filters, order and slice of lists of the crew, as compiled statements.

Statements are built once for each combination of rights, filters and order. The values are parameters.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Integer, String, Subquery, bindparam, func, literal_column, or_, select

from joindin.db.base import UtcDateTime
from joindin.db.text_functions import lower_text
from joindin.models.crew import EventType, Shift
from joindin.performance.sql.compiled import CompiledStatement
from joindin.utils.row_ids import MAX_ROW_ID

# More words of a search, and more values of one filter, are ignored.
MAX_TERMS = 20
# No list is longer.
MAX_OFFSET = 2**31 - 1
# First pages of these sizes have their limit in the text of the statement: PostgreSQL plans a statement with an unknown
# limit at each execution.
COMMON_LIMITS = (20, 50, 100)
ESCAPE = "/"


@dataclass(frozen=True)
class ListFilter:
    """Requested filters. ``starts_from`` and the like are inclusive bounds; ``terms`` have to occur all.

    ``ordering`` is a sequence of a name and whether it is descending.
    """

    starts_from: dt.datetime | None = None
    starts_until: dt.datetime | None = None
    ends_from: dt.datetime | None = None
    ends_until: dt.datetime | None = None
    type_ids: Sequence[int] = ()
    event_ids: Sequence[int] = ()
    shift_ids: Sequence[int] = ()
    states: Sequence[int] = ()
    terms: Sequence[str] = ()
    row_id: int | None = None
    ordering: tuple[tuple[str, bool], ...] = ()
    limit: int = 100
    offset: int = 0
    # Further parameters of a list.
    params: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def shape(self) -> tuple:
        """Everything that changes the text of a statement."""
        names = (*_BOUNDS, *_LISTS, "row_id")
        return (
            tuple(name for name in names if _is_set(getattr(self, name))),
            len(self.terms[:MAX_TERMS]),
            self.ordering,
            self.limit if self.limit in COMMON_LIMITS and self._skipped == 0 else None,
        )

    @property
    def counted_shape(self) -> tuple:
        """The shape without order and limit, which do not change the total."""
        names, term_count, _ordering, _limit = self.shape
        return names, term_count, (), None

    @cached_property
    def values(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in (*_BOUNDS, *_LISTS, "row_id") if _is_set(getattr(self, name))}
        values |= {f"term_{index}": _escape(term.lower()) for index, term in enumerate(self.terms[:MAX_TERMS])}
        return values | self.params

    @property
    def page_values(self) -> dict[str, Any]:
        return self.values | {"size": self.limit, "skipped": self._skipped}

    @property
    def _skipped(self):
        return min(self.offset, MAX_OFFSET) if self.row_id is None else 0


_BOUNDS = ("starts_from", "starts_until", "ends_from", "ends_until")
_LISTS = ("type_ids", "event_ids", "shift_ids", "states")


@dataclass(frozen=True)
class ListColumns:
    """The columns to which the filters of a list apply. ``order`` holds the allowed orders by name."""

    starts_at: Any
    ends_at: Any
    row_id: Any
    type_ids: Any = None
    event_ids: Any = None
    shift_ids: Any = None
    states: Any = None
    searched: tuple = ()
    order: dict[str, Any] = field(default_factory=dict)
    default_order: tuple = ()


def build_statements(statement, columns: ListColumns, shape: tuple) -> tuple[CompiledStatement, CompiledStatement]:
    """Return the statement of a page and that of the total."""
    order = [_direction(*each) for each in _order(columns, shape)]
    page = _slice(_filter(statement, columns, shape).order_by(*order, columns.row_id), shape)
    return CompiledStatement(page), build_total(statement, columns, shape)


def build_total(statement, columns: ListColumns, shape: tuple) -> CompiledStatement:
    filtered = _filter(statement, columns, shape)
    return CompiledStatement(filtered.with_only_columns(func.count(), maintain_column_froms=True))


def build_page_of_ids(source, columns: ListColumns, shape: tuple, *conditions) -> tuple[Subquery, list]:
    """Return a page of the ids in ``source`` as a subquery ``page``, and its order.

    Nothing else is read of the rows before the page.
    """
    pairs = _order(columns, shape)
    labels = [expression.label(f"order_{number}") for number, (expression, _) in enumerate(pairs)]
    ids = select(columns.row_id.label("id"), *labels).select_from(source).where(*conditions)
    order = [_direction(*each) for each in pairs]
    page = _slice(_filter(ids, columns, shape).order_by(*order, columns.row_id), shape).subquery("page")
    same_order = [_direction(page.c[label.name], is_descending) for label, (_, is_descending) in zip(labels, pairs)]
    return page, [*same_order, page.c.id]


def is_title_needed(shape: tuple) -> bool:
    """Return whether the filters or the order read the title of the event."""
    _names, term_count, ordering, _limit = shape
    return term_count > 0 or any(name == "title" for name, _ in ordering)


def _filter(statement, columns, shape):
    names, term_count, _ordering, _limit = shape
    conditions = [_condition(name, columns) for name in names]
    for index in range(term_count):
        term = bindparam(f"term_{index}", type_=String)
        conditions.append(or_(*(lower_text(each).contains(term, escape=ESCAPE) for each in columns.searched)))
    return statement.where(*conditions)


def _order(columns, shape):
    """Return pairs of an expression and whether it is descending."""
    ordering = shape[2]
    if not ordering:
        return [(expression, False) for expression in columns.default_order]
    return [(columns.order[name], is_descending) for name, is_descending in ordering]


def _slice(statement, shape):
    if (limit := shape[3]) is not None:
        return statement.limit(literal_column(str(limit)))
    return statement.limit(bindparam("size", type_=Integer)).offset(bindparam("skipped", type_=Integer))


def _condition(name, columns):
    if name == "row_id":
        return columns.row_id == bindparam("row_id", type_=Integer)
    if name in _LISTS:
        return getattr(columns, name).in_(bindparam(name, type_=Integer, expanding=True))
    column = columns.starts_at if name.startswith("starts") else columns.ends_at
    bound = bindparam(name, type_=UtcDateTime)
    return column >= bound if name.endswith("from") else column <= bound


def _direction(expression, is_descending):
    if not getattr(expression, "nullable", True):
        return expression.desc() if is_descending else expression.asc()
    # Without a time: last in rising order, first in falling order, on both databases.
    return expression.desc().nulls_first() if is_descending else expression.asc().nulls_last()


def _escape(term):
    return term.replace(ESCAPE, ESCAPE * 2).replace("%", ESCAPE + "%").replace("_", ESCAPE + "_")


def _is_set(value):
    return value is not None and value != () and value != []


_EXISTING = {
    name: CompiledStatement(select(column).where(column.in_(bindparam("ids", type_=Integer, expanding=True))))
    for name, column in (("event_type", EventType.__table__.c.id), ("shift", Shift.__table__.c.id))
}


def find_existing_ids(connection, kind: str, ids: Sequence[int]) -> set[int]:
    """Return which of these ids event types or shifts have; ``kind`` is ``event_type`` or ``shift``."""
    return set(connection.scalars(_EXISTING[kind], {"ids": [id_ for id_ in ids if 0 < id_ <= MAX_ROW_ID]}))
