"""The return of memory to the operating system."""

import ctypes
import sys

# Of the GNU C library's <malloc.h>.
M_MMAP_THRESHOLD = -3
LARGE_BLOCK_BYTES = 1024 * 1024


def return_large_blocks() -> None:
    """Let this process return a block of 1 MiB or more to the operating system as soon as it is freed.

    The GNU C library keeps such blocks for the thread that used one: 19 MiB for each thread that has hashed a password.
    Other libraries return them anyway.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
