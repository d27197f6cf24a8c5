"""The end of child processes with their parent, however the parent ends."""

import ctypes
import os
import signal
import sys
import threading
from time import sleep

PR_SET_PDEATHSIG = 1
POLL_INTERVAL_S = 1


def end_with_parent(parent_id: int) -> None:
    """End this process as soon as its parent has ended. Called by the child, from its main thread, once.

    On Linux the kernel kills it, even if it is stopped or busy. Elsewhere it looks once a second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_exit_without_parent, args=[parent_id], daemon=True).start()
    if os.getppid() != parent_id:
        # It ended before the call.
        os._exit(1)


def _exit_without_parent(parent_id):
    while os.getppid() == parent_id:
        sleep(POLL_INTERVAL_S)
    os._exit(1)
