"""The main process of ``joindin serve``: it keeps the listening sockets open and an application running.

An *application* is a child process that loads code and settings and runs the workers (:mod:`joindin.server.supervisor`). A reload
starts a second one on the same sockets. Once its workers serve, the first one is retired: it accepts no more connections and ends
with its last one. An application that fails to start leaves the running one as it is. At most two run at the same time.

This process imports neither the application nor its libraries, and its process id never changes. All children end with it.
"""

import os
import select
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic

from joindin.server.listeners import remove_unix_socket
from joindin.server.output import echo
from joindin.server.process_tree import end_with_parent
from joindin.server.retirement import RETIREMENT_TIMEOUT_S, SHUTDOWN_TIMEOUT_S
from joindin.server.signals import RETIRE_SIGNAL, handle_signals, reload_and_stop_signals
from joindin.server.systemd import notify_reloading, notify_systemd

# A new application that does not serve after this time is killed, if another one is running.
START_TIMEOUT_S = 180

# Time that an application has to kill children of its own, before it is killed.
GRACE_S = 5

# Time between two looks at applications that start or end.
ROUND_S = 1

# Written by an application to the descriptor of ``--ready`` once its workers serve.
READY = b"1"


class MainProcess:
    """``command`` of ``joindin`` starts an application; ``--listeners``, ``--ready`` and ``--parent`` are added to it."""

    def __init__(self, listeners: list[socket.socket], command: list[str], *, removes_socket: bool = False):
        self._listeners = listeners
        self._command = command
        self._removes_socket = removes_socket
        self._current: ApplicationProcess | None = None
        self._starting: ApplicationProcess | None = None
        self._retiring: list[ApplicationProcess] = []
        self._is_reload_requested = False
        self._is_stopping = False
        self._exit_code = None

    def run(self) -> int:
        """Serve until a signal to stop, or until the application cannot be started. Return the exit code."""
        wakeup_reader, wakeup_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wakeup_writer, warn_on_full_buffer=False)
        reload_signals, stop_signals = reload_and_stop_signals()
        handle_signals(stop_signals, self._stop)
        handle_signals(reload_signals, self._request_reload)
        # Any handler makes the end of a child wake this process.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._starting = self._start()
        while not self._is_stopping and self._exit_code is None:
            self._wait(wakeup_reader)
            self._look_after()
        self._stop_children()
        return self._exit_code or 0

    def _stop(self):
        self._is_stopping = True

    def _request_reload(self):
        self._is_reload_requested = True

    def _start(self):
        return ApplicationProcess(self._command, self._listeners, is_replacement=self._current is not None)

    def _wait(self, wakeup_reader):
        readable = [wakeup_reader]
        if self._starting:
            readable.append(self._starting.ready)
        select.select(readable, [], [], ROUND_S if self._starting or self._retiring else None)
        with suppress(BlockingIOError):
            os.read(wakeup_reader, 4096)

    def _look_after(self):
        self._retiring = [each for each in self._retiring if not each.has_ended()]
        if self._starting:
            self._look_after_start()
        if self._current and self._current.has_ended():
            echo(f"The application ended with exit code {self._current.exit_code} and is restarted.", err=True)
            self._current = None
            self._starting = self._starting or self._start()
        if self._is_reload_requested and not self._starting and not self._retiring:
            self._is_reload_requested = False
            notify_reloading()
            self._starting = self._start()

    def _look_after_start(self):
        started = self._starting
        if started.is_ready():
            self._starting = None
            if self._current:
                echo("The new application serves. The former one finishes its requests.", err=True)
                self._current.retire()
                self._retiring.append(self._current)
            self._current = started
            notify_systemd("READY=1", "STATUS=Serving.")
        elif started.has_ended():
            self._starting = None
            if not self._current:
                self._exit_code = started.exit_code or 1
                return
            message = (
                f"The new application ended with exit code {started.exit_code}. The former one continues to serve."
            )
            echo(message, err=True)
            notify_systemd("READY=1", f"STATUS={message}")
        elif self._current:
            started.kill_after(START_TIMEOUT_S)

    def _stop_children(self):
        notify_systemd("STOPPING=1")
        if self._removes_socket:
            remove_unix_socket(self._listeners[0])
        for listener in self._listeners:
            listener.close()
        children = [each for each in (self._current, self._starting, *self._retiring) if each]
        for child in children:
            child.terminate()
        deadline = monotonic() + SHUTDOWN_TIMEOUT_S + GRACE_S
        for child in children:
            child.wait_until_ended(deadline)


class ApplicationProcess:
    """A child process with an application. ``ready`` becomes readable when it serves, and when it ends before."""

    def __init__(self, command: list[str], listeners: list[socket.socket], *, is_replacement: bool):
        self.ready, ready_writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        parent_id = os.getpid()
        descriptors = [listener.fileno() for listener in listeners]
        options = [
            "--listeners",
            ",".join(map(str, descriptors)),
            "--ready",
            str(ready_writer),
            "--parent",
            str(parent_id),
        ]
        try:
            # A process group of its own: Ctrl-C and the end of the terminal reach the main process alone.
            self._process = subprocess.Popen(
                [
                    _current_interpreter(),
                    "-m",
                    "joindin",
                    *command,
                    *options,
                    *(["--replacement"] if is_replacement else []),
                ],
                stdin=subprocess.DEVNULL,
                pass_fds=[*descriptors, ready_writer],
                process_group=0,
                preexec_fn=partial(end_with_parent, parent_id) if sys.platform == "linux" else None,
            )
        finally:
            os.close(ready_writer)
        self._is_ready = False
        self._since = monotonic()
        self._is_retiring = False

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    def is_ready(self) -> bool:
        if not self._is_ready:
            try:
                self._is_ready = os.read(self.ready, 1) == READY
            except BlockingIOError:
                return False
        return self._is_ready

    def has_ended(self) -> bool:
        if self._is_retiring:
            self.kill_after(RETIREMENT_TIMEOUT_S + SHUTDOWN_TIMEOUT_S + GRACE_S)
        if self._process.poll() is None:
            return False
        if self.ready is not None:
            os.close(self.ready)
            self.ready = None
        return True

    def retire(self) -> None:
        self._is_retiring = True
        self._since = monotonic()
        self._process.send_signal(RETIRE_SIGNAL)

    def kill_after(self, timeout_s: float) -> None:
        """Kill the process if it has been starting or retiring for longer."""
        if monotonic() - self._since > timeout_s:
            self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    def wait_until_ended(self, deadline: float) -> None:
        """Kill the process if it has not ended at the deadline."""
        try:
            self._process.wait(max(0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _current_interpreter() -> str:
    """Return the path of this interpreter without symbolic links of folders.

    An application stays in the release that a link such as ``/opt/joindin/current`` leads to at its start; the next one follows
    the changed link.
    """
    executable = Path(sys.executable)
    return str(executable.parent.resolve() / executable.name)
