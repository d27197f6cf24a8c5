"""Calendar programs that people use, subscribed to a running server: vdirsyncer, and khal for what it has synchronised."""

import datetime as dt
import os
import subprocess
import sys

import pytest

from joindin.models import DeviceStar, EventSeries
from joindin.operations.crew.secret_addresses import CALENDAR, create_secret_address
from joindin.operations.devices import create_device
from joindin.operations.personal.schedule_addresses import create_device_calendar_address
from joindin.utils.datetimes import UTC
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import NOW, make_event, make_star, make_talk, make_user
from tests.live_server import live_server

pytestmark = pytest.mark.slow("starts a server and two programs")

VDIRSYNCER = """
[general]
status_path = "{folder}/status"

[pair agenda]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"

[storage here]
type = "filesystem"
path = "{folder}/calendar"
fileext = ".ics"

[storage there]
type = "http"
url = "{url}"
"""

KHAL = """
[calendars]
[[agenda]]
path = {folder}/calendar
readonly = True

[locale]
local_timezone = Europe/Rome
default_timezone = Europe/Rome
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M

[sqlite]
path = {folder}/khal.db
"""


class Subscriber:
    """A subscription to a calendar, kept in a folder."""

    def __init__(self, folder, url):
        (folder / "calendar").mkdir()
        (folder / "vdirsyncer").write_text(VDIRSYNCER.format(folder=folder, url=url))
        (folder / "khal").write_text(KHAL.format(folder=folder))
        self._folder = folder
        self._run("vdirsyncer", "-c", folder / "vdirsyncer", "discover")

    def _run(self, program, *arguments):
        environment = {**os.environ, "HOME": str(self._folder), "TZ": "Europe/Rome"}
        done = subprocess.run(
            [sys.executable, "-m", program, *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def synchronise(self):
        """Return the names of the files that were written or deleted."""
        before = self._files()
        self._run("vdirsyncer", "-c", self._folder / "vdirsyncer", "sync")
        after = self._files()
        return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}

    def dates(self):
        """Return what khal lists: day and time of start and end, and title."""
        return self._run(
            "khal", "-c", self._folder / "khal", "list", "2033-03-13", "2033-04-13",
            "--day-format", "", "--format", "{start} {end-time} {title}",
        ).splitlines()  # fmt: skip

    def _files(self):
        return {
            file.name: (file.stat().st_mtime_ns, file.read_text()) for file in (self._folder / "calendar").iterdir()
        }


@pytest.fixture
def weekly(session):
    """A series at 19:00 in Rome and a single event, before and after the clocks change on 2033-03-27."""
    start = dt.datetime(2033, 3, 16, 18, tzinfo=UTC)
    times = {"timezone": "Europe/Rome", "ends_at": start + dt.timedelta(hours=2)}
    parent = make_event(session, "Weekly", slug="weekly", is_series=True, starts_at=start, **times)
    session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY;COUNT=4"))
    make_event(session, "Weekly", slug="weekly-1", parent_id=parent.id, occurrence_at=start, starts_at=start, **times)
    return parent


@pytest.fixture
def party(session):
    starts_at = dt.datetime(2033, 4, 1, 19, tzinfo=UTC)
    return make_event(
        session,
        "Party",
        slug="party",
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(hours=1),
        timezone="Europe/Rome",
    )


@pytest.fixture
def server(settings, session, weekly, party):
    # vdirsyncer refuses a calendar that becomes empty.
    make_event(session, "Another", starts_at=dt.datetime(2033, 5, 1, 9, tzinfo=UTC))
    session.commit()
    with live_server(settings, 1) as started:
        yield started


@pytest.mark.parametrize("path", ["/events.ics", "/feed/ics"])
def test_subscribers_see_changes_and_nothing_else(session, server, party, tmp_path, path):
    subscriber = Subscriber(tmp_path, f"http://127.0.0.1:{server.port}{path}")
    whole_series = path == "/events.ics"
    dates = [
        "2033-03-16 19:00 21:00 Weekly",
        "2033-03-23 19:00 21:00 Weekly",
        "2033-03-30 19:00 21:00 Weekly",
        "2033-04-01 21:00 22:00 Party",
        "2033-04-06 19:00 21:00 Weekly",
    ]
    dates = [date for date in dates if whole_series or "Party" in date]

    first = subscriber.synchronise()
    assert len(first) == (3 if whole_series else 2)
    assert [line.strip() for line in subscriber.dates() if line.strip()] == dates
    assert subscriber.synchronise() == set()

    party.comment_count += 1
    session.commit()
    assert subscriber.synchronise() == set()

    # A changed event is a deleted file and a new one, because vdirsyncer names files of a subscription by their content.
    party.name = "Big party"
    session.commit()
    assert len(subscriber.synchronise()) == 2
    assert [line for line in subscriber.dates() if "Big party" in line] == ["2033-04-01 21:00 22:00 Big party"]

    party.is_active = False
    session.commit()
    assert len(subscriber.synchronise()) == (2 if whole_series else 1)
    assert not any("party" in line for line in subscriber.dates())


def test_a_subscriber_to_a_persons_calendar_sees_shifts_and_talks(session, server, party, tmp_path):
    ada = make_user(session, "ada")
    token = create_secret_address(session, CALENDAR, actor=ada)
    starts_at = dt.datetime(2033, 3, 27, 4, tzinfo=UTC)
    shift = make_shift(session, make_crew_event(session, "Fair"), label="Door", starts_at=starts_at, hours=2)
    make_participation(session, shift, ada)
    make_star(session, make_talk(session, party, "Keynote"), ada)
    session.commit()
    subscriber = Subscriber(tmp_path, f"http://127.0.0.1:{server.port}/calendar/{token}/?talks=1&starred=1")

    assert len(subscriber.synchronise()) == 2
    shown = ["2033-03-27 06:00 08:00 Door (Fair)", "2033-04-01 22:00 23:00 Keynote"]
    assert [line.strip() for line in subscriber.dates() if line.strip()] == shown
    assert subscriber.synchronise() == set()

    shift.ends_at += dt.timedelta(hours=1)
    session.commit()
    assert len(subscriber.synchronise()) == 2
    assert subscriber.dates()[0].strip() == "2033-03-27 06:00 09:00 Door (Fair)"


def test_a_subscriber_to_an_own_schedule_sees_stars_come_and_go(session, server, party, tmp_path):
    device, _ = create_device(session, now=NOW)
    token = create_device_calendar_address(session, "Mine", device_id=device.id, now=NOW)
    talks = [make_talk(session, party, title, starts_at=party.starts_at) for title in ("Keynote", "Panel")]
    stars = [DeviceStar(device_id=device.id, talk_id=talk.id, created_at=NOW) for talk in talks]
    session.add_all(stars)
    session.commit()
    subscriber = Subscriber(tmp_path, f"http://127.0.0.1:{server.port}/calendar/{token}.ics?alarm=10")

    assert len(subscriber.synchronise()) == 2
    shown = ["2033-04-01 21:00 22:00 Keynote", "2033-04-01 21:00 22:00 Panel"]
    assert [line.strip() for line in subscriber.dates() if line.strip()] == shown
    assert subscriber.synchronise() == set()

    session.delete(stars[0])
    session.commit()
    assert len(subscriber.synchronise()) == 1
    assert [line.strip() for line in subscriber.dates() if line.strip()] == shown[1:]
