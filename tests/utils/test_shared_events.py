"""Events read from pages and calendars of other sites."""

import datetime as dt
import time
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.utils.shared_events.calendars import read_calendar
from joindin.utils.shared_events.h_events import read_h_events
from joindin.utils.shared_events.shared_event import SharedEvent, UnreadableFile

ROME = ZoneInfo("Europe/Rome")
URL = "https://other.example/page/"


def at(text):
    return dt.datetime.fromisoformat(text)


PAGE = b"""<!DOCTYPE html><title>x</title>
<div class="h-event"><h1 class="p-name">Far away</h1>
<time class="dt-start" datetime="2033-01-01T10:00:00+01:00">x</time> <time class="dt-end" datetime="2033-01-01T12:00">y</time>
<div class="p-location h-adr"><span class="p-name">Hall 2</span> <span class="p-street-address">Road 1</span></div>
<div class="e-content">Some <b>words</b><script>alert(1)</script></div>
<a class="p-category">a</a><a class="p-category">b</a><a class="p-category">a</a>
<img class="u-featured" src="/p.png" alt="A poster"></div>"""


def test_h_event_is_read_completely():
    assert read_h_events(PAGE, URL, ROME) == [
        SharedEvent(
            title="Far away",
            description="Some <b>words</b>",
            place_name="Hall 2",
            place_address="Road 1",
            starts_at=at("2033-01-01T09:00Z"),
            ends_at=at("2033-01-01T11:00Z"),
            tags=["a", "b"],
            media=[("https://other.example/p.png", "A poster")],
        )
    ]


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ('<p class="p-location">Hall 3</p>', ("Hall 3", "")),
        ('<p class="p-location h-card"><b class="p-name">A</b><b class="p-street-address">B</b><b class="p-locality">C</b></p>', ("A", "B, C")),
        ('<p class="p-location h-card"><b class="p-name">A</b><b class="p-name">B</b></p>', ("A", "")),
        ('<p class="p-location h-card"><b class="p-name">A</b><b class="p-adr h-adr"><i class="p-street-address">B</i></b></p>', ("A", "B")),
        ("", ("", "")),
    ],
)  # fmt: skip
def test_place_is_read_in_every_form(location, place):
    page = f'<div class="h-event"><p class="p-name">x</p>{location}</div>'.encode()

    (event,) = read_h_events(page, URL, ROME)

    assert (event.place_name, event.place_address) == place


def test_events_of_a_feed_are_found_and_others_are_not():
    page = b'<div class="h-feed"><p class="h-event">a</p><p class="h-entry">b</p></div><p class="vevent"><b class="summary">c</b></p>'

    assert [event.title for event in read_h_events(page, URL, ROME)] == ["a", "c"]
    assert read_h_events(b"<p>nothing</p>", URL, ROME) == []


@pytest.mark.parametrize("text", ["tomorrow", "", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
def test_time_that_is_none_is_missing(text):
    page = f'<div class="h-event"><p class="p-name">x</p><time class="dt-start" datetime="{text}">q</time></div>'

    assert read_h_events(page.encode(), URL, ROME)[0].starts_at is None


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        ("<p class='h-event'>é</p>".encode("latin1"), "iso-8859-1"),
        ("<meta charset='windows-1252'><p class='h-event'>é</p>".encode("cp1252"), ""),
        ("<meta charset='punycode'><p class='h-event'>é</p>".encode(), ""),
        ("<p class='h-event'>é</p>".encode(), "zlib"),
    ],
)
def test_page_is_decoded_by_header_and_meta(page, charset):
    assert read_h_events(page, URL, ROME, charset)[0].title == "é"


def calendar(*lines):
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])


def entry(*lines):
    return calendar("BEGIN:VEVENT", *lines, "END:VEVENT")


def test_calendar_entry_is_read_completely():
    text = entry(
        "UID:7@x",
        "DTSTART;TZID=Europe/Rome:20330101T100000",
        "DTEND:20330101T120000Z",
        "SUMMARY:Far\\, away",
        " and folded",
        "LOCATION:Hall 1",
        "DESCRIPTION:Some\\nwords",
        "STATUS:CONFIRMED",
        "ORGANIZER;CN=Ann:mailto:ann@x.example",
        "LAST-MODIFIED:20300101T000000Z",
    )

    assert read_calendar(text, ROME) == [
        SharedEvent(
            title="Far, awayand folded",
            description="Some\nwords",
            place_name="Hall 1",
            starts_at=at("2033-01-01T09:00Z"),
            ends_at=at("2033-01-01T12:00Z"),
            organizer="Ann",
            status="CONFIRMED",
            uid="7@x",
            modified_at=at("2030-01-01T00:00Z"),
        )
    ]


