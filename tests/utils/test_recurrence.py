"""Recurrence rules: dates by Gancio's vectors and by dateutil, over changes of clocks, with bounded work."""

import datetime as dt
from dataclasses import replace
from itertools import islice
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from joindin.errors import InvalidInput
from joindin.utils.recurrence.gancio import rule_from_gancio
from joindin.utils.recurrence.parsing import parse_recurrence, parse_rule
from joindin.utils.recurrence.rules import (
    MAX_OCCURRENCES,
    WEEKDAYS,
    find_next_date,
    is_in_rule,
    list_dates,
    to_local,
)

ROME, NEW_YORK, UTC = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York"), dt.UTC
THREE_YEARS = dt.timedelta(days=3 * 366)


def local(text, zone=ROME):
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def dates_of(text, start, *, after=None, years=3, zone=ROME):
    """Return the dates as local texts."""
    start = local(start, zone)
    after = local(after, zone) if after else start
    found = list_dates(parse_rule(text, zone), start, zone, after=after, before=after + dt.timedelta(days=366 * years))
    return [f"{to_local(at, zone):%Y-%m-%dT%H:%M}" for at in found]


@pytest.mark.parametrize(
    ("recurrence", "start", "expected"),
    [
        ({"frequency": "1w"}, "2033-03-27T08:00", "2033-03-27 2033-04-03"),
        ({"frequency": "2w"}, "2033-03-27T08:00", "2033-03-27 2033-04-10 2033-04-24"),
        ({"frequency": "1m", "type": "ordinal"}, "2033-03-27T08:00", "2033-03-27 2033-04-27"),
        ({"frequency": "1m", "type": -1}, "2033-03-27T08:00", "2033-03-27 2033-04-24 2033-05-29"),
        ({"frequency": "1m", "type": 2}, "2033-02-08T08:00", "2033-02-08 2033-03-08 2033-04-12 2033-05-10 2033-06-14"),
        ({"frequency": "1m", "type": "2"}, "2033-02-08T08:00", "2033-02-08 2033-03-08"),
        ({"frequency": "1y", "type": "ordinal"}, "2033-04-28T08:00", "2033-04-28 2034-04-28"),
        ({"frequency": "1y", "type": 1}, "2033-05-01T12:00", "2033-05-01 2034-05-07"),
        ({"frequency": "1m"}, "2033-01-31T08:00", "2033-01-31 2033-03-31 2033-05-31"),
        ({"frequency": "1y"}, "2032-02-29T08:00", "2032-02-29 2036-02-29"),
        # The start is the first date even where the rule alone gives another one.
        ({"frequency": "1m", "type": 1}, "2033-02-15T08:00", "2033-02-15 2033-03-01 2033-04-05"),
    ],
)
def test_dates_of_gancios_recurrences(recurrence, start, expected):
    at = local(start)
    rule = rule_from_gancio(recurrence, to_local(at, ROME))

    dates = list_dates(rule, at, ROME, after=at, before=at + 2 * THREE_YEARS)

    time = start[10:]
    assert [f"{to_local(date, ROME):%Y-%m-%dT%H:%M}" for date in islice(dates, len(expected.split()))] == [
        day + time for day in expected.split()
    ]


@pytest.mark.parametrize(
    "recurrence",
    [{}, {"frequency": "3w"}, {"frequency": None}, {"frequency": "1m", "type": 5}, {"frequency": "1y", "type": "x"}],
)
def test_unknown_recurrence_has_no_rule(recurrence):
    assert rule_from_gancio(recurrence, dt.datetime(2033, 1, 1)) is None


def test_clock_time_stays_over_a_change_of_clocks():
    assert dates_of("FREQ=WEEKLY;COUNT=3", "2033-03-20T19:00") == [
        "2033-03-20T19:00",
        "2033-03-27T19:00",
        "2033-04-03T19:00",
    ]
    assert [
        at.hour
        for at in list_dates(
            parse_rule("FREQ=WEEKLY;COUNT=2", ROME),
            local("2033-03-20T19:00"),
            ROME,
            after=local("2033-03-20T19:00"),
            before=local("2033-05-01T00:00"),
        )
    ] == [18, 17]


def test_time_that_the_clock_skips_is_left_out_and_not_counted():
    assert dates_of("FREQ=DAILY;COUNT=3", "2033-03-26T02:30") == [
        "2033-03-26T02:30",
        "2033-03-28T02:30",
        "2033-03-29T02:30",
    ]


