"""PHP's reading of dates, and the texts of which it is not the likely one (spec 2.6)."""

import datetime as dt
import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from joindin.utils.php_dates import DoubtfulDate, UnreadableDate, read_php_date
from tests.factories import parse_instant

TABLE = Path(__file__).resolve().parents[3] / "shared" / "oracle" / "php" / "strtotime.json"

# Patterns of texts of the table that PHP reads and this application refuses.
DEVIATIONS = {
    r"\+1\.5 \w+": "one and a half days are not 5 days in the zone +1",
    r"-2027-05-08.*|0000-00-00.*": "years before 1 cannot be stored",
    r"08\.05\.27|8\.5": "a day or a time",
    r"2027|1999": "a year or a time",
    r"2027-[A-Z][a-z]{3,}-08|[A-Z][a-z]{3,}-08-2027": "the last numbers are a part of the date, not a zone",
    r"10000-01-01": "a year of five digits, not ten o'clock",
    r".* UTC\+2": "two hours east of UTC, not UTC",
    r".*-17:00": "no place is 17 hours west of UTC; opening hours look like it",
    r"a|x": "letters are no dates",
}

MONDAY = parse_instant("2026-11-23T09:30:10")


def read(text, zone="UTC", now=MONDAY):
    """Return the time as ISO text without the seconds that are zero."""
    at = read_php_date(text, ZoneInfo(zone), now).at.astimezone(ZoneInfo(zone))
    return at.replace(tzinfo=None, microsecond=0).isoformat(timespec="seconds").removesuffix(":00")


def is_refused(text):
    try:
        read_php_date(text, dt.UTC, MONDAY)
    except UnreadableDate:
        return True
    return False


@pytest.mark.skipif(not TABLE.exists(), reason="the table of PHP's results is not here")
def test_dates_are_read_as_php_reads_them_except_for_listed_deviations():
    different, deviating = [], set()
    for series in json.loads(TABLE.read_text()):
        zone, now = ZoneInfo(series["zone"]), dt.datetime.fromisoformat(series["now"])
        for text, expected in series["results"].items():
            try:
                at = read_php_date(text, zone, now).at.replace(microsecond=0).astimezone(zone).isoformat()
            except UnreadableDate:
                at = None
            if at != expected:
                rule = next((rule for rule in DEVIATIONS if re.fullmatch(rule, text)), None)
                deviating.add(rule)
                different += [(text, expected, at)] if rule is None or at is not None else []

    assert different == []
    assert deviating == set(DEVIATIONS)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2027-05-08", "2027-05-08T00:00"),
        ("2027/5/8", "2027-05-08T00:00"),
        ("20270508", "2027-05-08T00:00"),
        ("20270508T093000", "2027-05-08T09:30"),
        ("20270508093000", "2027-05-08T09:30"),
        ("2027-W18-6", "2027-05-08T00:00"),
        ("2027W19", "2027-05-10T00:00"),
        ("2020-W01-1", "2019-12-30T00:00"),
        ("2027.128", "2027-05-08T00:00"),
        ("2027-128", "2027-05-08T00:00"),
        ("8.5.2027 14.15", "2027-05-08T14:15"),
        ("08-05-2027", "2027-05-08T00:00"),
        ("08-05-27", "2008-05-27T00:00"),
        ("5/8/2027", "2027-05-08T00:00"),
        ("May-08-2027", "2027-05-08T00:00"),
        ("2027-May-08", "2027-05-08T00:00"),
        ("8 May 27", "2027-05-08T00:00"),
        ("8 V 2027", "2027-05-08T00:00"),
        ("May 8th, 2027 9am", "2027-05-08T09:00"),
        ("May 2027", "2027-05-01T00:00"),
        ("Sat, 08 May 2027 09:30:00 +0200", "2027-05-08T07:30"),
        ("2027:05:08 18:11:31", "2027-05-08T18:11:31"),
        ("10/Oct/2027:13:55:36 -0700", "2027-10-10T20:55:36"),
        ("2027-05-08T22:35:17.02-02:30", "2027-05-09T01:05:17"),
        ("2027-02-30", "2027-03-02T00:00"),
        ("2027-05-08 24:00", "2027-05-09T00:00"),
        ("2027-05-08\u00a09:30\u202fpm", "2027-05-08T21:30"),
        ("@1806184800", "2027-03-27T22:00"),
        ("@-1.5", "1969-12-31T23:59:59"),
    ],
)
def test_calendar_dates_have_many_forms(text, meant):
    assert read(text) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-23T09:30:10"),
        ("today", "2026-11-23T00:00"),
        ("tomorrow noon", "2026-11-24T12:00"),
        ("yesterday 14:00", "2026-11-22T14:00"),
        ("+1 week", "2026-11-30T09:30:10"),
        ("1 month", "2026-12-23T09:30:10"),
        ("2 days ago", "2026-11-21T09:30:10"),
        ("+1 week 2 days 4 hours", "2026-12-02T13:30:10"),
        ("+1500 ms", "2026-11-23T09:30:11"),
        ("2027-05-08 09:30 +2 hours", "2027-05-08T11:30"),
        ("2027-01-31 +1 month", "2027-03-03T00:00"),
        ("monday", "2026-11-23T00:00"),
        ("next monday", "2026-11-30T00:00"),
        ("last monday", "2026-11-16T00:00"),
        ("monday next week", "2026-11-30T00:00"),
        ("sunday this week", "2026-11-29T00:00"),
        ("friday last week 10:00", "2026-11-20T10:00"),
        ("third friday of january 2027", "2027-01-15T00:00"),
        ("last sat of July 2027", "2027-07-31T00:00"),
        ("first day of next month", "2026-12-01T09:30:10"),
        ("last day of february 2028 noon", "2028-02-29T12:00"),
        ("+3 weekdays", "2026-11-26T09:30:10"),
        ("-6 weekdays", "2026-11-13T09:30:10"),
        ("eighth day", "2026-12-01T09:30:10"),
        ("back of 7pm", "2026-11-23T19:15"),
        ("front of 5am", "2026-11-23T04:45"),
        ("9:30 tomorrow", "2026-11-24T00:00"),
    ],
)
def test_relative_dates_count_from_now(text, meant):
    assert read(text) == meant