@pytest.mark.parametrize(
    ("lines", "starts_at", "ends_at"),
    [
        (["DTSTART:20330101T100000"], "2033-01-01T09:00Z", None),
        (["DTSTART;TZID=Nowhere:20330101T100000"], "2033-01-01T09:00Z", None),
        (["DTSTART;TZID=W. Europe Standard Time:20330101T100000"], "2033-01-01T09:00Z", None),
        (["DTSTART;VALUE=DATE:20330101"], "2032-12-31T23:00Z", None),
        (["DTSTART;VALUE=DATE:20330101", "DTEND;VALUE=DATE:20330103"], "2032-12-31T23:00Z", "2033-01-02T22:59Z"),
        (["DTSTART:20330101T100000Z", "DURATION:PT90M"], "2033-01-01T10:00Z", "2033-01-01T11:30Z"),
        (["DTSTART:20330101T100000Z", "DURATION:P99999999D"], "2033-01-01T10:00Z", None),
        (["DTSTART:99999999T999999"], None, None),
        (["SUMMARY:x"], None, None),
    ],
)
def test_times_are_read_in_every_form(lines, starts_at, ends_at):
    (event,) = read_calendar(entry(*lines), ROME)

    assert (event.starts_at, event.ends_at) == (starts_at and at(starts_at), ends_at and at(ends_at))


@pytest.mark.parametrize("text", ["", "x", "<html>", "A\r\n" * 60_000, "BEGIN:VCALENDAR"])
def test_text_that_is_no_calendar_is_refused(text):
    with pytest.raises(UnreadableFile):
        read_calendar(text, ROME)


def test_calendar_with_too_many_events_is_refused():
    with pytest.raises(UnreadableFile, match="1,000 events"):
        read_calendar(calendar(*["BEGIN:VEVENT", "END:VEVENT"] * 1_001), ROME)


ZONE_BOMB = (
    "BEGIN:VTIMEZONE", "TZID:Bomb", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100",
    "RRULE:FREQ=SECONDLY", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        entry("DTSTART:20330101T100000", "RRULE:FREQ=SECONDLY;BYSECOND=" + ",".join(["1"] * 20_000)),
        entry("DTSTART:20330101T100000", "RDATE:" + ",".join(["20330101T100000"] * 4_000)),
        entry("CATEGORIES:" + "a," * 30_000),
        entry("SUMMARY:" + "\r\n x" * 60_000),
        calendar(*ZONE_BOMB, "BEGIN:VEVENT", "DTSTART;TZID=Bomb:20330101T100000", "END:VEVENT"),
        calendar(*["BEGIN:VEVENT"] * 900, *["END:VEVENT"] * 900),
    ],
)
def test_hostile_calendar_takes_little_time(text):
    begun = time.thread_time()

    assert read_calendar(text, ROME)

    assert time.thread_time() - begun < 4


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VTIMEZONE\n" * 40_000,
        "BEGIN:VTIMEZONE" + " \n" * 400_000,
        "BEGIN:VTIMEZONE" + "\n" * 800_000,
        "\r" * 800_000,
    ],
)
def test_hostile_text_that_is_no_calendar_is_refused_in_little_time(text):
    begun = time.thread_time()

    with pytest.raises(UnreadableFile):
        read_calendar(text, ROME)

    assert time.thread_time() - begun < 4


def test_folded_time_zones_are_left_out():
    [event] = read_calendar(
        calendar(
            "BEGIN:VTIME\r\n ZONE",
            *ZONE_BOMB[1:-1],
            "end:vtimezone ",
            *("BEGIN:VEVENT", "SUMMARY:Tides", "DTSTART;TZID=Bomb:20330101T100000", "END:VEVENT"),
        ),
        ROME,
    )

    assert event.title == "Tides"


@pytest.mark.parametrize(
    "page",
    [
        b"<div>" * 49_000,
        b'<div class="h-event">' * 20_000,
        b"<div " + b" x" * 400_000 + b">",
        b"<" * 60_000,
        b"<!--" * 9_000,
    ],
)
def test_hostile_page_takes_little_time(page):
    begun = time.thread_time()

    with suppress(UnreadableFile):
        read_h_events(page, URL, ROME)

    assert time.thread_time() - begun < 8


LINES = st.sampled_from([
    "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VCALENDAR", "END:VCALENDAR", "SUMMARY:x", "SUMMARY;A=:", "DTSTART:2", "DTEND:20330101",
    "DTSTART;VALUE=DATE:20330101", "DURATION:x", "DURATION:-P1W", "ORGANIZER:", "ORGANIZER:x", "STATUS:a", "STATUS:b", "UID",
    "RRULE:FREQ=X", "DTSTART;TZID=Europe/Rome:20330101T100000", "LAST-MODIFIED;VALUE=DATE:20330101", ":", ";",
])  # fmt: skip


@given(st.lists(LINES | st.text(max_size=10), max_size=15))
def test_every_calendar_is_read_or_refused(lines):
    with suppress(UnreadableFile):
        read_calendar(calendar(*lines), ROME)


PARTS = st.sampled_from([
    '<div class="h-event">', "</div>", '<p class="p-name">', '<p class="p-location">', '<p class="p-location h-adr">',
    '<p class="e-content">', '<time class="dt-start" datetime="', '">', "2033-01-01", "T10:00+25:00", "</time>", "</p>",
    '<img class="u-photo" src="', 'x:/">', "http://[", "<b", "&#xD800;", "<!--", '<p class="p-category h-card">',
    '<time class="dt-start"><b class="value">', "10:00pm",
])  # fmt: skip


@given(st.lists(PARTS | st.text(max_size=5), max_size=20).map("".join))
def test_every_page_is_read_or_refused(page):
    with suppress(UnreadableFile):
        read_h_events(page.encode("utf-8", "surrogatepass"), URL, ROME)
