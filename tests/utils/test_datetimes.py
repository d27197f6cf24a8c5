"""Parsing of dates that users type, and formatting in the time zone of an event (spec 2.6)."""

from zoneinfo import ZoneInfo

import pytest
import pytz

from joindin.utils.datetimes import UTC, day_number, get_timezone, is_timezone, iso_local, midnight, parse_date
from tests.factories import parse_instant

NOW = parse_instant("2026-11-21T09:30")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00"),
        ("2026-03-02T10:00:00+05:30", "2026-03-02T04:30"),
        ("2026-03-02T10:00:00+0530", "2026-03-02T04:30"),
        ("2026-03-02 10:00:00 +05:30", "2026-03-02T04:30"),
        ("2026-03-02T10:00:00.123Z", "2026-03-02T10:00"),
        ("2026-03-02T10:00:00", "2026-03-02T09:00"),
        ("2026-03-02 10:00", "2026-03-02T09:00"),
        ("  2026-03-02  ", "2026-03-01T23:00"),
        ("20260302", "2026-03-01T23:00"),
        ("2026/3/2", "2026-03-01T23:00"),
        ("3/2/2026", "2026-03-01T23:00"),
        ("2.3.2026", "2026-03-01T23:00"),
        ("02-03-2026", "2026-03-01T23:00"),
        ("2 March 2026", "2026-03-01T23:00"),
        ("March 2nd, 2026", "2026-03-01T23:00"),
        ("Sept 8, 2014 3pm", "2014-09-08T13:00"),
        ("March 2026", "2026-02-28T23:00"),
        ("Mon, 02 Mar 2026 10:00:00 +0000", "2026-03-02T10:00"),
        ("@1400000000", "2014-05-13T16:53:20"),
        ("@-5", "1969-12-31T23:59:55"),
    ],
)
def test_dates_are_parsed_in_many_forms_as_local_time(text, meant):
    assert parse_date(text, "Europe/Amsterdam", NOW) == parse_instant(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-21T09:30"),
        ("today", "2026-11-20T23:00"),
        ("tomorrow", "2026-11-21T23:00"),
        ("yesterday", "2026-11-19T23:00"),
        ("next friday", "2026-11-26T23:00"),
        ("9am Friday", "2026-11-27T08:00"),
        ("+1 week", "2026-11-27T23:00"),
        ("2 March", "2027-03-01T23:00"),
    ],
)
def test_relative_dates_count_from_now(text, meant):
    assert parse_date(text, "Europe/Amsterdam", NOW) == parse_instant(meant)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "foo", "a b c", "0", "-1", "12", "2026", "1400000000", "1" * 100, "x" * 101),
        *("2026-02-30", "2026-13-01", "20261301", "2026-03-02T25:00", "2026-03-02T10:00:00-99:99"),
        *("0001-01-01", "9999-12-31", "@999999999999"),
    ],
)
def test_invalid_dates_are_none(text):
    assert parse_date(text, "Europe/Amsterdam", NOW) is None


@pytest.mark.parametrize(
    ("zone_name", "text", "meant"),
    [
        ("Europe/Amsterdam", "2026-10-24", "2026-10-23T22:00"),
        ("Europe/Amsterdam", "2026-10-26", "2026-10-25T23:00"),
        ("Europe/Amsterdam", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("Europe/Amsterdam", "2027-03-28T02:30", "2027-03-28T01:30"),
        ("America/Denver", "2026-07-01T12:00", "2026-07-01T18:00"),
        ("America/Denver", "2026-12-01T12:00", "2026-12-01T19:00"),
        ("Asia/Kolkata", "2026-07-01", "2026-06-30T18:30"),
        ("Asia/Calcutta", "2026-07-01", "2026-06-30T18:30"),
        (None, "2026-07-01", "2026-07-01T00:00"),
        ("", "2026-07-01", "2026-07-01T00:00"),
        ("Middle/Earth", "2026-07-01", "2026-07-01T00:00"),
    ],
)
def test_date_without_offset_follows_the_rules_of_its_zone(zone_name, text, meant):
    assert parse_date(text, zone_name, NOW) == parse_instant(meant)


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


def test_formatted_datetime_is_parsed_to_the_same_time():
    instants = [parse_instant("2026-10-25T00:30"), parse_instant("2026-10-25T01:30"), parse_instant("2027-03-28T01:00")]

    read = [parse_date(iso_local(each, "Europe/Amsterdam"), "Asia/Kolkata", NOW) for each in instants]

    assert read == instants


def test_every_timezone_name_has_rules():
    assert [name for name in pytz.all_timezones if get_timezone(name) != ZoneInfo(name)] == []


def test_days_are_utc_days():
    late = parse_instant("2026-11-21T23:30:00-05:00")

    assert midnight(late) == parse_instant("2026-11-22")
    assert day_number(late) - day_number(parse_instant("2026-11-21T00:00")) == 1
    assert day_number(parse_instant("1970-01-01")) == 0


def test_only_known_names_are_timezones():
    assert [name for name in ("Europe/London", "US/Pacific", "europe/london", "Europe/", "") if is_timezone(name)] == [
        "Europe/London",
        "US/Pacific",
    ]
    assert get_timezone(None) is UTC
