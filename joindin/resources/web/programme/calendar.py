"""Calendars of an event: the page with their addresses, the calendar of its programme or of a selection of it, and that of one talk."""

import datetime as dt
from urllib.parse import quote, urlencode

from flask import request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.conditional import FEED
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.responses import file_response, read_alarm_minutes
from joindin.http.pages.qr_codes import qr_code_svg
from joindin.http.security_headers import vary_by_encoding_only
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from joindin.queries.programme.calendar_talks import find_calendar_talk, find_departed_talk, list_departed_talks
from joindin.queries.programme.event_programme import list_talk_titles, load_programme
from joindin.representations.feeds.icalendar import CONTENT_TYPE, END, CalendarHead, represent_head
from joindin.representations.feeds.icalendar_format import add_zone_years
from joindin.representations.feeds.talk_entries import (
    add_talk_zone_years,
    represent_departed_talk,
    represent_talk_entry,
    without_old_cancelled,
)
from joindin.representations.programme.filters import select_talks
from joindin.resources.web.programme.selection import read_selection
from joindin.resources.web.public.event_frame import SCHEDULE, event_response, with_event
from joindin.resources.web.public.feeds import RETENTION
from joindin.resources.web.public.pages import blp, on_canonical_host, printable_or_not_found, website_links
from joindin.utils.datetimes import midnight, utc_now


@blp.get("/event/<slug>/calendar")
@with_event
def calendar_page(event):
    selection, page = read_selection(is_signed_in=False), website_links().event_page(event.slug)
    talks = list_talk_titles(reader(), event.id)
    chosen = next((talk for talk in talks if talk.stub == request.args.get("talk")), None)
    schedule_address = f"{page}/schedule.xml"
    giggity_address = f"https://ggt.gaa.st/#url={quote(schedule_address, safe=':/')}"
    return event_response(
        "web/programme/calendar.html",
        event,
        f"{page}/calendar",
        SCHEDULE,
        talks=talks,
        chosen=chosen,
        talk_address=chosen and f"{website_links().talk_page(chosen.stub)}.ics",
        schedule_address=schedule_address,
        schedule_code=qr_code_svg(schedule_address),
        giggity_address=giggity_address,
        giggity_code=qr_code_svg(giggity_address),
        event_address=f"{page}.ics",
        programme_address=f"{page}/schedule.ics",
        selection=selection,
        query=urlencode(selection.query()),
    )


@blp.get("/event/<slug>/schedule.ics")
@with_event
def schedule_calendar(event):
    """Return the calendar of the talks, with the filters of the page of the schedule."""
    selection, today = read_selection(is_signed_in=False), midnight(utc_now())
    programme = load_programme(reader(), event.id)
    talks = without_old_cancelled(programme.talks, today - RETENTION)
    # Texts of removed talks are not kept.
    departed = [] if selection.text else list_departed_talks(reader(), event, programme.rooms, today - RETENTION)
    page, query = f"{website_links().event_page(event.slug)}/schedule", urlencode(selection.query())
    request.environ[EXPIRY_ENVIRON_KEY] = (today + dt.timedelta(days=1)).timestamp()
    source = f"{page}.ics{f'?{query}' if query else ''}"
    # Old entries leave the calendar at midnight.
    changed_at = max(event.programme_changed_at or today, today)
    talks, departed = (select_talks(event, each, selection) for each in (talks, departed))
    return _calendar_response(event, talks, departed, source, page, changed_at)


@blp.get("/talk/<stub>.ics")
@on_canonical_host
def talk_calendar(stub):
    """Return the calendar of one talk, for adding it once. One that was removed is cancelled in it."""
    talks, departed = _find_talk(printable_or_not_found(stub))
    (talk,) = (*talks, *departed)
    event, page = talk.event, website_links().talk_page(talk.stub)
    file_name = ("Content-Disposition", f'attachment; filename="{talk.stub}.ics"')
    return _calendar_response(event, talks, departed, f"{page}.ics", page, event.programme_changed_at, [file_name])


def _find_talk(stub):
    try:
        return [find_calendar_talk(reader(), stub)], []
    except NotFound:
        return [], [find_departed_talk(reader(), stub, midnight(utc_now()) - RETENTION)]


def _calendar_response(event, talks, departed, source, page, changed_at, headers=()):
    alarm_minutes, links = read_alarm_minutes(), with_identity(website_links())
    # A calendar without an entry has the zone at least, because it must contain something.
    zone_years = {}
    add_zone_years(zone_years, event.timezone, event.starts_at, event.ends_at.year)
    for talk in talks:
        add_talk_zone_years(zone_years, talk, event.timezone)
    for each in departed:
        add_talk_zone_years(zone_years, each, each.timezone)
    head = CalendarHead(event.name, source, page, event.programme_changed_at, event.timezone, zone_years)
    entries = [
        *(represent_talk_entry(talk, event, links, alarm_minutes=alarm_minutes) for talk in talks),
        *(represent_departed_talk(each, links) for each in departed),
    ]
    text = "".join([represent_head(head), *entries, END])
    headers = [("Cache-Control", FEED), ("Access-Control-Allow-Origin", "*"), *headers]
    vary_by_encoding_only()
    return file_response(text.encode(), CONTENT_TYPE, headers, changed_at)
