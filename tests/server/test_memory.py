"""Memory of threads that hash passwords. In a process of its own: the setting holds for a whole process."""

import subprocess
import sys

PROGRAM = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psutil

from joindin.security.passwords import hash_password
from joindin.server.memory import return_large_blocks

THREADS = 16

return_large_blocks()

process, all_started = psutil.Process(), Barrier(THREADS)


def hash_one(_):
    all_started.wait()
    hash_password("correct horse")


with ThreadPoolExecutor(THREADS) as pool:
    hash_password("correct horse")
    before = process.memory_info().rss
    for _ in range(3):
        list(pool.map(hash_one, range(THREADS)))
    print(process.memory_info().rss - before)
"""


def test_threads_keep_no_memory_of_hashes():
    result = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)

    assert int(result.stdout) < 40_000_000
