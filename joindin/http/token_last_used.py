"""Recording of the time at which tokens were last used.

Uses are collected for some seconds and written together by a thread of their own. Requests do not wait for it, and the
data version, which cached responses depend on, does not change with each request. A crash loses the collected uses.
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

# A token's use is recorded at most this often.
MIN_RECORD_INTERVAL = dt.timedelta(minutes=1)

# For so long uses are collected.
WRITE_DELAY_S = 5

log = logging.getLogger(__name__)


class TokenUsageRecorder:
    """The uses of tokens that this process has not written yet. Without a ``delay`` they are written at once."""

    def __init__(self, engine: Engine, *, delay: float):
        self._engine = engine
        self._delay = delay
        self._used_at = {}
        self._lock = Lock()

    def record(self, token: TokenIdentity, now: dt.datetime) -> None:
        """Schedule the write of this use, unless the stored one is less than a minute old."""
        if token.last_used_at is not None and token.last_used_at > now - MIN_RECORD_INTERVAL:
            return
        with self._lock:
            is_first = not self._used_at
            self._used_at[token.id] = now
        if not self._delay:
            self._write()
        elif is_first:
            # Not a daemon: a process whose server threads are daemons must not end before the uses are written.
            Thread(target=self._write_later, daemon=False).start()

    def _write_later(self):
        # When the process ends, the main thread ends first and then waits for this one.
        main_thread().join(self._delay)
        try:
            self._write()
        except SQLAlchemyError as error:
            log.warning("The last use of some tokens was not recorded: %s", error)

    def _write(self):
        with self._lock:
            used_at, self._used_at = self._used_at, {}
        for token_ids in batched(used_at):
            latest = max(used_at[token_id] for token_id in token_ids)
            with self._engine.begin() as connection:
                connection.execute(_WRITE, {"ids": token_ids, "latest": latest, "before": latest - MIN_RECORD_INTERVAL})


# Rows that another transaction has locked are skipped: their next use is recorded.
_stale_unlocked = (
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
    .where(AccessToken.id.in_(_stale_unlocked))
    .values(last_used_at=bindparam("latest", type_=UtcDateTime))
)
