"""Lines that many threads write to a file descriptor without waiting for it.

A thread of each process takes the lines from memory every ``FLUSH_INTERVAL_S`` and writes them in blocks of whole lines of at most
``PIPE_BUF`` bytes. The kernel never mixes such blocks of several processes, in a file that they share, in a pipe, and in the stream
socket of a journal. No lock is shared between processes.

A descriptor that takes no data stops that thread only. At most ``MAX_WAITING_LINES`` lines are kept meanwhile; newer ones are
dropped, and a line reports their number afterwards. A descriptor that is closed, or whose reader has gone, is not written to again.
At the end of the process the remaining lines are written for at most ``END_TIMEOUT_S``.
"""

import errno
import logging
import os
import select
from collections import deque
from collections.abc import Callable
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from time import sleep

FLUSH_INTERVAL_S = 0.1
MAX_WAITING_LINES = 10_000
END_TIMEOUT_S = 2
POLL_INTERVAL_MS = 1000

CLOSED_ERRORS = (errno.EPIPE, errno.EBADF, errno.ECONNRESET)

log = logging.getLogger(__name__)


class LineWriter:
    """``format_lost_lines(count)`` returns the line, without its end, that reports dropped lines."""

    def __init__(self, descriptor: int, format_lost_lines: Callable[[int], str]):
        self._descriptor = descriptor
        self._format_lost_lines = format_lost_lines
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._has_lines = Event()
        self._is_ending = False
        self._is_closed = False
        # The last write was interrupted within a line.
        self._is_torn = False
        self._thread: Thread | None = None
        self._lock = Lock()

    def write(self, line: str) -> None:
        """Write a line soon. ``line`` is ASCII, shorter than ``PIPE_BUF``, and ends in a line feed."""
        if len(self._lines) >= MAX_WAITING_LINES or self._is_closed:
            self._drop(1)
            return
        self._lines.append(line)
        if not self._has_lines.is_set():
            self._has_lines.set()
            # A fork has no thread of its parent.
            if self._thread is None or not self._thread.is_alive():
                self._start()

    def close(self) -> None:
        """Write what is left, for at most ``END_TIMEOUT_S``."""
        self._is_ending = True
        self._has_lines.set()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(END_TIMEOUT_S)

    def _start(self):
        with self._lock:
            if self._is_ending or self._is_closed or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = Thread(target=self._run, name="log-writer", daemon=True)
            self._thread.start()
            # Unlike functions of ``atexit``, finalizers also run at the end of forked workers.
            Finalize(None, self.close, exitpriority=0)

    def _run(self):
        while not self._is_closed:
            self._has_lines.wait()
            if not self._is_ending:
                sleep(FLUSH_INTERVAL_S)
            self._has_lines.clear()
            self._write_waiting()
            if self._is_ending:
                return
        self._lines.clear()

    def _write_waiting(self):
        block, size = [], 0
        while self._lines or self._dropped:
            line = self._lines.popleft() if self._lines else self._make_notice_of_lost_lines()
            if size + len(line) > select.PIPE_BUF:
                self._write_block(block)
                block, size = [], 0
            block.append(line)
            size += len(line)
        self._write_block(block)

    def _make_notice_of_lost_lines(self):
        with self._lock:
            dropped, self._dropped = self._dropped, 0
        return self._format_lost_lines(dropped) + "\n"

    def _drop(self, number):
        with self._lock:
            self._dropped += number

    def _write_block(self, lines):
        data = "".join(lines).encode("ascii", "replace")
        if self._is_torn:
            data, self._is_torn = b"\n" + data, False
        while data and not self._is_closed:
            try:
                written = os.write(self._descriptor, data)
            except BlockingIOError:
                # A program that shares the descriptor has made it non-blocking.
                self._wait_until_writable()
            except OSError as error:
                # A full disk may have room again. Without a reader, or when the descriptor was closed, it stays like this.
                self._is_closed = error.errno in CLOSED_ERRORS
                log.warning("The request log cannot be written: %s", error.strerror)
                return
            else:
                data = data[written:]
                self._is_torn = bool(data)

    def _wait_until_writable(self):
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        poll.poll(POLL_INTERVAL_MS)
