"""What took long to count or to find, remembered until something that lists go by has changed."""

from array import array
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import text

from joindin.performance.read_models.bucket_counts import total_count_sql
from joindin.performance.sql.compiled import CompiledStatement

MOST = 1024

# How often anything has changed; it only ever grows, and it is read together with what it stands for.
CHANGE_COUNTER = total_count_sql("'changes'")

_changes = CompiledStatement(text(f"SELECT {CHANGE_COUNTER}"))
_known = OrderedDict()
_found = OrderedDict()
_lock = Lock()


def cached_count(connection, statement, values: dict, changes: int | None = None) -> int:
    """What ``statement``, which tells a number and ``CHANGES``, says; asked only if that is not known.

    The same question has to be the same object each time. ``changes`` is what somebody has read of
    them already, beside what the number belongs to.
    """
    key = _key(connection, statement, values)
    with _lock:
        known = _known.get(key)
    if known is not None:
        if changes is None:
            changes = connection.scalar(_changes)
        if known[0] == changes:
            with _lock:
                _known[key] = known
                _known.move_to_end(key)
            return known[1]
    number, changes = connection.execute(statement, values).one()
    with _lock:
        _known[key] = changes, number
        while len(_known) > MOST:
            _known.popitem(last=False)
    return number


@dataclass(frozen=True)
class Found:
    """Ids in their order, how many there are in all, and how often anything had changed until they were found."""

    ids: array
    total: int
    changes: int


def recall(connection, question: tuple) -> Found | None:
    """What was found the last time, current or not."""
    key = connection.engine.url, question
    with _lock:
        if (known := _found.get(key)) is not None:
            _found.move_to_end(key)
        return known


def remember(connection, question: tuple, ids, total: int, changes: int) -> Found:
    found = Found(array("q", ids), total, changes)
    with _lock:
        _found[connection.engine.url, question] = found
        while len(_found) > MOST:
            _found.popitem(last=False)
    return found


def are_current(connection, found: Found, changes: int | None) -> bool:
    """Whether nothing has changed since. ``changes`` as for :func:`remembered_count`."""
    return found.changes == (connection.scalar(_changes) if changes is None else changes)


def peek_count(connection, statement, values: dict) -> int | None:
    """What the number was when it was asked for, be it as it may now: to choose how to look for something."""
    with _lock:
        known = _known.get(_key(connection, statement, values))
    return known and known[1]


def _key(connection, statement, values):
    return connection.engine.url, statement, tuple(sorted(values.items()))


def clear_query_cache() -> None:
    """For tests, where a database begins anew."""
    with _lock:
        _known.clear()
        _found.clear()
