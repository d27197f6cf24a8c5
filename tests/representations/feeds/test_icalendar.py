"""Calendars: the text format, and events in both forms."""

import datetime as dt
from types import SimpleNamespace
from zoneinfo import ZoneInfo, available_timezones

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from joindin.representations.feeds.icalendar import (
    END,
    CalendarHead,
    represent_departed,
    represent_entry,
    represent_event_calendar,
    represent_head,
    series_date,
    series_rule,
)
from joindin.representations.feeds.icalendar_format import calendar_zone, escape_text, join_lines, zone_component
from joindin.representations.links import Links
from joindin.utils.datetimes import UTC

LINKS = Links("http://api.example", "https://web.example:8443")
REVISED_AT = dt.datetime(2032, 5, 6, 7, 8, 9, tzinfo=UTC)
SUBMITTED_AT = dt.datetime(2032, 1, 2, 3, 4, 5, tzinfo=UTC)
STARTS_AT = dt.datetime(2033, 3, 27, 18, tzinfo=UTC)


def agenda_event(**fields):
    starts_at = fields.get("starts_at", STARTS_AT)
    defaults = {
        "id": 7,
        "name": "Party; and, more",
        "slug": "party",
        "description": "Hello you\n\n, ; c",
        "description_html": "<p>Hello <b>you</b></p>\n<p>&lt;b&gt;, ; c</p>",
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(hours=2),
        "is_end_known": True,
        "timezone": "Europe/Rome",
        "location": "Hall, Road 1",
        "latitude": 45.1,
        "longitude": 7.6,
        "place": SimpleNamespace(id=3, name="Hall", address="Road 1"),
        "online_locations": [],
        "tags": ["Music", "a,b"],
        "state": "scheduled",
        "revision": 4,
        "revised_at": REVISED_AT,
        "submitted_at": SUBMITTED_AT,
        "flyer": None,
    }
    return SimpleNamespace(**defaults | fields)


def calendar_of(*entries, **head):
    fields = {"name": "Agenda", "source": "https://web.example/events.ics", "page": "https://web.example/"}
    return represent_head(CalendarHead(**fields | {"revised_at": REVISED_AT} | head)) + "".join(entries) + END


def parse(text):
    """Return the events of a calendar that has no error and only lines of at most 75 octets."""
    assert all(len(line) <= 75 for line in text.encode().split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(text)
    events = calendar.walk("VEVENT")
    assert calendar.errors == [error for event in events for error in event.errors] == []
    return events


def test_gancio_event():
    assert represent_event_calendar(agenda_event(), LINKS).split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//joindin//joindin//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "UID:7@web.example",
        "SUMMARY:Party\\; and\\, more",
        "DTSTAMP:20320506T070809Z",
        "LAST-MODIFIED:20320506T070809Z",
        "SEQUENCE:4",
        "CREATED:20320102T030405Z",
        "DTSTART:20330327T180000Z",
        "DTEND:20330327T200000Z",
        "DESCRIPTION:Hello you\\n\\n<b>\\, \\; c",
        "X-ALT-DESC;FMTTYPE=text/html:<p>Hello <b>you</b></p>\\n<p>&lt;b&gt;, ; c</p>",
        "URL:https://web.example:8443/event/party",
        "GEO:45.100000;7.600000",
        "LOCATION:Hall - Road 1",
        "STATUS:CONFIRMED",
        "CATEGORIES:Music,a\\,b",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "DESCRIPTION:Party\\; and\\, more",
        "TRIGGER:-PT1H",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


ONLINE = SimpleNamespace(name="Online", address="")


@pytest.mark.parametrize(
    ("fields", "location"),
    [
        ({"place": ONLINE, "online_locations": ["https://a.example/1"]}, "online - https://a.example/1"),
        ({"place": ONLINE, "online_locations": ["ftp:x"]}, "online"),
        ({"place": SimpleNamespace(name="Park", address="")}, "Park"),
        ({"place": None, "location": "Main Hall"}, "Main Hall"),
        ({"place": None, "location": None}, None),
    ],
)
def test_location(fields, location):
    (event,) = parse(represent_event_calendar(agenda_event(**fields), LINKS))
    assert event.get("LOCATION") == location


@pytest.mark.parametrize("fields", [{"is_end_known": False}, {"ends_at": STARTS_AT}])
def test_event_without_end_has_none_in_gancio_and_an_hour_elsewhere(fields):
    event = agenda_event(**fields)
    (entry,) = parse(represent_event_calendar(event, LINKS))
    (own_entry,) = parse(calendar_of(represent_entry(event, LINKS)))
    assert "DTEND" not in entry
    assert own_entry.decoded("DTEND") - own_entry.decoded("DTSTART") == dt.timedelta(hours=1)


def test_unknown_facts_are_left_out():
    event = agenda_event(latitude=None, tags=[], submitted_at=None, revised_at=None, description="")
    (entry,) = parse(represent_event_calendar(event, LINKS))
    assert {"GEO", "CATEGORIES", "CREATED"}.isdisjoint(entry)
    assert entry.decoded("DTSTAMP") == STARTS_AT


def test_own_entry_has_local_times_with_the_rules_of_the_zone():
    event = agenda_event(
        flyer=SimpleNamespace(file="ab.jpg"),
        online_locations=["https://a.example/1,2", "javascript:x"],
        state="tentative",
    )
    text = calendar_of(represent_entry(event, LINKS), zone_years={"Europe/Rome": (2033, 2033)})
    (entry,) = parse(text)
    unfolded = text.replace("\r\n ", "")
    assert "DTSTART;TZID=Europe/Rome:20330327T200000\r\nDTEND;TZID=Europe/Rome:20330327T220000\r\n" in text
    assert entry.decoded("DTSTART").utcoffset() == dt.timedelta(hours=2)
    assert "\r\nIMAGE;VALUE=URI;DISPLAY=BADGE;FMTTYPE=image/jpeg:https://web.example:8443/media/ab.jpg\r\n" in unfolded
    assert text.count("CONFERENCE") == 1
    assert "CONFERENCE;VALUE=URI:https://a.example/1,2\r\n" in text
    assert (entry["STATUS"], entry["TRANSP"]) == ("TENTATIVE", "OPAQUE")
    assert entry["DESCRIPTION"].endswith("<b>, ; c\n\nhttps://web.example:8443/event/party")


def test_head():
    text = calendar_of(name="A, b", timezone="Europe/Rome", zone_years={"Europe/Rome": (2033, 2034)})
    calendar = icalendar.Calendar.from_ical(text)
    assert {name: calendar[name].to_ical().decode() for name in list(calendar)[3:]} == {
        "METHOD": "PUBLISH",
        "X-PUBLISHED-TTL": "PT1H",
        "NAME": "A\\, b",
        "X-WR-CALNAME": "A\\, b",
        "REFRESH-INTERVAL": "PT1H",
        "SOURCE": "https://web.example/events.ics",
        "URL": "https://web.example/",
        "X-WR-TIMEZONE": "Europe/Rome",
        "LAST-MODIFIED": "20320506T070809Z",
    }
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]
    assert "COMMENT" not in text


