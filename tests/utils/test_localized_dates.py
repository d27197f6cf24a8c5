"""Days and times in the language of a page."""

import datetime as dt

import pytest

from joindin.utils.localized_dates import LocalizedDates

pytestmark = pytest.mark.runs_once("formats read no rows")

START = dt.datetime(2027, 7, 9, 8, tzinfo=dt.UTC)
GERMAN, ENGLISH = (LocalizedDates(language, "Europe/Berlin") for language in ("de", "en"))


def test_days_have_the_order_and_names_of_the_language():
    assert (ENGLISH.day(START), GERMAN.day(START)) == ("Fri, 9 Jul 2027", "Fr., 9. Juli 2027")


def test_long_days_have_names_in_full():
    assert (ENGLISH.long_day(START), GERMAN.long_day(START)) == ("Friday 9 July 2027", "Freitag, 9. Juli 2027")


def test_a_day_is_that_of_the_time_zone():
    assert ENGLISH.day(dt.datetime(2027, 7, 9, 22, 30, tzinfo=dt.UTC)) == "Sat, 10 Jul 2027"
    assert ENGLISH.day(dt.date(2027, 7, 9)) == "Fri, 9 Jul 2027"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2027-07-09", "Fri, 9 Jul 2027"),
        ("2027-07-09T22:30:00Z", "Sat, 10 Jul 2027"),
        ("in summer", "in summer"),
        ("2027-13-1", "2027-13-1"),
        (None, None),
    ],
)
def test_the_day_of_an_iso_text_is_that_of_the_time_zone(text, shown):
    assert ENGLISH.day_of(text) == shown


def test_times_on_one_day_name_the_day_once():
    assert ENGLISH.times(START, START + dt.timedelta(hours=2)) == "Fri, 9 Jul 2027, 10:00–12:00"


def test_times_over_midnight_name_both_days():
    text = ENGLISH.times(START, START + dt.timedelta(hours=20))

    assert text == "Fri, 9 Jul 2027, 10:00 – Sat, 10 Jul 2027, 06:00"


def test_midnight_is_the_first_time_of_a_day():
    cairo = LocalizedDates("en", "Africa/Cairo")
    # Clocks change from 00:00 to 01:00.
    first_time = dt.datetime(2027, 4, 29, 22, tzinfo=dt.UTC)

    assert cairo.time(first_time) == "01:00"
    assert cairo.is_midnight(first_time)
    assert not cairo.is_midnight(first_time + dt.timedelta(minutes=1))
    assert not cairo.is_midnight(first_time + dt.timedelta(days=1))


def test_days_of_an_event_share_month_and_year():
    assert (
        ENGLISH.days(START, START + dt.timedelta(days=2)) == "Fri, 9\N{THIN SPACE}Jul –\N{THIN SPACE}Sun, 11 Jul 2027"
    )
    assert ENGLISH.days(START, START) == "Fri, 9 Jul 2027"
    assert GERMAN.month(START) == "Juli 2027"


@pytest.mark.parametrize(
    ("zone", "place", "german_place", "offset"),
    [
        ("Europe/Prague", "Prague", "Prag", "UTC+2"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "Buenos Aires", "UTC−3"),
        ("Asia/Kolkata", "Kolkata", "Kalkutta", "UTC+5:30"),
        ("UTC", "", "", "UTC"),
        ("Etc/GMT+5", "", "", "UTC−5"),
    ],
)
def test_a_zone_has_a_city_and_an_offset(zone, place, german_place, offset):
    english, german = LocalizedDates("en", zone), LocalizedDates("de", zone)

    assert (english.place, german.place, english.offset(START)) == (place, german_place, offset)
