"""Reads from PostgreSQL replicas that are never out of date.

Before a read, the primary reports the end of its write-ahead log. A replica that has replayed the log up to there shows
everything that was acknowledged before the read began, in any worker or machine. A replica that lags is skipped until
it has caught up. A replica that does not answer is skipped for some seconds. A request whose replica is lost is
answered by the primary.
"""

from collections.abc import Sequence
from itertools import count
from time import monotonic

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from joindin.db.engines import autocommit_engine, engine_options
from joindin.performance.data_version import ScalarProbe
from joindin.performance.sql.connections import ConnectionPool

# The WSGI environment's key for the replica of the request.
REPLICA_ENVIRON_KEY = "joindin.replica"

# Reads below this path go to replicas: the API, whose reads write nothing that they read back.
REPLICA_PATH_PREFIX = "/v2.1"

# Seconds until a replica that did not answer is tried again.
RETRY_AFTER_S = 5


# Seconds of transactions that the replica has received and not replayed. A replica that has replayed all it received does not lag,
# also if the primary writes nothing.
_REPLAY_LAG = b"""SELECT CASE WHEN NOT pg_is_in_recovery() THEN NULL
    WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
    ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"""


class Replica:
    def __init__(self, url: str, *, plain_sql: bool):
        engine = create_engine(url, **engine_options(url))
        self.engine = autocommit_engine(engine)
        self.pool = None if plain_sql else ConnectionPool(engine)
        self._replayed = ScalarProbe(engine, b"SELECT pg_last_wal_replay_lsn()")
        self._replay_lag = ScalarProbe(engine, _REPLAY_LAG)
        self._skipped_until = 0

    def has_replayed(self, position: int) -> bool:
        if monotonic() < self._skipped_until:
            return False
        reply = self._replayed()
        if reply is None:
            self.skip()
            return False
        # The value is empty on a server that is no replica (any more).
        return bool(reply[1]) and _log_position(reply[1]) >= position

    def read_lag_s(self) -> float | None:
        """Return the seconds that the replica lags; None if it does not answer or is no replica."""
        reply = self._replay_lag()
        return float(reply[1]) if reply and reply[1] else None

    def skip(self) -> None:
        """Do not use this replica for some seconds."""
        self._skipped_until = monotonic() + RETRY_AFTER_S


class Replicas:
    def __init__(self, primary: Engine, urls: Sequence[str], *, plain_sql: bool):
        self._written = ScalarProbe(primary, b"SELECT pg_current_wal_insert_lsn()")
        self._replicas = [Replica(url, plain_sql=plain_sql) for url in urls]
        self._turns = count()

    def pick_caught_up_replica(self) -> Replica | None:
        """Return a replica that shows everything written until now, in rotation; None if there is none."""
        written = self._written()
        if written is None:
            return None
        first = next(self._turns) % len(self._replicas)
        position = _log_position(written[1])
        rotation = self._replicas[first:] + self._replicas[:first]
        return next((replica for replica in rotation if replica.has_replayed(position)), None)

    @property
    def engines(self) -> list[Engine]:
        return [replica.engine for replica in self._replicas]

    def read_lags_s(self) -> list[float | None]:
        """Return the lag of each replica in seconds, in the order of the setting."""
        return [replica.read_lag_s() for replica in self._replicas]

    def dispose(self) -> None:
        for engine in self.engines:
            engine.dispose()


class ReplicaRoutingMiddleware:
    """WSGI middleware that assigns reads to replicas, and repeats a read on the primary when its replica is lost.

    503 is the status of a lost database connection (``http/error_dispatch.py``). Other errors are not repeated.
    """

    def __init__(self, app, replicas: Replicas):
        self._app = app
        self._replicas = replicas

    def __call__(self, environ, start_response):
        is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"].startswith(REPLICA_PATH_PREFIX)
        replica = self._replicas.pick_caught_up_replica() if is_read else None
        if replica is None:
            return self._app(environ, start_response)
        status_and_headers = []
        body = self._app({**environ, REPLICA_ENVIRON_KEY: replica}, lambda *args: status_and_headers.extend(args[:2]))
        if not status_and_headers[0].startswith("503"):
            start_response(*status_and_headers)
            return body
        if hasattr(body, "close"):
            body.close()
        replica.skip()
        return self._app(environ, start_response)


def _log_position(text: bytes) -> int:
    """Return the number that ``text`` writes as two hexadecimal halves of 32 bits."""
    high, _, low = text.partition(b"/")
    return (int(high, 16) << 32) + int(low, 16)
