"""Feeds and exports of the Gancio API (contract, section 12): RSS, iCalendar, JSON; and the pages that lead to them."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import quote

from flask import Blueprint, Flask, Response, redirect, request

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.http.feeds.entries import Entry, Feed
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.responses import feed_response
from joindin.queries.agenda.agenda_lists import AgendaFilter, Choice, list_agenda
from joindin.queries.agenda.collections import find_collection_choices, load_collection_choices
from joindin.queries.agenda.feeds import load_feed_keys
from joindin.queries.agenda.places import find_place, find_place_ids
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.agenda.tags import find_tag, find_tag_ids
from joindin.representations.feeds import icalendar, rss
from joindin.representations.feeds.event_texts import FeedHead
from joindin.representations.gancio.events import represent_exported_event
from joindin.resources.gancio import collections, places, tags
from joindin.resources.gancio.links import links
from joindin.resources.gancio.query_params import read_flag, read_text, read_texts
from joindin.resources.gancio.responses import JSON_TYPE
from joindin.utils.datetimes import utc_now

MSG_UNKNOWN_FORM = "Please specify a valid format: rss, feed, ics or json"
MAX_RSS_ITEMS = 20
# An event stays in the feed of all events for a day after its start.
PAST_WINDOW = dt.timedelta(hours=24)
ONE_SECOND = dt.timedelta(seconds=1)

FORMS = ("rss", "feed", "ics", "json")

# Pages that have a feed, and the types of feeds that may be requested there instead.
PAGE = re.compile(r"/|/(?:tag|place|collection)/.+", re.DOTALL)
FORMS_BY_TYPE = {"application/rss+xml": "rss", "text/calendar": "ics"}

blp = Blueprint("gancio_feeds", __name__)


class Selection(NamedTuple):
    """The events of a feed, and what its title and its address add to those of the feed of all events."""

    agenda_filter: AgendaFilter
    title_suffix: str = ""
    path: str = ""
    max_rss_items: int | None = None


def init_app(app: Flask) -> None:
    app.before_request(redirect_to_feed)


def redirect_to_feed() -> Response | None:
    """Redirect programs that prefer a feed to the page, by ``Accept``, to the feed of the page."""
    if request.method not in ("GET", "HEAD") or PAGE.fullmatch(request.path) is None:
        return None
    accepted = request.accept_mimetypes
    preferred = max(FORMS_BY_TYPE, key=accepted.quality)
    others = max(accepted.quality("text/html"), accepted.quality("application/json"))
    if accepted.quality(preferred) <= others:
        return None
    response = redirect(f"/feed/{FORMS_BY_TYPE[preferred]}{quote(request.path)}")
    response.headers["Vary"] = "Accept"
    return response


@blp.url_value_preprocessor
def check_form(_endpoint, values):
    if values is not None and values.get("form", "json") not in FORMS:
        raise NotFound(MSG_UNKNOWN_FORM)


@blp.get("/feed/<form>", strict_slashes=True)
@blp.get("/feed/<form>/", strict_slashes=True)
@blp.get("/api/export/<form>", strict_slashes=True)
def export(form):
    """Export the events from yesterday on, or those with the tags and at the places that are named."""
    connection, now = reader(), utc_now()
    settings = load_site_settings(connection)
    agenda_filter = AgendaFilter(starts_from=now - PAST_WINDOW, with_occurrences=read_flag("show_recurrent"))
    names, place_names = read_texts("tags"), read_texts("places")
    if collection := read_text("collection"):
        choices = load_collection_choices(connection, collection)
    else:
        choices = find_collection_choices(connection, settings["collection_in_home"])
    if choices is not None:
        agenda_filter = replace(agenda_filter, any_of=choices[0], none_of=choices[1])
    elif names or place_names:
        choice = Choice(
            find_tag_ids(connection, names) if names else None,
            find_place_ids(connection, place_names) if place_names else None,
        )
        agenda_filter = replace(agenda_filter, any_of=(choice,))
    return _respond(form, Selection(agenda_filter, max_rss_items=MAX_RSS_ITEMS), settings)


@blp.get("/api/export", strict_slashes=True)
def export_json():
    return export("json")


@blp.get("/feed/<form>/tag/<path:name>")
def export_tag(form, name):
    tag = find_tag(reader(), name)
    selection = Selection(
        AgendaFilter(since=utc_now(), any_of=(Choice((tag.id,)),)), f" - Tag #{name}", f"/tag/{quote(name, safe='')}"
    )
    return _respond(form, selection, load_site_settings(reader()), json=partial(tags.show_tag, name))


@blp.get("/feed/<form>/place/<path:name>")
def export_place(form, name):
    place = find_place(reader(), name)
    selection = Selection(
        AgendaFilter(since=utc_now(), any_of=(Choice(None, (place.id,)),)),
        f" - Place @{place.name}",
        f"/place/{place.id}",
    )
    return _respond(form, selection, load_site_settings(reader()), json=partial(places.show_place, name))


@blp.get("/feed/<form>/collection/<path:name>")
def export_collection(form, name):
    any_of, none_of = load_collection_choices(reader(), name)
    selection = Selection(
        AgendaFilter(since=utc_now(), any_of=any_of, none_of=none_of),
        f" - Collection @{name}",
        f"/collection/{quote(name, safe='')}",
    )
    return _respond(form, selection, load_site_settings(reader()), json=partial(collections.list_events, name))


def _respond(form: str, selection: Selection, settings: dict, json: Callable | None = None) -> Response:
    """Return the feed in one of the forms; ``json`` is the call of the API that is the JSON feed."""
    if form == "json" and json is not None:
        return json()
    limit = None if form in ("ics", "json") else selection.max_rss_items
    keys = load_feed_keys(reader(), list_agenda(reader(), selection.agenda_filter, limit=limit))
    build = {"ics": _calendar, "json": _json_list}.get(form, _rss)
    feed = build(selection, settings, [Entry(key.id, key.revision) for key in keys])
    return feed_response(replace(feed, expires_at=_expiry(selection, keys)))


def _rss(selection, settings, entries):
    timezone, site = settings["instance_timezone"], links()
    title = settings["title"] + selection.title_suffix
    head = FeedHead(title, settings["description"], f"{site.website}/feed/rss{selection.path}", site.website, None)
    return Feed(
        rss.CONTENT_TYPE,
        rss.represent_head(head),
        entries,
        rss.END,
        lambda event, _: rss.represent_gancio_item(event, site, timezone),
        ("gancio rss", site.website, timezone),
    )


def _calendar(_selection, _settings, entries):
    site = with_identity(links())
    return Feed(
        icalendar.CONTENT_TYPE,
        icalendar.gancio_head(),
        entries,
        icalendar.END,
        lambda event, _: icalendar.represent_gancio_entry(event, site),
        ("gancio ics", site.website, site.identity),
    )


def _json_list(_selection, _settings, entries):
    return Feed(
        JSON_TYPE, "[", entries, "]", lambda event, _: represent_exported_event(event), ("gancio json",), separator=","
    )


def _expiry(selection, keys):
    """Return when the first event leaves the feed, if no other is written."""
    past_window = PAST_WINDOW if selection.agenda_filter.since is None else None
    ends = (key.starts_at + past_window if past_window else max(key.starts_at, key.ends_at) for key in keys)
    first = min(ends, default=None)
    return first and first + ONE_SECOND
