"""The folder in memory where tests keep their files, so that a commit does not wait for a disk."""

import shutil
from pathlib import Path

MEMORY_FOLDER = Path("/dev/shm")
MIN_FREE_BYTES = 2 * 1024**3


def memory_folder() -> Path | None:
    """Return Linux's folder in memory, or None where there is none or too little room in it."""
    has_room = MEMORY_FOLDER.is_dir() and shutil.disk_usage(MEMORY_FOLDER).free > MIN_FREE_BYTES
    return MEMORY_FOLDER if has_room else None
