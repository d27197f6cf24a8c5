"""Dates that people type: in PHP's forms, and in other languages (spec 2.6)."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joindin.utils.date_texts import is_relative, parse_date
from joindin.utils.datetimes import iso_local
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
        ("Friday 9am", "2026-11-27T08:00"),
        ("+1 week", "2026-11-28T09:30"),
        ("2 March", "2026-03-01T23:00"),
    ],
)
def test_relative_dates_count_from_now(text, meant):
    assert parse_date(text, "Europe/Amsterdam", NOW) == parse_instant(meant)


@pytest.mark.parametrize(
    "text",
    [
        *("", "   ", "foo", "a b c", "0", "-1", "12", "2026", "1400000000", "1" * 100, "x" * 101),
        *("2026-02-32", "2026-13-01", "20261301", "2026-03-02T25:00", "2026-03-02T10:00:00-99:99"),
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


def test_formatted_datetime_is_parsed_to_the_same_time():
    instants = [parse_instant("2026-10-25T00:30"), parse_instant("2026-10-25T01:30"), parse_instant("2027-03-28T01:00")]

    read = [parse_date(iso_local(each, "Europe/Amsterdam"), "Asia/Kolkata", NOW) for each in instants]

    assert read == instants


@pytest.mark.parametrize(
    "text",
    [
        *("8. Mai 2027", "8 maggio 2027", "den 8. maj 2027", "8 mai 2027", "8 de mayo de 2027", "8 mei 2027"),
        *("8 мая 2027", "2027年5月8日", "2027. május 8.", "Samstag, 8. Mai 2027"),
    ],
)
def test_full_dates_are_understood_in_other_languages(text):
    assert parse_date(text, "Europe/Amsterdam", NOW) == parse_instant("2027-05-07T22:00")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8. Mai 2027 um 9.30 Uhr", "2027-05-08T07:30"),
        ("May 8th, 2027 at 9:30am", "2027-05-08T07:30"),
        ("Sat May 08 2027 09:30:00 GMT-0300 (Argentina Standard Time)", "2027-05-08T12:30"),
    ],
)
def test_times_are_understood_in_other_languages(text, meant):
    assert parse_date(text, "Europe/Amsterdam", NOW) == parse_instant(meant)


@pytest.mark.parametrize(
    "text",
    [
        *("8 Mai", "Mai 2027", "übermorgen", "day ago", "Q2 2027", "may be 2027", "Hall 5, 12 people", "TBA 2027"),
        *("13/06/2027", "13/06/2027 9 Uhr", "2027-January-08", "08.05.27", "8-10 May 2027", "8. – 10. Mai 2027"),
        *("2027.05.08 midnight", "08 05 2027 Uhr", "Raum 12 05 2027", "8 листопада", "9-17 Uhr"),
        *("2027-05-08 9:00-17:00", "2027-05-08 09:00-17:00", "8 May 2027 14:00-16:00", "2027-05-08 10:00-12:00"),
        *("2027-05-08T09:00-17:00", "2027-05-08T09:00+14:30", "monday 2027", "1 week 2027", "X 2027", "I 2027"),
    ],
)
def test_what_is_no_full_date_in_another_language_is_none(text):
    assert parse_date(text, "Europe/Amsterdam", NOW) is None


def test_only_dates_that_change_with_the_time_are_relative():
    assert [text for text in ("today", "8 May", "next month") if not is_relative(text, NOW)] == []
    assert [
        text for text in ("2027-05-08", "2027-05-08T09:30Z", "@5", "8. Mai 2027", "foo") if is_relative(text, NOW)
    ] == []


FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y%m%dT%H%M%S",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S%p",
    "%d %B %Y, %H:%M:%S",
    "%B %d, %Y %I:%M:%S %p",
    "%a, %d %b %Y %H:%M:%S +0000",
    "%A %d %B %Y %H:%M:%S UTC",
    "%d-%b-%Y %H:%M:%S",
    "%Y-%b-%d %H:%M:%S",
    "%G-W%V-%u %H:%M:%S",
    "%Y-%j %H:%M:%S",
    "%Y:%m:%d %H:%M:%S",
    "%d/%b/%Y:%H:%M:%S +0000",
    "%Y-%m-%dT%H:%M:%S.123456Z",
)


@given(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2100, 1, 1)), st.sampled_from(FORMS))
@settings(max_examples=300)
def test_every_time_is_read_back_from_every_form(at, form):
    at = at.replace(microsecond=0)

    assert parse_date(at.strftime(form), "UTC", NOW) == at.replace(tzinfo=dt.UTC)


PARTS = st.sampled_from(
    [
        "2027",
        "2027-05-08",
        "8",
        "may",
        "May",
        "8.",
        "08.05.27",
        "13/06/2027",
        "monday",
        "next",
        "last",
        "first",
        "second",
        "day",
        "of",
        "week",
        "+1",
        "-2",
        "1.5",
        "month",
        "year",
        "ago",
        "noon",
        "9:30",
        "09.30",
        "24:00",
        "pm",
        "a",
        "z",
        "CEST",
        "+02:00",
        "Europe/Berlin",
        "GMT-3",
        "@5",
        "W19",
        "2027-W19",
        "T9",
        ",",
        ".",
        "-",
        "/",
        "(",
        ")",
        "front",
        "back",
        "00-00-2027",
        "99999999999999",
        "weekday",
    ]
)


@given(
    st.one_of(st.text(max_size=30), st.lists(PARTS, max_size=6).map(" ".join), st.lists(PARTS, max_size=6).map("".join))
)
@settings(max_examples=300)
def test_any_text_is_a_time_or_none(text):
    at = parse_date(text, "Europe/Amsterdam", NOW)

    assert at is None or (at.tzinfo, at.microsecond) == (dt.UTC, 0)
