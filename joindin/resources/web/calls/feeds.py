"""Feeds of calls for papers: Atom of the open ones, a calendar of deadlines, and listings of the conference-data project.

All take the filters of the page. They change without a write when a call opens or closes.
"""

from functools import partial

import orjson
from flask import request

from joindin.extensions import reader, site_name
from joindin.http.conditional import FEED
from joindin.http.feeds.entries import Entry, Feed
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.pages import PAGE_SIZE, link_feed_pages, read_feed_page
from joindin.http.feeds.responses import feed_response, file_response
from joindin.models.agenda.call_times import CallTimes
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from joindin.queries.agenda.cities import find_city_names
from joindin.queries.event_lists.calls import list_calls
from joindin.queries.event_records import load_event_records
from joindin.representations import conference_data
from joindin.representations.feeds import atom, icalendar
from joindin.representations.feeds.call_entries import represent_atom_entry, represent_deadline
from joindin.representations.feeds.event_texts import FeedHead
from joindin.representations.feeds.icalendar_format import add_zone_years
from joindin.resources.web.calls.page import next_change
from joindin.resources.web.calls.search import PATH, read_call_search
from joindin.resources.web.public.pages import blp, website_links
from joindin.utils.datetimes import utc_now

TITLE = "Calls for papers"
REPRESENTATIONS = {"atom": (atom, represent_atom_entry), "ics": (icalendar, represent_deadline)}


@blp.get("/cfps.atom")
def call_feed():
    number = read_feed_page()
    search, calls, expires_at = _read_calls()
    now = utc_now()
    newest = sorted(
        (call for call in calls if call.cfp_starts_at is None or call.cfp_starts_at <= now), key=_newest_first
    )
    shown = newest[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    pages = link_feed_pages(number, number * PAGE_SIZE < len(newest), partial(_address, "atom", search))
    head = FeedHead(
        _title(search), "", _address("atom", search, number), _page_address(search), _revised_at(shown), pages
    )
    return _feed_response("atom", head, shown, expires_at)


@blp.get("/cfps.ics")
def call_calendar():
    search, calls, expires_at = _read_calls()
    zone_years = {}
    for call in calls:
        add_zone_years(zone_years, CallTimes.of(call).timezone, call.cfp_ends_at, call.closes_at.year)
    head = icalendar.CalendarHead(
        _title(search), _address("ics", search), _page_address(search), _revised_at(calls), zone_years=zone_years
    )
    return _feed_response("ics", head, calls, expires_at)


@blp.get(f"{PATH}/conference-data.json")
def call_listings():
    _, calls, expires_at = _read_calls()
    events = load_event_records(reader(), [call.id for call in calls], with_hosts=False)
    cities = find_city_names(reader(), {event.city_id for event in events.values() if event.city_id is not None})
    listings = [
        conference_data.represent_listing(events[call.id], cities.get(events[call.id].city_id), call.page_language)
        for call in calls
        if call.id in events
    ]
    if expires_at is not None:
        request.environ[EXPIRY_ENVIRON_KEY] = expires_at.timestamp()
    body = orjson.dumps([listing for listing in listings if listing is not None], option=orjson.OPT_INDENT_2)
    headers = [("Cache-Control", FEED), ("Access-Control-Allow-Origin", "*")]
    return file_response(body, conference_data.CONTENT_TYPE, headers)


def _feed_response(form, head, calls, expires_at):
    (module, represent), links = REPRESENTATIONS[form], with_identity(website_links())
    return feed_response(
        Feed(
            module.CONTENT_TYPE,
            module.represent_head(head),
            [Entry(call.id, call.revision) for call in calls],
            module.END,
            lambda event, _: represent(event, links),
            (f"calls {form}", links),
            expires_at=expires_at,
        )
    )


def _read_calls():
    """Return the search, its calls, and when the list changes without a write."""
    search, now = read_call_search(), utc_now()
    calls = list_calls(reader(), search.call_filter, now)
    return search, calls, next_change(search, calls, now)


def _newest_first(call):
    at = max(filter(None, (call.cfp_starts_at, call.approved_at)), default=call.revised_at)
    return -at.timestamp(), -call.id


def _revised_at(calls):
    return max((call.revised_at for call in calls), default=None)


def _title(search):
    marks = {"tag": "#", "country": "@"}
    return " – ".join(
        [f"{TITLE} – {site_name()}", *(f"{marks.get(name, '')}{value}" for name, value in search.filters.items())]
    )


def _page_address(search):
    return f"{website_links().website}{search.address()}"


def _address(form, search, number=1):
    query = search.address(page=number if number > 1 else None).removeprefix(PATH)
    return f"{website_links().website}/cfps.{form}{query}"
