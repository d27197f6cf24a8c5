"""Writing down when tokens were last used, for many at a time and outside of requests.

Those who show a token do not wait for it, and remembered answers do not lapse by each of them.
"""

import datetime as dt
import logging
from threading import Lock, Thread, main_thread

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from joindin.db.base import UtcDateTime
from joindin.models import AccessToken
from joindin.performance.sql.reader import batched
from joindin.queries.accounts.api_tokens import TokenIdentity

# A token's last use is written down at most this often.
MIN_RECORD_INTERVAL = dt.timedelta(minutes=1)

# Seconds in which uses are gathered.
WRITE_DELAY_S = 5

log = logging.getLogger(__name__)


class TokenUsageRecorder:
    """The uses that a process has not written down yet: some seconds of them, which a crash may lose."""

    def __init__(self, engine: Engine, *, delay: float):
        self._engine = engine
        self._delay = delay
        self._used = {}
        self._lock = Lock()

    def record(self, token: TokenIdentity, now: dt.datetime) -> None:
        """Have the use written down soon, unless the last note is less than a minute old."""
        if token.last_used_at is not None and token.last_used_at > now - MIN_RECORD_INTERVAL:
            return
        with self._lock:
            is_first = not self._used
            self._used[token.id] = now
        if not self._delay:
            self._write()
        elif is_first:
            # Also where the server's threads, which notes come from, do not keep the process alive.
            Thread(target=self._write_soon, daemon=False).start()

    def _write_soon(self):
        # A process that ends lets its main thread end first and then waits for this one.
        main_thread().join(self._delay)
        try:
            self._write()
        except SQLAlchemyError:
            log.warning("The last use of some tokens was not written down", exc_info=True)

    def _write(self):
        with self._lock:
            used, self._used = self._used, {}
        for ids in batched(used):
            latest = max(used[id_] for id_ in ids)
            with self._engine.begin() as connection:
                connection.execute(_WRITE, {"ids": ids, "latest": latest, "before": latest - MIN_RECORD_INTERVAL})


# Not those that somebody else holds: nobody is to wait for this, and their next use comes.
_free = (
    select(AccessToken.id)
    .where(
        AccessToken.id.in_(bindparam("ids", expanding=True)),
        or_(
            AccessToken.last_used_at.is_(None),
            AccessToken.last_used_at <= bindparam("before", type_=UtcDateTime),
        ),
    )
    .with_for_update(skip_locked=True)
)
_WRITE = (
    update(AccessToken.__table__)
    .where(AccessToken.id.in_(_free))
    .values(last_used_at=bindparam("latest", type_=UtcDateTime))
)
