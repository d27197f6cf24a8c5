"""Fixtures of the tests of calls for papers: a clock that stands still, and open calls."""

import datetime as dt

import pytest
import time_machine

from tests.factories import make_event, parse_instant

NOW = parse_instant("2033-08-03T10:00")
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def make_call(session):
    def make(name="Tides", closes_at=NOW + 9 * DAY, opens_at=NOW - 30 * DAY, **fields):
        fields = {
            "timezone": "Europe/Berlin",
            "starts_at": parse_instant("2033-11-01T09:00"),
            "cfp_url": "https://cfp.example",
            "submitted_at": NOW - 60 * DAY,
            "revised_at": NOW - 40 * DAY,
        } | fields
        return make_event(session, name, cfp_starts_at=opens_at, cfp_ends_at=closes_at, **fields)

    return make
