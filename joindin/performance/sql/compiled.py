"""Statements compiled once per dialect, and the rows they return.

SQLAlchemy's own overhead for a small statement (checking out a connection, looking up the compiled SQL, wrapping the
rows) is several times the cost in the database. Statements of frequent requests are therefore a
:class:`CompiledStatement`: the SQL text and the functions that convert parameters and values are computed at first use.
"""

import json
import re
from collections import namedtuple
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.sql import Executable

from joindin.db.dialects import dialect_of

# How SQLAlchemy writes the place of a list whose length is known at execution only.
IN_LIST = re.compile(r"(NOT )?IN \(__\[POSTCOMPILE_(\w+)\]\)")


class CompiledStatement:
    """A statement that is compiled once and executed many times with other parameters.

    Sessions and connections of SQLAlchemy execute it as well.
    """

    def __init__(self, statement: Executable):
        self.statement = statement
        self._compiled = {}

    # The methods by which SQLAlchemy recognises what it can execute.

    def __clause_element__(self):
        return self.statement

    def _execute_on_connection(self, *args):
        return self.statement._execute_on_connection(*args)

    def _execute_on_scalar(self, *args):
        return self.statement._execute_on_scalar(*args)

    def compiled_for(self, dialect) -> "CompiledSQL":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = CompiledSQL(self.statement, dialect)
        return compiled


class CompiledSQL:
    """The SQL text of a statement in one dialect, with the conversions of its parameters and values.

    A list for ``IN`` is one parameter: an array on PostgreSQL, a JSON text on SQLite. The text is the same for every
    length, the empty list included, so a connection prepares it once.
    """

    def __init__(self, statement, dialect):
        compiled = statement.compile(dialect=dialect)
        self._has_arrays = dialect_of(dialect).has_arrays
        self._text = IN_LIST.sub(self._list_condition, str(compiled))
        self._defaults = compiled.params
        self._order = compiled.positiontup
        self._lists = {bind.key for bind in compiled.post_compile_params}
        # The text contains values of the statement itself as parameters with made-up names.
        types = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        self._param_processors = _without_noops({name: each.bind_processor(dialect) for name, each in types.items()})
        # A textual statement has no column types.
        self._column_types = [each.type.dialect_impl(dialect) for each in getattr(statement, "selected_columns", ())]
        self._dialect = dialect
        self._make_row = self._value_processors = None

    def bind(self, params: Mapping[str, Any]):
        """Return the SQL text and its parameters in the form that the driver takes."""
        values = {**self._defaults, **params}
        for name, process in self._param_processors.items():
            value = values[name]
            values[name] = [process(each) for each in value] if name in self._lists else process(value)
        for name in self._lists:
            values[name] = list(values[name]) if self._has_arrays else json.dumps(list(values[name]))
        return self._text, values if self._order is None else [values[name] for name in self._order]

    def fetch_rows(self, cursor) -> "ResultRows":
        """Return all rows of the statement that ``cursor`` has executed."""
        if self._make_row is None:
            self._read_cursor_description(cursor.description)
        rows = cursor.fetchall()
        if self._value_processors:
            rows = map(self._process, rows)
        return ResultRows(map(self._make_row, rows))

    def _list_condition(self, match):
        negated, name = match.groups()
        if self._has_arrays:
            return f"{'<> ALL' if negated else '= ANY'} (%({name})s)"
        return f"{negated or ''}IN (SELECT value FROM json_each(?))"

    def _read_cursor_description(self, columns):
        types = zip(self._column_types, columns) if self._column_types else ()
        self._value_processors = _without_noops(
            {index: type_.result_processor(self._dialect, column[1]) for index, (type_, column) in enumerate(types)}
        )
        row_class = namedtuple("Row", [column[0] for column in columns], rename=True)
        # The same as ``row_class._make``, without a Python function for each row. Set last: other threads test it.
        self._make_row = partial(tuple.__new__, row_class)

    def _process(self, row):
        row = list(row)
        for index, process in self._value_processors.items():
            row[index] = process(row[index])
        return row


class ResultRows(list):
    """Fetched rows with the methods of SQLAlchemy's results. ``rowcount`` is set for statements that write."""

    rowcount = -1

    def all(self):
        return self

    def first(self):
        return self[0] if self else None

    def one(self):
        (row,) = self
        return row

    def scalar(self):
        return self[0][0] if self else None

    def scalars(self):
        return ResultRows(row[0] for row in self)


def _without_noops(processors):
    return {key: process for key, process in processors.items() if process is not None}
