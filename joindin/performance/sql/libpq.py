"""A cursor for plain statements that goes by the library below PostgreSQL's driver.

It prepares each statement once a connection, and waits for the answer inside the library: a third of
the time that the driver takes, and the interpreter is given up once, not at each step.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg import Connection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus

PARAMETER = re.compile(r"%\((\w+)\)s|%%")
OK_STATUSES = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)

# Statements that a connection keeps prepared; beyond that it begins anew.
MOST_PREPARED = 200


class Cursor:
    """What :class:`joindin.performance.sql.reader.ThreadConnections` asks of a DBAPI cursor, and no more."""

    def __init__(self, connection: Connection):
        self.connection = connection
        self._library = connection.pgconn
        self._adapter = Transformer(connection)
        self._prepared: dict[tuple, bytes] = {}
        self._answer = None

    def execute(self, text: str, parameters: Mapping[str, Any] = {}) -> None:
        """:raises psycopg.Error: as the driver does."""
        words, names = _numbered(text)
        values = self._adapter.dump_sequence([parameters[name] for name in names], [PyFormat.AUTO] * len(names))
        kinds = self._adapter.types
        name = self._prepared.get((text, kinds)) or self._prepare(text, words, kinds)
        self._answer = self._checked(self._library.exec_prepared(name, values, self._adapter.formats))

    @property
    def description(self) -> list[tuple[str, int]]:
        """Name and type of each column."""
        found = self._answer
        return [(found.fname(place).decode(), found.ftype(place)) for place in range(found.nfields)]

    @property
    def rowcount(self) -> int:
        return self._answer.command_tuples or 0

    def fetchall(self) -> Sequence[tuple]:
        self._adapter.set_pgresult(self._answer)
        return self._adapter.load_rows(0, self._answer.ntuples, tuple)

    def _prepare(self, text, words, kinds):
        if len(self._prepared) >= MOST_PREPARED:
            self._checked(self._library.exec_(b"DEALLOCATE ALL"))
            self._prepared.clear()
        name = b"joindin_%d" % len(self._prepared)
        self._checked(self._library.prepare(name, words, kinds))
        self._prepared[text, kinds] = name
        return name

    def _checked(self, answer):
        if answer.status not in OK_STATUSES:
            raise errors.error_from_result(answer, encoding="utf-8")
        return answer


@lru_cache(maxsize=1024)
def _numbered(text):
    """The text with numbers for the names of its parameters, and the names in that order."""
    names = {}

    def number(found):
        return "%" if found[1] is None else f"${names.setdefault(found[1], len(names) + 1)}"

    return PARAMETER.sub(number, text).encode(), tuple(names)
