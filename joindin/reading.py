"""Plain reading: statements that are put into words once, and sent by the driver alone.

Around a small statement SQLAlchemy takes ten times what the database takes for it: to find a
connection, to find the words, to wrap the rows. What many requests ask is therefore a
:class:`Prepared` statement, and goes over a connection that its thread keeps. Anything else goes
the usual way; so does a prepared statement that failed, for SQLAlchemy knows what failures mean
and finds another connection where one broke.
"""

from collections import namedtuple
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from threading import local
from typing import Any

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.sql import Executable

NO_VALUES: dict[str, Any] = {}
BATCH = 500


class Prepared:
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

    def words(self, dialect) -> "Words":
        words = self._words.get(dialect.name)
        if words is None:
            words = self._words[dialect.name] = Words(self.statement, dialect)
        return words


class Words:
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

    def said_with(self, values: Mapping[str, Any]):
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

    def rows(self, cursor) -> "Rows":
        if self._row is None:
            self._see_columns(cursor.description)
        found = cursor.fetchall()
        if self._results:
            found = map(self._processed, found)
        return Rows(map(self._row, found))

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


class Rows(list):
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
        return Rows(row[0] for row in self)


class Driver:
    """The engine's own connections, one for each thread that reads, in no transaction."""

    def __init__(self, engine: Engine):
        self._engine = engine
        self._kept = local()

    @property
    def engine(self) -> Engine:
        return self._engine

    def connect(self) -> Connection:
        return self._engine.connect()

    def read(self, statement: Prepared, values: Mapping[str, Any]) -> Rows | None:
        """The rows; None if something went wrong, which is then nothing that anybody depends on."""
        try:
            cursor = self.cursor()
            return self.send(cursor, statement, values).rows(cursor)
        except self._engine.dialect.loaded_dbapi.Error:
            self.give_up()
            return None

    def cursor(self):
        cursor = getattr(self._kept, "cursor", None)
        if cursor is None:
            fresh = self._engine.raw_connection()
            connection = fresh.dbapi_connection
            fresh.detach()
            cursor = self._kept.cursor = self._bare_cursor(connection)
        return cursor

    def send(self, cursor, statement: Prepared, values: Mapping[str, Any]) -> Words:
        words = statement.words(self._engine.dialect)
        text, parameters = words.said_with(values)
        if not self._engine._has_events:
            cursor.execute(text, parameters)
            return words
        # Somebody listens to the engine.
        heard = (None, cursor, text, parameters, None, False)
        self._engine.dispatch.before_cursor_execute(*heard)
        cursor.execute(text, parameters)
        self._engine.dispatch.after_cursor_execute(*heard)
        return words

    def give_up(self) -> None:
        """Have the thread connect anew."""
        self._kept.cursor = None

    def _bare_cursor(self, connection):
        if self._engine.dialect.name != "postgresql":
            return connection.cursor()
        from joindin.libpq import Cursor

        connection.autocommit = True
        return Cursor(connection)


class Reader:
    """One request's reading. It does not see what the request's session has not committed."""

    def __init__(self, driver: Driver):
        self._driver = driver
        self._connection = None

    @property
    def engine(self) -> Engine:
        return self._driver.engine

    @property
    def dialect(self):
        return self.engine.dialect

    def execute(self, statement, values: Mapping[str, Any] = NO_VALUES):
        if isinstance(statement, Prepared):
            rows = self._driver.read(statement, values)
            if rows is not None:
                return rows
            statement = statement.statement
        if self._connection is None:
            self._connection = self._driver.connect()
        return self._connection.execute(statement, values)

    def scalar(self, statement, values: Mapping[str, Any] = NO_VALUES):
        return self.execute(statement, values).scalar()

    def scalars(self, statement, values: Mapping[str, Any] = NO_VALUES):
        return self.execute(statement, values).scalars()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


def in_batches(values: Iterable) -> Iterator[list]:
    """Lists short enough for a statement that names each value."""
    values = list(values)
    for start in range(0, len(values), BATCH):
        yield values[start : start + BATCH]


def _only_working(processors):
    return {key: process for key, process in processors.items() if process is not None}
