"""Read replicas: copies of a PostgreSQL database that answer reads, and never with something out of date.

Before a read, the primary tells how far its log reaches. A replica that has replayed that far shows
all that was acknowledged before the read began, whoever wrote it and through which worker or
machine; so people find what they just wrote. One that lags is passed over until it has caught up,
one that does not answer has a rest, and what fails at a replica is asked of the primary.
"""

from collections.abc import Sequence
from itertools import count
from time import monotonic

from sqlalchemy import create_engine
from sqlalchemy.engine import Engine

from joindin.db.engines import autocommit_engine, engine_options
from joindin.performance.data_version import ScalarProbe
from joindin.performance.sql.reader import ThreadConnections

# Where a request carries the replica that it reads from.
REPLICA_ENVIRON_KEY = "joindin.replica"

# What is read of them: the API, whose reads write nothing that they go on to read.
REPLICA_PATH_PREFIX = "/v2.1"

# Seconds before a replica that did not answer is asked again.
RETRY_AFTER_S = 5


class Replica:
    def __init__(self, url: str):
        engine = create_engine(url, **engine_options(url))
        self.engine = autocommit_engine(engine)
        self.connections = ThreadConnections(self.engine)
        self._replayed = ScalarProbe(engine, b"SELECT pg_last_wal_replay_lsn()")
        self._rests_until = 0

    def has_replayed(self, position: int) -> bool:
        if monotonic() < self._rests_until:
            return False
        said = self._replayed()
        if said is None:
            self._rests_until = monotonic() + RETRY_AFTER_S
            return False
        # A server that is no replica (any more) says nothing.
        return bool(said[1]) and _position(said[1]) >= position


class Replicas:
    def __init__(self, primary: Engine, urls: Sequence[str]):
        self._written = ScalarProbe(primary, b"SELECT pg_current_wal_insert_lsn()")
        self._replicas = [Replica(url) for url in urls]
        self._turns = count()

    def pick_caught_up_replica(self) -> Replica | None:
        """One that shows all that was written until now, each in its turn; None if there is none."""
        written = self._written()
        if written is None:
            return None
        first = next(self._turns) % len(self._replicas)
        position = _position(written[1])
        in_turn = self._replicas[first:] + self._replicas[:first]
        return next((replica for replica in in_turn if replica.has_replayed(position)), None)

    def dispose(self) -> None:
        for replica in self._replicas:
            replica.engine.dispose()


class ReplicaRoutingMiddleware:
    """WSGI middleware: gives reads a replica, and a second chance at the primary."""

    def __init__(self, app, replicas: Replicas):
        self._app = app
        self._replicas = replicas

    def __call__(self, environ, start_response):
        is_read = environ["REQUEST_METHOD"] in ("GET", "HEAD") and environ["PATH_INFO"].startswith(REPLICA_PATH_PREFIX)
        replica = self._replicas.pick_caught_up_replica() if is_read else None
        if replica is None:
            return self._app(environ, start_response)
        said = []
        body = self._app({**environ, REPLICA_ENVIRON_KEY: replica}, lambda *words: said.extend(words[:2]))
        if not said[0].startswith("5"):
            start_response(*said)
            return body
        if hasattr(body, "close"):
            body.close()
        return self._app(environ, start_response)


def _position(text: bytes) -> int:
    """A place in the log: two hexadecimal numbers of 32 bits."""
    high, _, low = text.partition(b"/")
    return (int(high, 16) << 32) + int(low, 16)
