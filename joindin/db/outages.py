"""Database outages: errors that say that the database did not answer, not that a statement is wrong."""

import errno
import logging
import sqlite3
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# Classes of SQLSTATE: connection failure, transaction rollback, insufficient resources, operator intervention (among
# them the statement timeout). The single code is the lock timeout.
OUTAGE_SQLSTATES = ("08", "40", "53", "57", "55P03")
# The disk of a SQLite file may be gone or full. A statement that takes too long is interrupted.
OUTAGE_SQLITE_CODES = (
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_PROTOCOL,
)

# Time between two lines about the same cause.
REPEAT_AFTER_S = 60
MAX_DESCRIPTION_LENGTH = 300

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


def is_disk_full(error: Exception) -> bool:
    """Return whether an error of the operating system means that a disk or its quota is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def describe_error(error: Exception) -> str:
    """Return class and first line of a driver's error."""
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:MAX_DESCRIPTION_LENGTH]


@dataclass
class _Cause:
    description: str
    logged_at: float
    unlogged: int = 0


class CauseLog:
    """Logs the first error of a cause, then the number of errors once a minute, and the end of a minute without any.

    A cause is the class of an error with its SQLSTATE or SQLite code. No thread waits for the minute: :meth:`report`
    and :meth:`summarise` log what is due.
    """

    def __init__(self, message: str):
        self._message = message
        self._causes: dict[tuple, _Cause] = {}
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Whether :meth:`summarise` has something to log, now or later."""
        return bool(self._causes)

    def report(self, error: Exception) -> None:
        error = getattr(error, "orig", None) or error
        key = (type(error), getattr(error, "sqlstate", None), getattr(error, "sqlite_errorcode", None))
        now = monotonic()
        with self._lock:
            cause = self._causes.get(key)
            if cause is None:
                cause = self._causes[key] = _Cause(describe_error(error), now)
                log.warning("%s: %s", self._message, cause.description)
                return
            cause.unlogged += 1
            if now - cause.logged_at >= REPEAT_AFTER_S:
                self._log_number(cause, now)

    def summarise(self) -> None:
        """Log the number of errors of each cause whose last line is a minute old; a cause without errors since then ends."""
        now = monotonic()
        with self._lock:
            for key, cause in list(self._causes.items()):
                if now - cause.logged_at < REPEAT_AFTER_S:
                    continue
                if cause.unlogged:
                    self._log_number(cause, now)
                else:
                    del self._causes[key]
                    log.warning("%s: no error for %d s: %s", self._message, now - cause.logged_at, cause.description)

    def clear(self) -> None:
        """Forget all causes."""
        with self._lock:
            self._causes.clear()

    def _log_number(self, cause, now):
        log.warning(
            "%s: %d errors in %d s: %s", self._message, cause.unlogged, now - cause.logged_at, cause.description
        )
        cause.logged_at, cause.unlogged = now, 0
