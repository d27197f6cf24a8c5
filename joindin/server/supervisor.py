"""The process of an application: it keeps the workers running. The main process starts it (:mod:`joindin.server.main_process`).

A worker that ends is started again: at once after a while of work, else after a pause that grows to ``MAX_PAUSE_S``. Meanwhile
its connections wait in the queue of its socket; none is refused. A worker without heartbeat is killed and replaced. The
children end with this process, however it ends (:mod:`joindin.server.process_tree`).
"""

import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from contextlib import contextmanager
from multiprocessing.connection import wait
from time import monotonic

from joindin.server.jobs_process import JobsProcess
from joindin.server.output import echo
from joindin.server.retirement import RETIREMENT_TIMEOUT_S, SHUTDOWN_TIMEOUT_S
from joindin.server.signals import RETIRE_SIGNAL, STOP_SIGNALS, handle_signals

HANDLED_SIGNALS = (*STOP_SIGNALS, RETIRE_SIGNAL)

# Time between two rounds without events.
ROUND_S = 1

# A worker that ended sooner is started again after a pause.
STABLE_AFTER_S = 5
FIRST_PAUSE_S = 0.05
MAX_PAUSE_S = 0.25

# A worker that has shown as many heartbeats accepts connections.
SERVING_HEARTBEATS = 2

# A worker whose last heartbeat is older is replaced.
HEARTBEAT_TIMEOUT_S = 10

# ``run_worker(listener, parent_id, heart)`` serves in a child process; see ``worker.py``.
RunWorker = Callable[[socket.socket, int, int], None]


class Supervisor:
    """Runs a worker for each listening socket, and ``jobs``."""

    def __init__(self, listeners: list[socket.socket], run_worker: RunWorker, jobs: JobsProcess | None):
        self._workers = [
            WorkerProcess(number, each, [other for other in listeners if other is not each], run_worker)
            for number, each in enumerate(listeners, 1)
        ]
        self._jobs = jobs
        self._is_stopping = self._is_retiring = False

    def run(self, on_started: Callable[[], None], on_serving: Callable[[], None]) -> None:
        """Run workers and jobs until a signal to stop or to retire, then end them in order.

        ``on_serving`` is called once, when all workers accept connections.
        """
        wakeup_reader, wakeup_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup_writer)
        handle_signals(STOP_SIGNALS, self._stop)
        handle_signals([RETIRE_SIGNAL], self._retire)
        was_serving = False
        if self._jobs:
            self._jobs.start()
        for worker in self._workers:
            worker.start()
        on_started()
        while not self._is_stopping and not self._is_retiring:
            started_at = monotonic()
            wait([wakeup_reader, *(each for worker in self._workers for each in worker.events())], self._round_s())
            # This process may have been suspended, and the workers with it.
            was_suspended = monotonic() - started_at > 2 * ROUND_S
            for worker in self._workers:
                worker.look_after(was_suspended)
            if self._jobs:
                self._jobs.look_after()
            if not was_serving and all(worker.is_serving for worker in self._workers):
                was_serving = True
                on_serving()
        self._end_children()

    def _stop(self):
        self._is_stopping = True
        if self._is_retiring:
            for worker in self._workers:
                worker.stop()

    def _retire(self):
        self._is_retiring = True

    def _round_s(self):
        due = min(
            (worker.due_at for worker in self._workers if worker.due_at is not None), default=monotonic() + ROUND_S
        )
        return max(0, min(ROUND_S, due - monotonic()))

    def _end_children(self):
        deadline = monotonic() + SHUTDOWN_TIMEOUT_S
        if self._is_retiring and not self._is_stopping:
            deadline += RETIREMENT_TIMEOUT_S
            for worker in self._workers:
                worker.retire()
        else:
            for worker in self._workers:
                worker.stop()
        if self._jobs:
            self._jobs.terminate()
        for worker in self._workers:
            worker.wait_until_ended(deadline)
        if self._jobs:
            self._jobs.wait_until_ended(deadline)


