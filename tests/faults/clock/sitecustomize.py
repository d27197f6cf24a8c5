"""A clock that jumps, for a server that is started with this folder in PYTHONPATH.

The difference to the real time in seconds is in the file that TEST_CLOCK_FILE names, and is read again all the time. The
monotonic clock does not jump, as on a real machine.
"""

import datetime as dt
import os
import threading
from pathlib import Path
from time import sleep

import time_machine

INTERVAL_S = 0.05


class JumpingClock:
    def __init__(self, file: Path):
        self._clock = time_machine.travel(dt.datetime.now(dt.UTC), tick=True).start()
        self._file = file
        self._applied_s = 0.0
        self.follow()
        # Workers are forks, which have no threads of their parent.
        os.register_at_fork(after_in_child=self.follow)

    def follow(self) -> None:
        threading.Thread(target=self._apply_jumps, daemon=True).start()

    def _apply_jumps(self):
        while True:
            difference_s = float(self._file.read_text())
            if difference_s != self._applied_s:
                self._clock.shift(difference_s - self._applied_s)
                self._applied_s = difference_s
            sleep(INTERVAL_S)


if "TEST_CLOCK_FILE" in os.environ:
    JumpingClock(Path(os.environ["TEST_CLOCK_FILE"]))
