"""Index of the events that run at a moment: by length class, then by start.

An event runs from its start to its end. Those that run at a moment lie anywhere before it in the order of starts, but an
event of a length class starts at most the length of the class before: a scan of each class over that span reads few
events that do not run. The index is created with the triggers, because SQLite loses indexes of expressions when it
recreates the table. It covers what lists of the agenda look at.
"""

import datetime as dt
import json
from functools import lru_cache

from sqlalchemy import Connection

from joindin.utils.datetimes import EARLIEST, midnight

# Days: an event of class n is not longer than the n-th, one of the last class is longer than all.
CLASS_LENGTHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
INDEX_NAME = "keep_running_events"

_LENGTH_EXCEEDS = {
    "sqlite": "(julianday({row}ends_at) - julianday({row}starts_at) > {days})",
    "postgresql": "(({row}ends_at - {row}starts_at > interval '{days} days')::integer)",
}


def length_class_sql(dialect_name: str, row: str = "") -> str:
    """Return SQL for the length class of an event; ``row`` is the alias of its table."""
    template, prefix = _LENGTH_EXCEEDS[dialect_name], row and f"{row}."
    return f"({' + '.join(template.format(row=prefix, days=days) for days in CLASS_LENGTHS)})"


def running_events_sql(dialect_name: str) -> str:
    """Return SQL for a join of ``events e`` with the rows ``length_class`` and ``since`` of :func:`earliest_starts`.

    It contains all events that run at a moment, and others, which conditions on start and end leave out.
    """
    rows = {
        "sqlite": "(SELECT key AS length_class, value AS since FROM json_each(:earliest_starts))",
        "postgresql": "(SELECT ordinality - 1 AS length_class, CAST(value AS timestamp) AT TIME ZONE 'UTC' AS since"
        " FROM json_array_elements_text(CAST(:earliest_starts AS json)) WITH ORDINALITY)",
    }
    return (
        f"{rows[dialect_name]} classes CROSS JOIN events e"
        f" WHERE {length_class_sql(dialect_name, 'e')} = classes.length_class AND e.starts_at >= classes.since"
    )


def earliest_starts(at: dt.datetime) -> str:
    """Return the parameter ``:earliest_starts``: by length class, before when an event that runs then cannot start."""
    return _earliest_starts(midnight(at))


@lru_cache(maxsize=64)
def _earliest_starts(day):
    spans = [dt.timedelta(days=days) for days in CLASS_LENGTHS]
    starts = [day - span if day - EARLIEST > span else EARLIEST for span in spans] + [EARLIEST]
    # As SQLite stores them.
    return json.dumps([start.replace(tzinfo=None).isoformat(" ", "microseconds") for start in starts])


def create_index(connection: Connection) -> None:
    columns = f"{length_class_sql(connection.dialect.name)}, starts_at, id, ends_at, parent_id, is_multidate, is_ahead"
    connection.exec_driver_sql(f"CREATE INDEX IF NOT EXISTS {INDEX_NAME} ON events ({columns}) WHERE is_visible")


def drop_index(connection: Connection) -> None:
    connection.exec_driver_sql(f"DROP INDEX IF EXISTS {INDEX_NAME}")
