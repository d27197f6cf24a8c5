"""Notifications to systemd (sd_notify(3)), which does not regard a unit of ``Type=notify`` as started before."""

import os
import socket
from contextlib import suppress
from time import monotonic_ns


def notify_systemd(*assignments: str) -> None:
    """Send assignments such as ``READY=1``. Does nothing if no service manager started this process, or if it does not read."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        # An abstract socket.
        address = f"\0{address[1:]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender, suppress(OSError):
        sender.settimeout(1)
        sender.sendto("\n".join(assignments).encode(), address)


def notify_reloading() -> None:
    """Report a reload, which ends with ``READY=1``."""
    notify_systemd("RELOADING=1", f"MONOTONIC_USEC={monotonic_ns() // 1000}")
