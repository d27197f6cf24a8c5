"""Signals between the processes of the server, and from the operator."""

import os
import signal
from collections.abc import Callable, Iterable

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

# From the main process to an application, and from there to the workers: end once the open connections have ended.
RETIRE_SIGNAL = signal.SIGUSR2


def reload_and_stop_signals() -> tuple[tuple[signal.Signals, ...], tuple[signal.Signals, ...]]:
    """Return the signals to reload and those to stop.

    SIGHUP reloads. A process with a controlling terminal also receives it when the terminal is closed, and stops then. SIGUSR2
    reloads in both cases.
    """
    if _has_terminal():
        return (signal.SIGUSR2,), (*STOP_SIGNALS, signal.SIGHUP)
    return (signal.SIGUSR2, signal.SIGHUP), STOP_SIGNALS


def handle_signals(numbers: Iterable[signal.Signals], handler: Callable[[], None]) -> None:
    """Call ``handler`` for each signal. A signal that was ignored from the start, as under nohup, stays ignored."""
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: handler())


def _has_terminal():
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
