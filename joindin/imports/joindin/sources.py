"""Interface of import sources, and a source in memory.

A source can be read several times, one table at a time. It never holds a whole table in memory, except ``InMemorySource``.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from joindin.errors import DomainError
from joindin.imports.legacy_row import InvalidRow, parse_row_id


class SourceError(DomainError):
    """The source cannot be read completely."""


@dataclass
class TableStats:
    """Number of rows of a table, and the highest valid id."""

    count: int = 0
    highest_id: int = 0

    def add(self, row: dict) -> None:
        self.count += 1
        with suppress(InvalidRow):
            self.highest_id = max(self.highest_id, parse_row_id(row))


class Source(Protocol):
    def table_stats(self) -> dict[str, TableStats]:
        """Return number of rows and highest id by table."""

    def rows(self, table: str, after_id: int = 0) -> Iterator[dict]:
        """Yield rows by column name: all, or those with a higher id; nothing if there is no such table."""

    def close(self) -> None: ...


class InMemorySource:
    """Tables in memory: lists of rows by table name."""

    def __init__(self, tables: dict[str, Iterable[dict]]):
        self._tables = tables

    def table_stats(self):
        stats = {}
        for table, rows in self._tables.items():
            stats[table] = TableStats()
            for row in rows:
                stats[table].add(row)
        return stats

    def rows(self, table, after_id=0):
        return rows_after(self._tables.get(table, ()), after_id)

    def close(self):
        pass


def rows_after(rows: Iterable[dict], after_id: int) -> Iterator[dict]:
    return (row for row in rows if _is_after(row, after_id)) if after_id else iter(rows)


def _is_after(row, after_id):
    try:
        return parse_row_id(row) > after_id
    except InvalidRow:
        return False
