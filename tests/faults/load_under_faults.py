"""A server under a mixed load while faults occur, and what must hold afterwards."""

import time
from collections.abc import Callable, Iterable
from contextlib import contextmanager

from joindin.extensions import db
from joindin.operations.counter_repair import verify_counters, verify_read_models
from tests.faults.installation import Installation
from tests.faults.mixed_load.journal import Journal
from tests.faults.mixed_load.load import MixedLoad
from tests.faults.mixed_load.stored import stored_rows, stored_values
from tests.faults.windows import FaultWindow, summarize, unexplained_failures, wrong_replies


class LoadUnderFaults:
    def __init__(self, installation: Installation, load: MixedLoad, initial: dict):
        self.installation = installation
        self.load = load
        self._initial = initial
        self._windows = []

    @classmethod
    @contextmanager
    def started(cls, opened, make_plan: Callable[[int], dict]):
        """Start the server and the load, and yield them; end the load, then the server."""
        with opened as installation:
            plan = make_plan(installation.port)
            initial = stored_values(db.session)
            db.session.rollback()
            installation.start()
            with MixedLoad(plan) as load:
                load.wait_until_all_succeed()
                yield cls(installation, load, initial)

    def during(self, name: str, inject: Callable[[], None], permitted: Iterable[str] = ()) -> None:
        """Run a fault from its beginning to its end, and wait until all clients succeed again."""
        began_at = time.monotonic()
        inject()
        self._windows.append(FaultWindow(name, frozenset(permitted), began_at, time.monotonic()))
        self.load.wait_until_all_succeed()

    def check(self) -> None:
        """End the load, and check its replies, the stored rows, and the log."""
        self.load.stop()
        db.session.rollback()
        records = self.load.records
        print(summarize(records, self._windows))
        rows = stored_rows(db.session)
        journal = Journal(records, self._initial)

        assert unexplained_failures(records, self._windows) == []
        assert wrong_replies(records) == []
        assert journal.lost(stored_values(db.session), rows) == []
        assert journal.unsent(rows) == []
        assert journal.acknowledged_writes > 0
        assert [each for _, inconsistencies in verify_counters(db.session, fix=False) for each in inconsistencies] == []
        assert verify_read_models(db.session, fix=False) == {}
        assert self.installation.first_traceback() == ""
