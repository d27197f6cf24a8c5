"""Whether a call for papers is open, and when it closes."""

import datetime as dt
from types import SimpleNamespace

import pytest

from joindin.representations.calls import ANNOUNCED, CLOSED, OPEN, represent_call
from tests.factories import parse_instant

pytestmark = pytest.mark.runs_once("calls are represented from objects")

NOW = parse_instant("2027-08-01T10:00")
DAY = dt.timedelta(days=1)


def call_of(opens_at, ends_at, now=NOW):
    event = SimpleNamespace(timezone="Europe/Berlin", cfp_starts_at=opens_at, cfp_ends_at=ends_at)
    return represent_call(event, now)


def test_a_call_with_a_time_is_open_until_then():
    ends_at = NOW + 2 * DAY

    assert call_of(NOW - DAY, ends_at) == (OPEN, ends_at, 2, True, ends_at)
    assert call_of(NOW - DAY, ends_at, ends_at).state == CLOSED


def test_a_call_without_a_time_is_open_to_the_end_of_its_last_day_at_the_event():
    last_day = parse_instant("2027-07-31T22:00")

    assert call_of(None, last_day) == (OPEN, last_day, 0, False, last_day + DAY)
    assert call_of(None, last_day, last_day + DAY).state == CLOSED


def test_a_call_is_announced_before_it_opens():
    assert call_of(NOW + DAY, NOW + 9 * DAY)[:3] == (ANNOUNCED, NOW + 9 * DAY, 1)
    assert call_of(NOW + DAY, NOW + 9 * DAY).changes_at == NOW + DAY


def test_a_call_without_an_end_is_open_and_one_without_dates_has_no_state():
    assert call_of(NOW - DAY, None).state == OPEN
    assert call_of(None, None).state is None
