"""Services of one test: a Redis server, and file systems that are full or read-only."""

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.services import TIMEOUT_S, free_port, skip_or_fail, wait_for_port


class RedisServer:
    """A Redis server without persistence, on one port for its whole life."""

    def __init__(self):
        if shutil.which("redis-server") is None:
            skip_or_fail("redis-server is not installed")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        wait_for_port(self.port)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(TIMEOUT_S)


@contextmanager
def mounted(folder: Path, *options: str):
    """Mount with these options of ``mount`` while the block runs. Skip the test if this is not permitted."""
    folder.mkdir(exist_ok=True)
    if os.getuid() != 0:
        pytest.skip("only root may mount a file system")
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"mounting is not permitted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def small_file_system(folder: Path, mebibytes: int):
    """Mount a file system of this size in memory."""
    return mounted(folder, "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs")


@contextmanager
def read_only(mount_point: Path):
    """Make a mounted file system read-only while the block runs; root ignores the permissions of folders."""
    subprocess.run(["mount", "-o", "remount,ro", str(mount_point)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(mount_point)], check=True)


@contextmanager
def full(folder: Path):
    """Fill the file system of the folder while the block runs."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 65536)
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()
