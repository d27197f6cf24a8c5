"""Names of time zones: case, renamed and removed zones."""

from zoneinfo import ZoneInfo

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from joindin.utils.timezones import REMOVED_NAMES, find_timezone, find_timezone_name


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("EUROPE/LONDON", "Europe/London"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("America/New York", "America/New_York"),
        ("US/Pacific", "US/Pacific"),
        ("US/Pacific-New", "America/Los_Angeles"),
        ("us/pacific-new", "America/Los_Angeles"),
        ("Canada/East-Saskatchewan", "America/Regina"),
        ("Europe/Kiev", "Europe/Kiev"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("utc", "UTC"),
    ],
)
def test_zones_are_found_without_regard_to_case_and_age(name, known):
    assert find_timezone_name(name) == known
    assert find_timezone(name) == ZoneInfo(known)


@pytest.mark.parametrize("name", [None, "", "/", "Europe/", "Middle/Earth", "Europe/Nowhere", "../etc/passwd"])
def test_other_names_are_unknown(name):
    assert (find_timezone_name(name), find_timezone(name)) == (None, None)


def test_every_name_has_rules():
    assert [name for name in pytz.all_timezones if find_timezone(name) != ZoneInfo(name)] == []
    assert [name for name in REMOVED_NAMES if find_timezone(name) is None] == []


@given(st.sampled_from(pytz.all_timezones), st.sampled_from([str.lower, str.upper, str.title, str.swapcase]))
def test_every_name_is_found_in_every_case(name, change_case):
    assert find_timezone_name(change_case(name)) == name
