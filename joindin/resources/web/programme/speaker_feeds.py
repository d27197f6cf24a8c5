"""Feeds of the talks of a person: Atom with the latest changed ones first, and a calendar of all.

They have what the page of the person shows to everyone. Names that wait for the hosts are left out.
"""

import datetime as dt
from functools import partial
from urllib.parse import urlencode

from flask import Response, request

from joindin.extensions import reader, site_name
from joindin.http.conditional import FEED
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.pages import PAGE_SIZE, link_feed_pages, read_feed_page
from joindin.http.feeds.responses import file_response, read_alarm_minutes
from joindin.http.pages.template_formatting import display_name
from joindin.http.security_headers import vary_by_encoding_only
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from joindin.queries.personal.calendars import list_calendar_talks
from joindin.queries.programme.calendar_talks import list_departed_talks_of_speaker, list_newest_talks_of_speaker
from joindin.representations.feeds import atom, icalendar
from joindin.representations.feeds.event_texts import FeedHead
from joindin.representations.feeds.talk_atom import represent_talk_atom_entry
from joindin.representations.feeds.talk_entries import (
    add_talk_zone_years,
    represent_departed_talk,
    represent_talk_entry,
    without_old_cancelled,
)
from joindin.resources.web.public.feeds import RETENTION
from joindin.resources.web.public.pages import blp, on_canonical_host, website_links
from joindin.resources.web.public.users import find_active_user
from joindin.utils.datetimes import midnight, utc_now


@blp.get("/user/<rest:username>/talks.atom")
@on_canonical_host
def feed_of_speaker(username):
    user, number = find_active_user(username), read_feed_page()
    links = with_identity(website_links())
    offset = (number - 1) * PAGE_SIZE
    talks = list_newest_talks_of_speaker(reader(), user.id, limit=PAGE_SIZE + 1, offset=offset)
    pages = link_feed_pages(number, len(talks) > PAGE_SIZE, partial(_address, user))
    talks = talks[:PAGE_SIZE]
    head = FeedHead(
        _title(user),
        "",
        _address(user, number),
        links.user_page(user.username),
        max((talk.revised_at for talk in talks if talk.revised_at is not None), default=None),
        pages,
    )
    entries = [represent_talk_atom_entry(talk, talk.event, links) for talk in talks]
    return _response("".join([atom.represent_head(head), *entries, atom.END]), atom.CONTENT_TYPE)


@blp.get("/user/<rest:username>/talks.ics")
@on_canonical_host
def calendar_of_speaker(username):
    user, alarm_minutes = find_active_user(username), read_alarm_minutes()
    links, today = with_identity(website_links()), midnight(utc_now())
    talks = without_old_cancelled(list_calendar_talks(reader(), speaker_id=user.id), today - RETENTION)
    departed = list_departed_talks_of_speaker(reader(), user.id, today - RETENTION)
    # Old entries leave the calendar at midnight.
    request.environ[EXPIRY_ENVIRON_KEY] = (today + dt.timedelta(days=1)).timestamp()
    zone_years = {}
    for talk in talks:
        add_talk_zone_years(zone_years, talk, talk.event.timezone)
    for each in departed:
        add_talk_zone_years(zone_years, each, each.timezone)
    page = links.user_page(user.username)
    parts = [
        icalendar.represent_head(
            icalendar.CalendarHead(_title(user), f"{page}/talks.ics", page, None, zone_years=zone_years)
        ),
        *(represent_talk_entry(talk, talk.event, links, alarm_minutes=alarm_minutes) for talk in talks),
        *(represent_departed_talk(each, links) for each in departed),
        icalendar.END,
    ]
    return _response("".join(parts), icalendar.CONTENT_TYPE)


def _response(text, content_type) -> Response:
    """Return the feed, which every site may read. A talk that leaves it moves no time, therefore only its entity tag tells copies apart."""
    vary_by_encoding_only()
    headers = [("Cache-Control", FEED), ("Access-Control-Allow-Origin", "*")]
    return file_response(text.encode(), content_type, headers)


def _title(user):
    return f"{display_name(user)} – {site_name()}"


def _address(user, number):
    query = f"?{urlencode({'page': number})}" if number > 1 else ""
    return f"{website_links().user_page(user.username)}/talks.atom{query}"
