"""A running mixed load, as seen by a test."""

import json
import subprocess
import sys
import threading
import time
from collections import defaultdict

from tests.faults.mixed_load.journal import Record

# Successful requests of each client after which the server counts as recovered.
SUCCESSES = 3
TIMEOUT_S = 240


class MixedLoad:
    """Runs the client process of a plan while its ``with`` block runs; ``records`` grows meanwhile."""

    def __init__(self, plan: dict):
        self.plan = plan
        self.records: list[Record] = []
        self._process = None
        self._reader = threading.Thread(target=self._read)

    def __enter__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mixed_load"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._process.stdin.write(json.dumps(self.plan) + "\n")
        self._process.stdin.flush()
        self._reader.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self) -> None:
        """Let the clients finish their requests, and read the last records. May be called twice."""
        self._process.stdin.close()
        self._process.wait(TIMEOUT_S)
        self._reader.join(TIMEOUT_S)

    def wait_until_all_succeed(self) -> None:
        """Wait until each client has sent new requests, of which the last ones have not failed."""
        count, clients = len(self.records), len(self.plan["clients"])
        deadline = time.monotonic() + TIMEOUT_S
        while not self._has_recovered(count, clients):
            assert self._process.poll() is None, "the client process has ended"
            assert time.monotonic() < deadline, f"the server does not recover: {self.records[-1]}"
            time.sleep(0.1)

    def _has_recovered(self, count, clients):
        latest = defaultdict(list)
        for record in self.records[count:]:
            latest[record.client].append(record.is_failure)
        return len(latest) == clients and all(
            len(failures) > SUCCESSES and not any(failures[-SUCCESSES:]) for failures in latest.values()
        )

    def _read(self):
        for line in self._process.stdout:
            self.records.append(Record(**json.loads(line)))