def test_time_that_the_clock_repeats_comes_once():
    first = local("2033-10-29T02:30")
    dates = list(
        list_dates(parse_rule("FREQ=DAILY;COUNT=3", ROME), first, ROME, after=first, before=first + THREE_YEARS)
    )
    assert [f"{at:%dT%H:%M}" for at in dates] == ["29T00:30", "30T00:30", "31T01:30"]

    second = dt.datetime(2033, 10, 30, 1, 30, tzinfo=UTC)  # the second 02:30 of the day
    dates = list(
        list_dates(parse_rule("FREQ=DAILY;COUNT=2", ROME), second, ROME, after=second, before=second + THREE_YEARS)
    )
    assert [f"{at:%dT%H:%M}" for at in dates] == ["30T01:30", "31T01:30"]


def test_until_is_included_and_a_day_means_all_of_it():
    expected = ["2033-01-01T19:00", "2033-01-02T19:00"]
    assert dates_of("FREQ=DAILY;UNTIL=20330102", "2033-01-01T19:00") == expected
    assert dates_of("FREQ=DAILY;UNTIL=20330102T190000", "2033-01-01T19:00") == expected
    assert dates_of("FREQ=DAILY;UNTIL=20330102T180000Z", "2033-01-01T19:00") == expected
    assert dates_of("FREQ=DAILY;UNTIL=20330102T175959Z", "2033-01-01T19:00") == expected[:1]


def test_excluded_dates():
    start = local("2033-01-01T19:00")
    rule, excluded = parse_recurrence(
        "RRULE:FREQ=DAILY\r\nEXDATE:20330102T180000Z,20330103T190000\nEXDATE;TZID=Europe/London:20330104T180000\n"
        "EXDATE;VALUE=DATE:20330105",
        start=start,
        timezone=ROME,
    )

    assert str(rule) == "FREQ=DAILY"
    assert [f"{at:%dT%H:%M}" for at in excluded] == ["02T18:00", "03T18:00", "04T18:00", "05T18:00"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "FREQ=HOURLY",
        "FREQ=SECONDLY;COUNT=2",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;BYHOUR=1,2",
        "FREQ=DAILY;X=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1001",
        "FREQ=DAILY;INTERVAL=" + "9" * 300,
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=1001",
        "FREQ=DAILY;COUNT=١",
        "FREQ=DAILY;COUNT=2;UNTIL=20340101",
        "FREQ=DAILY;UNTIL=20330100",
        "FREQ=DAILY;UNTIL=20321231",
        "FREQ=DAILY;UNTIL=00000101",
        "FREQ=DAILY;UNTIL=x",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1SA",
        "FREQ=DAILY;BYDAY=1SA",
        "FREQ=MONTHLY;BYDAY=6SA",
        "FREQ=YEARLY;BYDAY=54SA",
        "FREQ=MONTHLY;BYDAY=1SA,SU",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTH=13",
        "FREQ=MONTHLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 300),
        "FREQ=DAILY;WKST=X",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        # The first date is a Saturday.
        "FREQ=WEEKLY;BYDAY=MO",
        "FREQ=DAILY\nFREQ=DAILY",
        "FREQ=DAILY\nEXDATE:x",
        "FREQ=DAILY\nEXDATE;TZID=Mars/Base:20330102T190000",
        "FREQ=DAILY\nEXDATE:" + ",".join(["20330102"] * 1001),
        "FREQ=DAILY\nRDATE:20330102",
        "FREQ=DAILY\n" + "\n" * 20_000,
        "FREQ=DAILY;\x00",
        "FREQ=DAILY;\ud800=1",
    ],
)
def test_refused_rules(text):
    began = perf_counter()
    with pytest.raises(InvalidInput):
        parse_recurrence(text, start=local("2033-01-01T19:00"), timezone=ROME)
    assert perf_counter() - began < 20


