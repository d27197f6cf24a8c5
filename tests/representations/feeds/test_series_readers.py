"""Series in calendars: independent readers find the same dates as this server."""

import datetime as dt
import json
import random
import shutil
import subprocess
from pathlib import Path

import icalendar
import pytest
import recurring_ical_events
from sqlalchemy import select

from joindin.models import Event, EventSeries
from joindin.operations.agenda.series import create_next_occurrence, create_occurrence_ahead, set_recurrence
from joindin.queries.agenda.series import list_occurrences
from joindin.utils.datetimes import UTC, get_timezone, utc_now
from joindin.utils.recurrence.parsing import parse_rule
from joindin.utils.recurrence.rules import WEEKDAYS, is_in_rule, list_dates
from tests.browser.requirements import MODULES
from tests.factories import make_event
from tests.services import skip_or_fail

ICAL_JS = MODULES / "ical.js" / "dist" / "ical.js"
SCRIPT = Path(__file__).parent / "expand_calendars.mjs"
ZONES = ("Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
YEAR = dt.timedelta(days=366)
RULES = 200


@pytest.fixture
def node():
    if not (program := shutil.which("node")) or not ICAL_JS.exists():
        skip_or_fail("not on this machine: Node and ical.js (make browser-tools)")
    return program


def random_rule(chance):
    """Return the text of a rule on which the RFC leaves no doubt."""
    frequency = chance.choice(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))
    parts = [f"FREQ={frequency}", f"INTERVAL={chance.randint(1, 3)}"]
    days = sorted(chance.sample(WEEKDAYS, chance.randint(1, 3)), key=WEEKDAYS.index)
    if frequency == "WEEKLY" and chance.random() < 0.7:
        parts.append(f"BYDAY={','.join(days)}")
    if frequency == "MONTHLY":
        parts += chance.choice((
            [],
            [f"BYDAY={chance.choice((1, 2, 3, 4, -1))}{days[0]}"],
            [f"BYMONTHDAY={chance.choice((1, 15, 28, 31, -1))}"],
            [f"BYDAY={','.join(days)}", f"BYSETPOS={chance.choice((1, 2, -1))}"],
        ))  # fmt: skip
    if frequency == "YEARLY" and chance.random() < 0.6:
        parts += [f"BYMONTH={chance.randint(1, 12)}", f"BYDAY={chance.choice((1, 2, -1))}{days[0]}"]
    if chance.random() < 0.3:
        parts.append(f"COUNT={chance.randint(1, 30)}")
    return ";".join(parts)


def make_random_series(session, chance, now, number):
    """Store a series that began up to two years ago, with excluded dates, and some occurrences moved, hidden or ahead."""
    zone_name, text = chance.choice(ZONES), random_rule(chance)
    zone = get_timezone(zone_name)
    # No clock changes at these hours.
    start = (now - dt.timedelta(days=chance.randint(-200, 700))).astimezone(zone)
    start = start.replace(hour=chance.randint(5, 22), minute=chance.choice((0, 30)), second=0).astimezone(UTC)
    rule = parse_rule(text.partition(";COUNT")[0], zone)
    if not is_in_rule(rule, start, zone):
        start = next(at for at in list_dates(rule, start, zone, after=start, before=start + 9 * YEAR) if at > start)
    event = make_event(
        session,
        "Series",
        slug=f"parent-{number}",
        starts_at=start,
        ends_at=start + dt.timedelta(hours=2),
        timezone=zone_name,
    )
    set_recurrence(session, event, {"rrule": text})
    series = session.get(EventSeries, event.id)
    dates = list_occurrences(session, event, series, now, now + YEAR)
    for date in chance.sample(dates, min(2, len(dates))):
        series.excluded_starts = [*series.excluded_starts, int(date.occurrence_at.timestamp())]
    following = create_next_occurrence(session, event.id, now=now)
    dates = [
        each.occurrence_at for each in list_occurrences(session, event, series, now, now + YEAR) if each.is_visible
    ]
    if dates:
        ahead = create_occurrence_ahead(session, event.id, chance.choice(dates), now=now)
        ahead.starts_at += dt.timedelta(hours=1)
        ahead.ends_at += dt.timedelta(hours=1)
    if following and chance.random() < 0.3:
        following.is_active, following.is_pending = False, True
        create_next_occurrence(session, event.id, now=now)
    session.flush()
    return event.id


@pytest.mark.runs_once("the text of calendars is the same on each database")
@pytest.mark.slow("200 series, each read by two programs")
def test_readers_agree_on_the_dates_of_generated_rules(browser, session, node):
    chance, now = random.Random(2033), utc_now()
    ids = [make_random_series(session, chance, now, number) for number in range(RULES)]
    session.commit()
    calendars, expected, rules = [], [], []
    for event_id in ids:
        event = session.get(Event, event_id)
        if not session.scalar(select(Event.id).where(Event.parent_id == event_id).limit(1)):
            continue
        series = session.get(EventSeries, event_id)
        dates = list_occurrences(session, event, series, now, now + YEAR)
        expected.append([int(date.starts_at.timestamp()) for date in dates if date.is_visible])
        rules.append(f"{event.starts_at:%Y-%m-%dT%H:%M} {event.timezone} {series.rrule} {series.excluded_starts}")
        reply = browser.get(f"/event/{event.slug}.ics")
        assert reply.status_code == 200
        calendars.append(reply.text)
    assert len(calendars) > RULES * 0.8

    window = [int(now.timestamp()), int((now + YEAR).timestamp())]
    by_icalendar = [expand_with_icalendar(text, now, now + YEAR) for text in calendars]
    given = json.dumps({"library": str(ICAL_JS), "calendars": [[text, *window] for text in calendars]})
    printed = subprocess.run([node, str(SCRIPT)], input=given, capture_output=True, text=True, check=True)
    by_ical_js = json.loads(printed.stdout)

    differences = [
        (rule, name, sorted(set(dates) ^ set(ours))[:5])
        for name, found in (("recurring-ical-events", by_icalendar), ("ical.js", by_ical_js))
        for rule, dates, ours in zip(rules, found, expected)
        if dates != ours
    ]
    assert differences == []
    assert sum(map(len, expected)) > 2000


def expand_with_icalendar(text, start, end):
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar.errors == []
    found = recurring_ical_events.of(calendar).between(start, end)
    return sorted(
        timestamp
        for timestamp in (int(entry["DTSTART"].dt.timestamp()) for entry in found)
        if start.timestamp() <= timestamp <= end.timestamp()
    )
