"""Search for a text in files that SQLite may have open."""

import subprocess
from collections.abc import Iterable
from pathlib import Path


def files_containing(secret: str, files: Iterable[Path]) -> set[str]:
    """Return the names of the files that contain the text.

    Another process reads them: closing a file of SQLite's drops the locks that this process has on it, and the database
    breaks (https://sqlite.org/howtocorrupt.html, 2.2).
    """
    names = [str(path) for path in files if path.is_file()]
    found = subprocess.run(
        ["grep", "--fixed-strings", "--files-with-matches", "--", secret, *names], capture_output=True, text=True
    )
    assert found.returncode in (0, 1), found.stderr
    return {Path(name).name for name in found.stdout.splitlines()}
