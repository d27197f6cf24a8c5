"""Whether a call for papers is open, and when it closes."""

import datetime as dt
from types import SimpleNamespace

import pytest

from joindin.representations.calls import ANNOUNCED, CLOSED, OPEN, represent_call
from tests.factories import parse_instant

pytestmark = pytest.mark.runs_once("calls are represented from objects")

NOW = parse_instant("2027-08-01T10:00")
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
# In Berlin.
TOMORROW = parse_instant("2027-08-01T22:00")


def call_of(opens_at, ends_at, now=NOW, **fields):
    event = SimpleNamespace(
        **{
            "timezone": "Europe/Berlin",
            "cfp_starts_at": opens_at,
            "cfp_ends_at": ends_at,
            "cfp_former_ends_at": None,
            "is_cfp_anywhere": False,
            "approved_at": None,
        }
        | fields
    )
    return represent_call(event, now)


def test_a_call_with_a_time_is_open_until_then():
    ends_at = NOW + 2 * DAY

    call = call_of(NOW - 9 * DAY, ends_at)

    assert (call.state, call.ends_at, call.days, call.has_time) == (OPEN, ends_at, 2, True)
    assert call_of(NOW - DAY, ends_at, ends_at - MINUTE).state == OPEN
    assert call_of(NOW - DAY, ends_at, ends_at).state == CLOSED


def test_a_call_without_a_time_is_open_to_the_end_of_its_last_day_at_the_event():
    last_day = parse_instant("2027-07-31T22:00")

    call = call_of(None, last_day)

    assert (call.state, call.ends_at, call.days, call.has_time) == (OPEN, last_day + DAY - MINUTE, 0, False)
    assert call.changes_at == last_day + DAY
    assert call_of(None, last_day, last_day + DAY).state == CLOSED


def test_the_last_day_is_as_long_as_its_clocks_say():
    # Clocks are set back on 31 October 2027: the day has 25 hours.
    last_day = parse_instant("2027-10-30T22:00")

    assert call_of(None, last_day).ends_at == last_day + dt.timedelta(hours=25) - MINUTE


@pytest.mark.parametrize("ends_at", ["2027-08-04T11:59", "2027-08-03T12:00"])
def test_a_call_anywhere_on_earth_closes_with_the_last_day(ends_at):
    call = call_of(None, parse_instant(ends_at), is_cfp_anywhere=True)

    assert (call.ends_at, call.has_time, call.is_anywhere, call.days) == (
        parse_instant("2027-08-04T11:59"),
        False,
        True,
        3,
    )
    assert call_of(None, parse_instant("2027-08-04T06:00"), is_cfp_anywhere=True).has_time


def test_a_call_is_announced_before_it_opens():
    call = call_of(NOW + DAY, NOW + 9 * DAY)

    assert (call.state, call.opens_at, call.ends_at, call.days) == (ANNOUNCED, NOW + DAY, NOW + 9 * DAY, 1)
    assert call_of(NOW + MINUTE, NOW + 9 * DAY).changes_at == NOW + MINUTE


def test_the_days_that_remain_change_at_midnight():
    assert call_of(NOW - 9 * DAY, NOW + 9 * DAY).changes_at == TOMORROW
    assert call_of(NOW - 9 * DAY, NOW + 9 * DAY, is_cfp_anywhere=True).changes_at == parse_instant("2027-08-01T12:00")
    assert call_of(NOW - 9 * DAY, NOW - DAY).changes_at is None


def test_a_call_without_an_end_is_open_and_one_without_dates_has_no_state():
    assert call_of(NOW - DAY, None).state == OPEN
    assert call_of(None, None)[:5] == (None, None, None, 0, False)


def test_a_call_is_new_for_a_week_after_it_opened_or_its_event_was_approved():
    ends_at, old = NOW + 9 * DAY, NOW - 30 * DAY

    assert call_of(NOW - 7 * DAY + MINUTE, ends_at).is_new
    assert call_of(NOW - 7 * DAY + MINUTE, ends_at).changes_at == NOW + MINUTE
    assert call_of(old, ends_at, approved_at=NOW - DAY).is_new
    assert call_of(None, ends_at, approved_at=NOW - DAY).is_new
    assert not call_of(NOW - 7 * DAY, ends_at).is_new
    assert not call_of(old, ends_at, approved_at=NOW - 7 * DAY).is_new
    assert not call_of(None, ends_at).is_new
    assert not call_of(NOW + DAY, ends_at, approved_at=NOW).is_new


def test_days_at_the_ends_of_the_calendar():
    assert call_of(None, parse_instant("9998-12-31T00:00"), timezone="UTC").state == OPEN
    assert call_of(None, parse_instant("0002-01-01T00:00"), timezone="Pacific/Kiritimati").state == CLOSED
