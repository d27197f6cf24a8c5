"""The dates of calls that were extended."""

import datetime as dt

import pytest

from joindin.models.agenda.call_times import ANYWHERE_ON_EARTH, CallTimes, find_former_end
from tests.factories import parse_instant

pytestmark = pytest.mark.runs_once("no database")

MINUTE = dt.timedelta(minutes=1)


def times(ends_at, opens_at=None, timezone="Europe/Berlin"):
    return CallTimes(opens_at and parse_instant(opens_at), ends_at and parse_instant(ends_at), timezone)


def former_end(before, after, former=None):
    found = find_former_end(former and parse_instant(former), before, after)
    return found and f"{found:%Y-%m-%dT%H:%M}"


def test_a_later_end_extends_a_call():
    assert former_end(times("2027-08-03T10:00"), times("2027-08-09T10:00")) == "2027-08-03T10:00"
    # From the end of a day, 3 August, to a time on the day after it, and to the day after it.
    assert former_end(times("2027-08-02T22:00"), times("2027-08-04T10:00")) == "2027-08-03T21:59"
    assert former_end(times("2027-08-02T22:00"), times("2027-08-03T22:00")) == "2027-08-03T21:59"


def test_a_date_that_gets_a_time_is_not_extended():
    assert former_end(times("2027-08-02T22:00"), times("2027-08-03T16:00")) is None


def test_the_last_extension_is_kept_while_the_end_is_behind_it():
    before, former = times("2027-08-09T10:00"), "2027-08-03T10:00"

    assert former_end(before, before, former) == former
    assert former_end(before, times("2027-08-08T10:00"), former) == former
    assert former_end(before, times("2027-08-03T10:00"), former) is None
    assert former_end(before, times("2027-08-20T10:00"), former) == "2027-08-09T10:00"


def test_a_call_that_loses_or_gets_its_end_is_not_extended():
    assert former_end(times("2027-08-03T10:00"), times(None), "2027-07-03T10:00") is None
    assert former_end(times(None), times("2027-08-03T10:00")) is None


def test_a_call_that_opens_after_the_old_one_is_another():
    before, after = times("2027-08-03T10:00"), "2028-08-03T10:00"

    assert former_end(before, times(after, "2028-06-01T00:00")) is None
    assert former_end(before, times(after, "2027-08-01T00:00")) == "2027-08-03T10:00"


def test_a_corrected_zone_extends_no_call_and_the_whole_earth_does():
    before = times("2027-08-03T10:00")

    assert former_end(before, times("2027-08-03T11:00", timezone="Europe/London")) is None
    assert former_end(before, times("2027-08-04T00:00", timezone=ANYWHERE_ON_EARTH)) == "2027-08-03T10:00"


@pytest.mark.parametrize(
    ("timezone", "first_time", "last_minute"),
    [
        ("Africa/Cairo", "2027-04-29T22:00", "2027-04-30T20:59"),
        ("America/Santiago", "2027-09-05T04:00", "2027-09-06T02:59"),
        ("Atlantic/Azores", "2027-03-28T01:00", "2027-03-28T23:59"),
    ],
)
def test_a_date_on_which_clocks_skip_midnight_has_no_time(timezone, first_time, last_minute):
    call = times(first_time, timezone=timezone)

    assert not call.has_time
    assert call.last_minute == parse_instant(last_minute)
    assert times(first_time, timezone="Asia/Kathmandu").has_time