class WorkerProcess:
    """A worker, and its successors. ``due_at`` is the time of the next start while none runs."""

    def __init__(
        self, number: int, listener: socket.socket, other_listeners: list[socket.socket], run_worker: RunWorker
    ):
        self._number = number
        self._listener = listener
        # Closed in the child: a listener that a sibling keeps open would accept connections after a stop.
        self._other_listeners = other_listeners
        self._run_worker = run_worker
        self._process = None
        self._heart = None
        self._started_at = self._beat_at = 0.0
        self._failures = self._heartbeats = 0
        self.due_at: float | None = None

    @property
    def is_serving(self) -> bool:
        return self._heartbeats >= SERVING_HEARTBEATS

    def start(self) -> None:
        self._heart, heart_writer = os.pipe2(os.O_NONBLOCK)
        # Forked, because the application and the socket are shared.
        self._process = multiprocessing.get_context("fork").Process(
            target=self._run_child, args=[os.getpid(), heart_writer], name=f"worker-{self._number}"
        )
        try:
            with _signals_blocked():
                self._process.start()
        finally:
            os.close(heart_writer)
        self._started_at = self._beat_at = monotonic()
        self._heartbeats = 0
        self.due_at = None

    def events(self) -> list[int]:
        """Return the descriptors that become readable when the worker ends or gives a sign of life."""
        return [] if self._process is None else [self._process.sentinel, self._heart]

    def look_after(self, was_suspended: bool) -> None:
        """Start the worker if it has ended and is due; kill it if it has shown no sign of life for too long."""
        if self._process is None:
            if monotonic() >= self.due_at:
                self._restart()
            return
        if self._process.exitcode is not None:
            self._prepare_restart()
            return
        if self._read_heartbeats() or was_suspended:
            self._beat_at = monotonic()
        elif monotonic() - self._beat_at > HEARTBEAT_TIMEOUT_S:
            echo(f"Worker {self._number} does not answer and is replaced.", err=True)
            self._process.kill()
            self._beat_at = monotonic()

    def _restart(self):
        try:
            self.start()
        except OSError as error:
            # Without memory or process numbers; the other workers go on.
            echo(f"Worker {self._number} cannot be started: {error.strerror}", err=True)
            os.close(self._heart)
            self._process = self._heart = None
            self.due_at = monotonic() + ROUND_S

    def stop(self) -> None:
        """Accept no more connections, and let the worker finish its requests."""
        self._listener.close()
        if self._process is not None:
            self._process.terminate()

    def retire(self) -> None:
        """Accept no more connections, and let the worker serve the open ones until they are closed."""
        self._listener.close()
        if self._process is not None:
            os.kill(self._process.pid, RETIRE_SIGNAL)

    def wait_until_ended(self, deadline: float) -> None:
        """Kill the worker if it has not ended at the deadline."""
        if self._process is None:
            return
        self._process.join(max(0, deadline - monotonic()))
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()

    def _run_child(self, parent_id, heart_writer):
        signal.set_wakeup_fd(-1)
        for number in HANDLED_SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        for listener in self._other_listeners:
            listener.close()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED_SIGNALS)
        self._run_worker(self._listener, parent_id, heart_writer)

    def _read_heartbeats(self):
        try:
            heartbeats = len(os.read(self._heart, 4096))
        except BlockingIOError:
            return False
        self._heartbeats += heartbeats
        return heartbeats > 0

    def _prepare_restart(self):
        lived_s = monotonic() - self._started_at
        self._failures = self._failures + 1 if lived_s < STABLE_AFTER_S else 0
        pause_s = min(FIRST_PAUSE_S * 2**self._failures, MAX_PAUSE_S) if self._failures else 0
        self.due_at = monotonic() + pause_s
        echo(f"Worker {self._number} ended with exit code {self._process.exitcode} and is restarted.", err=True)
        self._process.close()
        os.close(self._heart)
        self._process = self._heart = None


@contextmanager
def _signals_blocked():
    """Keep the handlers of this process from running in a child that has not set its own yet."""
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HANDLED_SIGNALS)
