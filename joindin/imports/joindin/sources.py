"""Where the tables of a Joind.in installation are read from: a database, a dump, or what is in memory.

Every source can be read several times, a table at a time, and holds no table as a whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from joindin.errors import DomainError
from joindin.imports.joindin.legacy_row import InvalidRow, parse_row_id


class SourceError(DomainError):
    """The source cannot be read, or not to its end."""


@dataclass
class TableStats:
    """How many rows a table has, and their highest id that can be one."""

    count: int = 0
    highest_id: int = 0

    def add(self, row: dict) -> None:
        self.count += 1
        with suppress(InvalidRow):
            self.highest_id = max(self.highest_id, parse_row_id(row))


class Source(Protocol):
    def table_stats(self) -> dict[str, TableStats]:
        """What tables there are."""

    def rows(self, table: str, above: int = 0) -> Iterator[dict]:
        """The rows of a table by name of column, all or those with ids above; none if there is no such table."""

    def close(self) -> None: ...


class InMemorySource:
    """Tables that are in memory already: lists of rows by name."""

    def __init__(self, tables: dict[str, Iterable[dict]]):
        self._tables = tables

    def table_stats(self):
        facts = {}
        for table, rows in self._tables.items():
            facts[table] = TableStats()
            for row in rows:
                facts[table].add(row)
        return facts

    def rows(self, table, above=0):
        return rows_after(self._tables.get(table, ()), above)

    def close(self):
        pass


def rows_after(rows: Iterable[dict], above: int) -> Iterator[dict]:
    return (row for row in rows if _is_above(row, above)) if above else iter(rows)


def _is_above(row, above):
    try:
        return parse_row_id(row) > above
    except InvalidRow:
        return False
