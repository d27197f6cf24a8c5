"""``joindin jobs run`` as a child process of the server, restarted when it ends."""

import os
import subprocess
import sys
from functools import partial
from time import monotonic

from joindin.server.output import echo
from joindin.server.process_tree import end_with_parent

# Seconds until a job worker that ended is started again.
RESTART_DELAY_S = 2


class JobsProcess:
    """``options`` are further options of the command."""

    def __init__(self, *options: str):
        self._options = options
        self._process = None
        self._due_at = None

    def start(self) -> None:
        parent_id = os.getpid()
        # A process group of its own: Ctrl-C reaches the server only, which then stops the worker in order.
        # The worker logs to standard error; its greeting on standard output is dropped.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "joindin", "jobs", "run", "--parent", str(parent_id), *self._options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            process_group=0,
            # Before the interpreter starts, which takes seconds on a busy machine. The kernel keeps the setting.
            preexec_fn=partial(end_with_parent, parent_id) if sys.platform == "linux" else None,
        )
        self._due_at = None

    def look_after(self) -> None:
        """Start the worker again if it has ended, after a pause."""
        if self._due_at is not None:
            if monotonic() >= self._due_at:
                self.start()
        elif (code := self._process.poll()) is not None:
            echo(f"The job worker ended with exit code {code} and is restarted.", err=True)
            self._due_at = monotonic() + RESTART_DELAY_S

    def terminate(self) -> None:
        self._process.terminate()

    def wait_until_ended(self, deadline: float) -> None:
        """Kill the worker if it has not ended at the deadline."""
        try:
            self._process.wait(max(0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
