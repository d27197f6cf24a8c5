"""Numbers that take long to count, cached until the read models change.

Each number is stored with the change counter that its statement read, and is current while the counter has not moved.
The cache is an execution option of the engine (``query_cache``), so that it is bounded by a setting and belongs to one
application. With an engine that has none, each number is counted again.
"""

from collections.abc import Hashable, Mapping
from typing import Any

from sqlalchemy import text

from joindin.performance.caching.lru import ByteLRU
from joindin.performance.read_models.bucket_counts import total_count_sql
from joindin.performance.sql.compiled import CompiledStatement

# SQL for the number of changes of everything that lists are made of. It only grows.
CHANGE_COUNTER = total_count_sql("'changes'")
_READ_CHANGE_COUNTER = CompiledStatement(text(f"SELECT {CHANGE_COUNTER}"))

# The pair of numbers of an entry.
ENTRY_BYTES = 128


def cached_count(
    connection, statement: CompiledStatement, params: Mapping[str, Any], changes: int | None = None
) -> int:
    """Return the number that ``statement`` selects, executing it only if the cached one is outdated.

    The statement selects the number and ``CHANGE_COUNTER``, and must be the same object each time. ``changes`` is the
    change counter if the caller has just read it.
    """
    cache, key = _cache(connection), _key(statement, params)
    entry = cache.get(key) if cache is not None else None
    if entry is not None:
        if changes is None:
            changes = connection.scalar(_READ_CHANGE_COUNTER)
        if entry[1] == changes:
            return entry[0]
    entry = number, _ = tuple(connection.execute(statement, params).one())
    if cache is not None:
        cache.put(key, entry, ENTRY_BYTES)
    return number


def count_under(connection, statement: CompiledStatement, params: Mapping[str, Any], changes: Hashable) -> int:
    """Return the number that ``statement`` selects, executing it only if it was not counted under the same ``changes``.

    ``changes`` are the counters of all changes that can move the number. The caller has read them before.
    """
    cache, key = _cache(connection), _key(statement, params)
    entry = cache.get(key) if cache is not None else None
    if entry is not None and entry[1] == changes:
        return entry[0]
    number = connection.scalar(statement, params)
    if cache is not None:
        cache.put(key, (number, changes), ENTRY_BYTES)
    return number


def peek_count(connection, statement: CompiledStatement, params: Mapping[str, Any]) -> int | None:
    """Return the cached number, current or not, or None. Good enough to choose between ways of searching."""
    cache = _cache(connection)
    entry = cache.get(_key(statement, params)) if cache is not None else None
    return entry and entry[0]


def _cache(connection) -> ByteLRU | None:
    return connection.engine.get_execution_options().get("query_cache")


def _key(statement, params):
    values = sorted(params.items())
    return statement, tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in values)
