"""Statements that are compiled once per dialect."""

from collections import namedtuple
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.sql import Executable


class CompiledStatement:
    """A statement for a :class:`Reader`: put together once, asked with other values each time."""

    def __init__(self, statement: Executable):
        self.statement = statement
        self._words = {}

    # Sessions and connections take it for the statement, by the names under which they ask.

    def __clause_element__(self):
        return self.statement

    def _execute_on_connection(self, *arguments):
        return self.statement._execute_on_connection(*arguments)

    def _execute_on_scalar(self, *arguments):
        return self.statement._execute_on_scalar(*arguments)

    def compiled_for(self, dialect) -> "CompiledSQL":
        words = self._words.get(dialect.name)
        if words is None:
            words = self._words[dialect.name] = CompiledSQL(self.statement, dialect)
        return words


class CompiledSQL:
    """A statement in one dialect, and what becomes of values and rows on the way."""

    def __init__(self, statement, dialect):
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._given = compiled.params
        self._order = compiled.positiontup
        self._lists = sorted({bind.key for bind in compiled.post_compile_params})
        # Texts by the lengths of the lists in them.
        self._texts = {}
        # By the names in the text: those of values that stand in the statement are made up for it.
        binds = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
        self._binds = _only_working({name: kind.bind_processor(dialect) for name, kind in binds.items()})
        # Plain text tells nothing about its columns.
        self._kinds = [column.type.dialect_impl(dialect) for column in getattr(statement, "selected_columns", ())]
        self._dialect = dialect
        self._row = self._results = None

    def bind(self, values: Mapping[str, Any]):
        """The text and its parameters, in the form that the driver takes."""
        values = {**self._given, **values}
        for name, process in self._binds.items():
            value = values[name]
            values[name] = [process(each) for each in value] if name in self._lists else process(value)
        if not self._lists:
            return self._text, values if self._order is None else [values[name] for name in self._order]
        lengths = tuple(len(values[name]) for name in self._lists)
        text = self._texts.get(lengths)
        if text is None:
            text = self._texts[lengths] = self._spelled_out(lengths)
        if self._order is None:
            lists = {f"{name}_{place}": each for name in self._lists for place, each in enumerate(values.pop(name))}
            return text, values | lists
        parameters = []
        for name in self._order:
            parameters += values[name] if name in self._lists else [values[name]]
        return text, parameters

    def _spelled_out(self, lengths):
        text = self._text
        for name, length in zip(self._lists, lengths, strict=True):
            marks = ["?" if self._order is not None else f"%({name}_{place})s" for place in range(length)]
            text = text.replace(f"__[POSTCOMPILE_{name}]", ", ".join(marks) or "SELECT NULL WHERE 1 = 0")
        return text

    def rows(self, cursor) -> "ResultRows":
        if self._row is None:
            self._see_columns(cursor.description)
        found = cursor.fetchall()
        if self._results:
            found = map(self._processed, found)
        return ResultRows(map(self._row, found))

    def _see_columns(self, columns):
        codes = zip(self._kinds, columns) if self._kinds else ()
        self._results = _only_working(
            {place: kind.result_processor(self._dialect, column[1]) for place, (kind, column) in enumerate(codes)}
        )
        # Last, for other threads look whether it is there.
        row = namedtuple("Row", [column[0] for column in columns], rename=True)
        # As ``row._make``, without a function of Python's for each row.
        self._row = partial(tuple.__new__, row)

    def _processed(self, row):
        row = list(row)
        for place, process in self._results.items():
            row[place] = process(row[place])
        return row


class ResultRows(list):
    """What was found, asked for as SQLAlchemy's results are. ``rowcount`` is for those who write."""

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


def _only_working(processors):
    return {key: process for key, process in processors.items() if process is not None}