@pytest.mark.parametrize("year", [2, 1970, 2033, 9990])
@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=1000",
        "FREQ=DAILY;COUNT=1000;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=1000;BYDAY=MO",
        "FREQ=WEEKLY;BYMONTH=1;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=7",
        "FREQ=MONTHLY;COUNT=1000;BYMONTHDAY=31;BYDAY=FR;BYMONTH=2",
        "FREQ=MONTHLY;INTERVAL=1000",
        "FREQ=YEARLY;INTERVAL=1000;COUNT=1000;BYDAY=53MO",
        "FREQ=YEARLY;BYMONTHDAY=31;BYMONTH=2,4,6",
        "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=366",
    ],
)
def test_bounded_work(text, year):
    start = dt.datetime(year, 3, 1, 19, tzinfo=UTC)
    rule, now = parse_rule(text, UTC), dt.datetime(2033, 5, 1, tzinfo=UTC)
    began = perf_counter()

    find_next_date(rule, start, UTC, after=now)
    dates = list(list_dates(rule, start, UTC, after=now, before=dt.datetime(9998, 12, 31, tzinfo=UTC)))

    assert len(dates) <= MAX_OCCURRENCES
    assert perf_counter() - began < 20


def _numbers(low, high, most=4):
    return st.lists(st.integers(low, high).filter(bool), max_size=most).map(
        lambda numbers: list(dict.fromkeys(numbers))
    )


@st.composite
def rule_texts(draw):
    """Rules within the limits, as texts, whether or not a start fits them."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    months, month_days = draw(_numbers(1, 12)), draw(_numbers(-31, 31))
    if frequency == "WEEKLY":
        month_days = []
    has_numbers = frequency in ("MONTHLY", "YEARLY")
    highest = 5 if frequency == "MONTHLY" or months else 53
    number = st.integers(-highest, highest).filter(bool) if has_numbers and draw(st.booleans()) else st.just(0)
    days = draw(st.lists(st.tuples(number, st.sampled_from(WEEKDAYS)), max_size=4))
    parts = [
        f"FREQ={frequency}",
        f"INTERVAL={draw(st.integers(1, 20))}",
        f"BYMONTH={','.join(map(str, months))}" if months else "",
        f"BYMONTHDAY={','.join(map(str, month_days))}" if month_days else "",
        f"BYDAY={','.join(f'{number or str()}{day}' for number, day in days)}" if days else "",
        f"WKST={draw(st.sampled_from(WEEKDAYS))}",
    ]
    if (days or month_days or months) and draw(st.booleans()):
        parts.append(f"BYSETPOS={','.join(map(str, draw(_numbers(-5, 5, 2)) or [1]))}")
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 50))}")
    return ";".join(filter(None, parts))


@settings(max_examples=250)
@given(rule_texts(), st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2040, 1, 1)), st.integers(0, 5000))
def test_dates_are_those_of_dateutil(text, start, days_later):
    rule = parse_rule(text, UTC)
    start = start.replace(microsecond=0, tzinfo=UTC)
    if not is_in_rule(rule, start, UTC):
        # The RFC leaves undefined what such a start means. The next date becomes the start.
        endless, given = replace(rule, count=None), start
        later = list_dates(endless, given, UTC, after=given, before=given + THREE_YEARS)
        start = next((at for at in later if at > given), given)
        assume(is_in_rule(rule, start, UTC))
    after = start + dt.timedelta(days=days_later)
    found = list(list_dates(rule, start, UTC, after=after, before=after + THREE_YEARS))

    # Not one more of them: dateutil searches for the next date up to the year 9999.
    assert found == list(islice(rrulestr(text, dtstart=start).xafter(after, inc=True), len(found)))
    assert parse_rule(str(rule), UTC) == rule


@settings(max_examples=200)
@given(
    rule_texts(),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2040, 1, 1)),
    st.sampled_from(["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "America/Santiago"]),
)
def test_every_date_has_the_clock_time_of_the_start(text, start, zone_name):
    zone = ZoneInfo(zone_name)
    start = start.replace(microsecond=0, tzinfo=zone).astimezone(UTC)

    found = list(list_dates(parse_rule(text, zone), start, zone, after=start, before=start + THREE_YEARS))

    assert found == sorted(set(found))
    assert {to_local(at, zone).time() for at in found} == {to_local(start, zone).time()}


@settings(max_examples=300)
@given(st.text(max_size=60) | rule_texts().map(lambda text: text.replace("=", ":")))
def test_any_text_is_a_rule_or_refused(text):
    try:
        rule, _excluded = parse_recurrence(text, start=local("2033-01-01T19:00"), timezone=ROME)
    except InvalidInput:
        return
    assert parse_rule(str(rule), UTC) == rule