@pytest.mark.parametrize(
    ("now", "text", "day"),
    [
        ("2027-05-05T12:00", "last day of next month", "2027-06-30"),
        ("2027-05-05T12:00", "last day of previous month", "2027-04-30"),
        ("2027-05-31T12:00", "first day of next month", "2027-06-01"),
        ("2027-01-31T12:00", "last day of next month", "2027-02-28"),
        ("2028-02-29T12:00", "last day of next year", "2029-02-28"),
    ],
)
def test_the_end_of_another_month_does_not_depend_on_the_day(now, text, day):
    assert read(text, now=parse_instant(now)) == f"{day}T12:00"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2027-05-08 09:30 -0700", "2027-05-08T16:30"),
        ("2027-05-08 06:00 -0700", "2027-05-08T13:00"),
        ("2027-05-08 01:00:00-07:00", "2027-05-08T08:00"),
        ("2027-05-08T01:00-07:00", "2027-05-08T08:00"),
        ("Sat, 08 May 2027 01:00:00 -0700", "2027-05-08T08:00"),
        ("2027-05-08 09:30+14:00", "2027-05-07T19:30"),
    ],
)
def test_an_offset_is_no_range_of_times(text, meant):
    assert read(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        *("2027-05-08 9:00-17:00", "2027-05-08 09:00-17:00", "8 May 2027 14:00-16:00", "May 8, 2027 9:00 -17:00"),
        *("2027-05-08 10:00-12:00", "2027-05-08 10:00 -12:00", "8 May 2027 10:00-10:30", "8 May 2027 9-12"),
        *("8 May 2027 1000-1200", "May 8 10:00-12:00", "8 May 2027 9.30-11", "2027-05-08T09:30-12:01"),
        *("2027-05-08T09:30+14:01", "2027-05-08 09:30 GMT-13"),
    ],
)
def test_a_range_of_times_is_no_offset(text):
    assert is_refused(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2027-05-08 09:30 EST", "2027-05-08T16:30"),
        ("2027-05-08 09:30 (PDT)", "2027-05-08T18:30"),
        ("2027-05-08 09:30Z", "2027-05-08T11:30"),
        ("T191919-0700", "2026-11-24T03:19:19"),
        ("2027-05-08 09:30 GMT-3", "2027-05-08T14:30"),
        ("2027-05-08 09:30+0530", "2027-05-08T06:00"),
        ("2027-05-08 09:30 Asia/Tokyo", "2027-05-08T02:30"),
        ("2027-05-08 09:30 +02:00 (CEST)", "2027-05-08T09:30"),
        ("2027-03-28 02:30", "2027-03-28T03:30"),
        ("2027-03-28 00:00 +5 hours", "2027-03-28T06:00"),
    ],
)
def test_zones_in_the_text_prevail(text, meant):
    assert read(text, "Europe/Berlin") == meant


@pytest.mark.parametrize(
    "text",
    [
        *("08.05.27", "8.5", "8.5.", "19.11", "2027", "10000-01-01", "2027-January-08", "January-08-2027"),
        *("+1.5 days", "9:00-17:00", "10:00-12:00", "sat sun", "5 V", "t9", "a", "EST", "Europe/Berlin", "+02:00"),
        *(
            "Sunday, 12 April 2027",
            "Fri, 05 Sep 2027 10:00 GMT",
            "2027-05-08T",
            "2027-05-08 9:30 p",
            "2027-05-08 9:30 UTC+2",
            "est 2027",
            *("monday 2027", "tomorrow 2027", "next month 2027", "1 week 2027", "X 2027", "V 2027", "I 2027"),
        ),
    ],
)
def test_an_unlikely_reading_is_refused(text):
    with pytest.raises(DoubtfulDate):
        read_php_date(text, dt.UTC, MONDAY)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x y", "Q2 2027", "9-17", "9-17 May 2027", "May 8-10, 2027", "13/06/2027", "08 05 2027", "2027.05.08"),
        *("1806184800", "TBA", "may be", "next", "1st", "25:00", "2027-05-32", "2027-05-08 09:60", "8/9 May 2027"),
        *(
            "2027-05-08 Europe/Nowhere",
            "2027-05-08 2027-05-09",
            "09:30 10:30",
            "@",
            "Saturn V",
            "day",
            "monday to friday",
        ),
        *("-2027-05-08", "+9999999999999 years", "@99999999999999999999", "2027-05-08 09:30 +99:00"),
    ],
)
def test_other_texts_are_no_dates(text):
    assert is_refused(text)


def test_a_reading_tells_whether_it_depends_on_now():
    dated = ["2027-05-08", "May 2027", "@5", "2027-W19", "first monday of may 2027", "2027-05-08 +1 week"]
    relative = ["8 May", "09:30", "today", "monday", "+1 day", "next month", "2027-05-08 next year", "may"]

    assert [text for text in dated if read_php_date(text, dt.UTC, MONDAY).depends_on_now] == []
    assert [text for text in relative if not read_php_date(text, dt.UTC, MONDAY).depends_on_now] == [
        "2027-05-08 next year"
    ]