def local(*parts):
    return dt.datetime(*parts, tzinfo=ZoneInfo("Europe/Rome")).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (local(2033, 5, 1), local(2033, 5, 2, 23, 59, 59), (dt.date(2033, 5, 1), dt.date(2033, 5, 3))),
        (local(2033, 5, 1), local(2033, 5, 2, 23, 59), (dt.date(2033, 5, 1), dt.date(2033, 5, 3))),
        (local(2033, 5, 1), local(2033, 5, 3), (dt.date(2033, 5, 1), dt.date(2033, 5, 4))),
        (local(2033, 5, 1), local(2033, 5, 1), (dt.date(2033, 5, 1), dt.date(2033, 5, 2))),
        (local(2033, 5, 1), local(2033, 5, 1, 20), None),
        (local(2033, 5, 1, 9), local(2033, 5, 3), None),
    ],
)
def test_whole_days_are_dates(start, end, days):
    (entry,) = parse(
        calendar_of(
            represent_entry(agenda_event(starts_at=start, ends_at=end), LINKS),
            zone_years={"Europe/Rome": (2033, 2033)},
        )
    )
    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (days or (start, end))
    assert entry["TRANSP"] == ("TRANSPARENT" if end - start > dt.timedelta(days=1) else "OPAQUE")


def test_whole_days_of_which_clocks_skip_midnight_are_dates():
    start, end = dt.datetime(2027, 4, 29, 22, tzinfo=UTC), dt.datetime(2027, 4, 30, 21, tzinfo=UTC)
    event = agenda_event(starts_at=start, ends_at=end, timezone="Africa/Cairo")

    (entry,) = parse(calendar_of(represent_entry(event, LINKS), zone_years={"Africa/Cairo": (2027, 2027)}))

    assert (entry.decoded("DTSTART"), entry.decoded("DTEND")) == (dt.date(2027, 4, 30), dt.date(2027, 5, 2))


