"""Ends of the processes of an installation."""

import time

from tests.faults import IS_LONG
from tests.faults.installation import Installation
from tests.services import TIMEOUT_S

KILLS = 5 if IS_LONG else 2
PAUSE_S = 5 if IS_LONG else 0


def kill_workers(server: Installation) -> None:
    """Kill one worker after the other, each when all run again."""
    for number in range(KILLS):
        server.workers()[number % 2].kill()
        time.sleep(PAUSE_S)
    server.workers()


def kill_jobs(server: Installation) -> None:
    """Kill the job process, and wait for its successor."""
    killed = server.jobs()
    killed.kill()
    killed.wait(TIMEOUT_S)
    server.jobs()


def kill_main_process(server: Installation) -> None:
    """Kill the main process, with which all others end, and start the server again."""
    server.kill()
    server.start()
