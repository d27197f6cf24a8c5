"""Contents of the secret addresses of an own schedule: a calendar, or a page with the starred talks of an event.

An unknown or revoked address, and one of an account that is not active, is not found.
"""

from flask import Response

from joindin.errors import NotFound
from joindin.extensions import db, reader, writer
from joindin.http.conditional import PRIVATE
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.responses import file_response, read_alarm_minutes
from joindin.models.crew import CONFIRMED
from joindin.models.personal.schedule_addresses import CALENDAR, EVERYTHING, PAGE
from joindin.operations.personal.schedule_addresses import record_fetch
from joindin.queries.crew.calendars import list_calendar_shifts
from joindin.queries.personal.calendars import list_attended_events, list_calendar_talks
from joindin.queries.personal.schedule_addresses import find_schedule_address
from joindin.queries.programme.calendar_talks import list_departed_talks_of_reader
from joindin.queries.stars import list_starred_talks
from joindin.representations.feeds.crew_calendar import represent_shift_entry
from joindin.representations.feeds.icalendar import (
    CONTENT_TYPE,
    END,
    CalendarHead,
    represent_entry,
    represent_head,
)
from joindin.representations.feeds.icalendar_format import add_zone_years
from joindin.representations.feeds.talk_entries import (
    add_talk_zone_years,
    represent_departed_talk,
    represent_talk_entry,
    without_old_cancelled,
)
from joindin.resources.web.crew.common import crew_links
from joindin.resources.web.personal.my_schedule import group_own_days
from joindin.resources.web.personal.pages import private_page
from joindin.resources.web.public.event_frame import MY_SCHEDULE, load_event_frame, with_event
from joindin.resources.web.public.feeds import RETENTION
from joindin.resources.web.public.pages import blp, website_links
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import midnight, utc_now

NO_ROBOTS = ("X-Robots-Tag", "noindex")


@blp.get("/calendar/<token>.ics")
def own_calendar(token):
    """Return the calendar of a user or a device: by its contents talks, attended events and confirmed shifts."""
    address, alarm_minutes = _find_address(token, CALENDAR), read_alarm_minutes()
    connection, links = reader(), with_identity(website_links())
    has_everything = address.contents == EVERYTHING
    of_owner = {
        "starrer_id": address.user_id,
        "device_id": address.device_id,
        "speaker_id": address.user_id if has_everything else None,
        "event_id": address.event_id,
    }
    since = midnight(utc_now()) - RETENTION
    talks = without_old_cancelled(list_calendar_talks(connection, **of_owner), since)
    departed = list_departed_talks_of_reader(connection, since, **of_owner)
    events = list_attended_events(connection, address.user_id, address.event_id) if has_everything else []
    shifts = list_calendar_shifts(connection, address.user_id, [CONFIRMED]) if has_everything else []
    shifts = [shift for shift in shifts if address.event_id in (None, shift.event_id)]
    zone_years = {}
    for event in events:
        add_zone_years(zone_years, event.timezone, event.starts_at, event.ends_at.year)
    for talk in talks:
        add_talk_zone_years(zone_years, talk, talk.event.timezone)
    for each in departed:
        add_talk_zone_years(zone_years, each, each.timezone)
    page = f"{links.website}{'/guest/calendar/' if address.user_id is None else '/me/calendar/'}"
    parts = [
        represent_head(CalendarHead(address.name, None, page, None, zone_years=zone_years)),
        *(represent_entry(event, links, alarm_minutes=alarm_minutes) for event in events),
        *(represent_shift_entry(shift, crew_links(), alarm_minutes=alarm_minutes) for shift in shifts),
        *(represent_talk_entry(talk, talk.event, links, alarm_minutes=alarm_minutes) for talk in talks),
        *(represent_departed_talk(each, links) for each in departed),
        END,
    ]
    # Without a time of the last change: the removal of a star would not move it.
    return file_response("".join(parts).encode(), CONTENT_TYPE, [("Cache-Control", PRIVATE), NO_ROBOTS])


@blp.get("/event/<slug>/mine/<token>")
@with_event
def shared_schedule_page(event, token) -> Response:
    """Show the starred talks of the user who shared them; not the user's name, nor shifts."""
    address = _find_address(token, PAGE)
    if address.event_id != event.id:
        raise NotFound("Page not found")
    talks = list_starred_talks(db.session, address.user_id, event.id)
    response = private_page(
        "web/personal/shared_schedule.html",
        event=event,
        frame=load_event_frame(event, MY_SCHEDULE),
        days=group_own_days(event, talks),
    )
    response.headers.add(*NO_ROBOTS)
    return response


def _find_address(token, kind):
    address = find_schedule_address(reader(), hash_token(token), kind)
    if address is None:
        raise NotFound("Page not found")
    record_fetch(writer(), address, today=utc_now().date())
    return address