def test_cancelled_and_departed_events_say_so():
    departed = SimpleNamespace(
        row_id=9,
        starts_at=STARTS_AT,
        ends_at=STARTS_AT,
        is_end_known=False,
        timezone=None,
        sequence=5,
        gone_at=REVISED_AT,
    )
    cancelled, gone = parse(
        calendar_of(represent_entry(agenda_event(state="cancelled"), LINKS), represent_departed(departed, LINKS))
    )
    assert (cancelled["SUMMARY"], cancelled["STATUS"]) == ("Cancelled: Party; and, more", "CANCELLED")
    assert (gone["SUMMARY"], gone["STATUS"], gone["UID"]) == ("Cancelled", "CANCELLED", "9@web.example")
    assert (gone["SEQUENCE"], gone.decoded("DTSTART")) == (5, STARTS_AT)


def test_series_has_a_rule_and_its_dates_name_the_ones_they_replace():
    parent = agenda_event(id=5, rrule="FREQ=WEEKLY;COUNT=4")
    skipped, changed_at = STARTS_AT + dt.timedelta(days=7), STARTS_AT + dt.timedelta(days=14)
    occurrence = agenda_event(id=6, starts_at=changed_at + dt.timedelta(hours=1))
    text = calendar_of(
        represent_entry(parent, LINKS, series=series_rule(parent, [skipped])),
        represent_entry(occurrence, LINKS, series=series_date(parent, changed_at)),
        zone_years={"Europe/Rome": (2033, 2033)},
    )
    rule, date = parse(text)
    assert rule["UID"] == date["UID"] == "5@web.example"
    assert "RRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=Europe/Rome:20330403T200000\r\n" in text
    assert "RECURRENCE-ID;TZID=Europe/Rome:20330410T200000\r\n" in text
    assert date.decoded("DTSTART") == changed_at + dt.timedelta(hours=1)


@given(text=st.text(st.characters(), max_size=400))
def test_any_text_survives_folding_and_escaping(text):
    (event,) = parse(represent_event_calendar(agenda_event(name=f"x{text}", description=text, tags=[]), LINKS))
    for line_break in ("\r\n", "\r", "\x85", "\u2028", "\u2029"):
        text = text.replace(line_break, "\n")
    is_kept = {"\n": True, "\t": True, "\x7f": False}
    kept = "".join(c for c in text if is_kept.get(c, c >= " " and not "\ud800" <= c <= "\udfff"))
    assert str(event["SUMMARY"]) == f"x{kept}"


def test_long_lines_are_folded_between_characters():
    text = join_lines([f"SUMMARY:{'ä€🎉' * 30}"])
    assert all(len(part) <= 75 for part in text.encode().split(b"\r\n"))
    assert text.replace("\r\n ", "") == f"SUMMARY:{'ä€🎉' * 30}\r\n"


def test_escapes():
    assert escape_text('a\\b;c,d\ne\r\nf\x00g:"h"') == 'a\\\\b\\;c\\,d\\ne\\nfg:"h"'


@pytest.mark.parametrize("name", ["CET", "UTC", "Etc/GMT+1", "GMT", "Japan", "nowhere", None, "Etc/UTC"])
def test_zones_that_readers_do_not_have_are_written_in_utc(name):
    assert calendar_zone(name, STARTS_AT) is None


@pytest.mark.parametrize("year", [2, 1969, 2300, 9998])
def test_years_far_away_are_written_in_utc(year):
    assert calendar_zone("Europe/Rome", dt.datetime(year, 5, 1, tzinfo=UTC)) is None


@pytest.mark.slow("reads the changes of clocks of every zone")
def test_every_zone_has_the_clocks_of_tzdata():
    for name in sorted(available_timezones()):
        if (zone := calendar_zone(name, STARTS_AT)) is None:
            continue
        rules = icalendar.Timezone.from_ical(zone_component(zone, 2026, 2027)).to_tz(lookup_tzid=False)
        for month in range(1, 13):
            at = dt.datetime(2027, month, 15, 12)
            assert at.replace(tzinfo=rules).utcoffset() == at.replace(tzinfo=ZoneInfo(zone)).utcoffset(), (zone, at)


def test_changes_of_clocks_are_written_for_the_years_around():
    assert zone_component("Europe/Rome", 2026, 2026).split("\r\n") == [
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Rome",
        "BEGIN:STANDARD",
        "DTSTART:20250101T000000",
        "TZNAME:CET",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "RDATE:20250330T020000",
        "RDATE:20260329T020000",
        "RDATE:20270328T020000",
        "RDATE:20280326T020000",
        "RDATE:20290325T020000",
        "TZNAME:CEST",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:20251026T030000",
        "RDATE:20251026T030000",
        "RDATE:20261025T030000",
        "RDATE:20271031T030000",
        "RDATE:20281029T030000",
        "RDATE:20291028T030000",
        "TZNAME:CET",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "END:STANDARD",
        "END:VTIMEZONE",
        "",
    ]
