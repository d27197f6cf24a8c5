"""Jumps of the clock under a mixed load: no request fails, and no write or mail is lost."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from joindin.extensions import db
from joindin.models import EventComment
from joindin.utils.datetimes import utc_now
from tests.faults import IS_LONG
from tests.faults.mails import check_mails

pytestmark = [
    pytest.mark.slow("runs a server under load while its clock jumps"),
    pytest.mark.skipif(not IS_LONG, reason="runs a server under load: make faults"),
]

# Longer than the windows of most rate limits.
JUMP_S = 2 * 60 * 60


@pytest.fixture
def set_clock(tmp_path, monkeypatch):
    """``set_clock(seconds)`` sets the difference of the clock of servers that are started in this test to the real time."""
    file = tmp_path / "clock"

    def write(seconds):
        part = file.with_suffix(".part")
        part.write_text(str(seconds))
        part.replace(file)

    write(0)
    monkeypatch.setenv("TEST_CLOCK_FILE", str(file))
    folders = [str(Path(__file__).parent / "clock"), os.environ.get("PYTHONPATH", str(Path.cwd()))]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))
    return write


def test_the_clock_jumps(start_load, faulty_db, mail_server, set_clock):
    with mail_server, start_load(faulty_db.url) as running:
        running.during("the clock jumps forward", lambda: set_clock(JUMP_S))
        running.load.wait_until_all_succeed()
        running.during("the clock jumps back", lambda: set_clock(0))
        running.load.wait_until_all_succeed()
        running.check()

        latest = db.session.scalar(select(func.max(EventComment.created_at)))
        assert (latest - utc_now()).total_seconds() > JUMP_S / 2
        check_mails(running.installation, mail_server)
