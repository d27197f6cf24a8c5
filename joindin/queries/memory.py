"""Numbers that took long to count, remembered until something that lists go by has changed."""

from collections import OrderedDict
from threading import Lock

from sqlalchemy import text

from joindin.queries.tallies import count_all
from joindin.reading import Prepared

MOST = 1024

# How often anything has changed; it only ever grows, and it is read together with what it stands for.
CHANGES = count_all("'changes'")

_changes = Prepared(text(f"SELECT {CHANGES}"))
_known = OrderedDict()
_lock = Lock()


def remembered_count(connection, statement, values: dict) -> int:
    """What ``statement``, which tells a number and ``CHANGES``, says; asked only if that is not known.

    The same question has to be the same object each time.
    """
    key = (connection.engine.url, statement, tuple(sorted(values.items())))
    changes = connection.scalar(_changes)
    with _lock:
        if (known := _known.get(key)) and known[0] == changes:
            _known.move_to_end(key)
            return known[1]
    number, changes = connection.execute(statement, values).one()
    with _lock:
        _known[key] = changes, number
        while len(_known) > MOST:
            _known.popitem(last=False)
    return number


def forget_counts() -> None:
    """For tests, where a database begins anew."""
    with _lock:
        _known.clear()
