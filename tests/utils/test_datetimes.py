"""Formatting of times in the time zone of an event, and days (spec 2.6)."""

import pytest

from joindin.utils.datetimes import day_number, iso_local, midnight
from tests.factories import parse_instant


@pytest.mark.parametrize(
    ("zone_name", "shown"),
    [
        ("Europe/Amsterdam", "2026-10-25T02:30:00+02:00"),
        ("America/Denver", "2026-10-24T18:30:00-06:00"),
        ("Asia/Calcutta", "2026-10-25T06:00:00+05:30"),
        ("Etc/UTC", "2026-10-25T00:30:00+00:00"),
        (None, "2026-10-25T00:30:00+00:00"),
        ("/", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_datetime_is_formatted_in_a_zone(zone_name, shown):
    assert iso_local(parse_instant("2026-10-25T00:30"), zone_name) == shown


def test_repeated_hour_is_distinguished_by_its_offset():
    shown = [iso_local(parse_instant(f"2026-10-25T0{hour}:30"), "Europe/Amsterdam") for hour in (0, 1)]

    assert shown == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_summer_time_applies_after_2037():
    assert iso_local(parse_instant("2040-07-01T12:00"), "Europe/Amsterdam") == "2040-07-01T14:00:00+02:00"


def test_none_is_formatted_as_none():
    assert iso_local(None, "Europe/Amsterdam") is None


def test_days_are_utc_days():
    late = parse_instant("2026-11-21T23:30:00-05:00")

    assert midnight(late) == parse_instant("2026-11-22")
    assert day_number(late) - day_number(parse_instant("2026-11-21T00:00")) == 1
    assert day_number(parse_instant("1970-01-01")) == 0
