"""Database outages: errors that say that the database did not answer, not that a statement is wrong."""

import logging
import sqlite3
from time import monotonic

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Classes of SQLSTATE: connection failure, transaction rollback, insufficient resources, operator intervention (among
# them the statement timeout). The single code is the lock timeout.
OUTAGE_SQLSTATES = ("08", "40", "53", "57", "55P03")
# The disk of a SQLite file may be gone or full.
OUTAGE_SQLITE_CODES = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_PROTOCOL,
)

# The same cause is logged again after this time.
REPEAT_AFTER_S = 60

log = logging.getLogger(__name__)


def is_outage(error: Exception) -> bool:
    """Return whether an error of SQLAlchemy means that the database was not available."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return error.connection_invalidated or is_driver_outage(error.orig)


def is_driver_outage(error: Exception) -> bool:
    """Return whether an operational or interface error of a driver means that the database was not available."""
    if hasattr(error, "sqlite_errorcode"):
        return error.sqlite_errorcode & 0xFF in OUTAGE_SQLITE_CODES
    # A connection that fails on the client's side has no SQLSTATE.
    sqlstate = getattr(error, "sqlstate", None)
    return sqlstate is None or sqlstate.startswith(OUTAGE_SQLSTATES)


class CauseLog:
    """Logs errors once per cause and minute, not once per request. The cause is the class with the SQLSTATE."""

    def __init__(self, message: str):
        self._message = message
        self._logged_at = {}

    def report(self, error: Exception) -> None:
        cause, now = (type(error), getattr(error, "sqlstate", None)), monotonic()
        if now - self._logged_at.get(cause, -REPEAT_AFTER_S) >= REPEAT_AFTER_S:
            self._logged_at[cause] = now
            log.warning("%s: %s", self._message, error)
