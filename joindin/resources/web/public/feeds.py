"""Feeds and calendars of this server: of all events, or of those with a tag, at a place, of a host, found by a text, or in
a collection (``/events.rss?tag=&place=&host=&q=&collection=``); and the calendar of one event.

Feeds list the newest events first, in pages (RFC 5005). Calendars also contain what happened in the last 30 days, and
removed events for as long.
"""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from flask import request

from joindin.extensions import reader
from joindin.http.feeds.entries import Entry, Feed
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.pages import PAGE_SIZE, link_feed_pages, read_feed_page
from joindin.http.feeds.responses import feed_response, read_alarm_minutes
from joindin.queries.accounts.users import find_user_key_by_name
from joindin.queries.agenda.agenda_events import find_agenda_event
from joindin.queries.agenda.calendars import list_departed, list_occurrence_ids, load_public_series
from joindin.queries.agenda.cities import get_city_by_path
from joindin.queries.agenda.collections import load_collection_choices
from joindin.queries.agenda.feeds import FeedSelection, list_newest, list_soonest, read_keys
from joindin.queries.agenda.places import find_place_ids
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.agenda.tags import find_tag_ids
from joindin.representations.feeds import atom, icalendar, json_feed, rss
from joindin.representations.feeds.event_texts import FeedHead
from joindin.representations.feeds.icalendar_format import add_zone_years
from joindin.resources.web.public.pages import blp, printable_or_not_found, website_links
from joindin.utils.datetimes import EARLIEST, midnight, utc_now
from joindin.utils.text import MAX_SEARCH_PATTERN_LENGTH, strip_control_chars

# How long calendars contain past and removed events.
RETENTION = dt.timedelta(days=30)
# Years for which the clocks of a series are written after its last date in the calendar.
YEARS_OF_SERIES = 10

# Parameters of the query string, and their marks in the title of the feed.
PARAMETERS = {"tag": "#", "place": "@", "city": "@", "country": "@", "host": "", "q": "?", "collection": "@"}
REPRESENTATIONS = {
    "rss": (rss, rss.represent_item),
    "atom": (atom, atom.represent_entry),
    "json": (json_feed, json_feed.represent_item),
}


def event_feed(form):
    module, represent = REPRESENTATIONS[form]
    params, number = _read_params(), read_feed_page()
    offset = (number - 1) * PAGE_SIZE
    keys = list_newest(reader(), _read_selection(params), _first_moment(), limit=PAGE_SIZE + 1, offset=offset)
    pages = link_feed_pages(number, len(keys) > PAGE_SIZE, partial(_address, form, params))
    keys, links = keys[:PAGE_SIZE], with_identity(website_links())
    revised_at = max((key.revised_at for key in keys), default=None)
    title, description = _title_and_description(params)
    head = FeedHead(title, description, _address(form, params, number), f"{links.website}/", revised_at, pages)
    return feed_response(
        Feed(
            module.CONTENT_TYPE,
            module.represent_head(head),
            [Entry(key.id, key.revision) for key in keys],
            module.END,
            lambda event, _: represent(event, links),
            (form, links),
            separator="," if form == "json" else "",
        )
    )


for _form in REPRESENTATIONS:
    blp.add_url_rule(f"/events.{_form}", f"events_{_form}", partial(event_feed, _form))


@blp.get("/events.ics")
def event_calendar():
    params, since, connection = _read_params(), _first_moment(), reader()
    selection = _read_selection(params)
    keys = list_soonest(connection, selection, since)
    series = load_public_series(connection, {key.parent_id for key in keys if key.parent_id is not None})
    listed = {key.id for key in keys}
    keys += read_keys(connection, [id_ for id_ in list_occurrence_ids(connection, series, since) if id_ not in listed])
    departed = [each for each in list_departed(connection, selection, since) if each.parent_id not in series]
    title, _ = _title_and_description(params)
    return feed_response(_calendar(title, _address("ics", params), keys, series, departed))


@blp.get("/event/<slug>.ics")
def calendar_of_event(slug):
    """Return the calendar of one event, for adding it once; that of a series has its rule."""
    connection = reader()
    found, _ = find_agenda_event(connection, printable_or_not_found(slug), None)
    series = load_public_series(connection, [found.id]) if found.is_series else {}
    keys = read_keys(connection, list_occurrence_ids(connection, series, EARLIEST) if series else [found.id])
    address = f"{website_links().event_page(found.slug or found.id)}.ics"
    headers = [("Content-Disposition", f'attachment; filename="{found.slug or found.id}.ics"')]
    title, _ = _title_and_description({})
    return feed_response(_calendar(title, address, keys, series, (), read_alarm_minutes()), headers)


def _calendar(title, address, keys, series, departed: Sequence, alarm_minutes: int | None = None) -> Feed:
    """Return the calendar; ``series`` are public parents by id, with the starts that they leave out."""
    links, parents = with_identity(website_links()), [parent for parent, _ in series.values()]
    entries = [
        *(
            Entry(parent.id, parent.revision, icalendar.series_rule(parent, left_out))
            for parent, left_out in series.values()
        ),
        *(Entry(key.id, key.revision, _date_in_series(key, series)) for key in keys),
    ]
    revised_at = max(
        (*(each.revised_at for each in (*keys, *parents)), *(each.gone_at for each in departed)), default=None
    )
    head = icalendar.CalendarHead(
        title, address, f"{links.website}/", revised_at, zone_years=_zone_years([*keys, *departed], parents)
    )
    return Feed(
        icalendar.CONTENT_TYPE,
        icalendar.represent_head(head),
        entries,
        "".join(map(partial(icalendar.represent_departed, links=links), departed)) + icalendar.END,
        lambda event, in_series: icalendar.represent_entry(event, links, series=in_series, alarm_minutes=alarm_minutes),
        ("ics", links, alarm_minutes),
    )


def _date_in_series(key, series):
    if key.parent_id not in series or key.occurrence_at is None:
        return None
    parent, _ = series[key.parent_id]
    return icalendar.series_date(parent, key.occurrence_at)


def _zone_years(keys, parents):
    """Return the first and last year for which the calendar needs the rules of each zone."""
    years = {}
    for key in keys:
        add_zone_years(years, key.timezone, key.starts_at, key.ends_at.year)
    last_year = max((last for _, last in years.values()), default=0)
    for parent in parents:
        last = max(last_year, parent.starts_at.year) + YEARS_OF_SERIES
        add_zone_years(years, parent.timezone, parent.starts_at, last)
    return years


def _first_moment():
    """Return the start of the lists. It moves once a day, so that feeds do not change by the hour."""
    return midnight(utc_now()) - RETENTION


def _read_params():
    """Return the parameters that select events, cleaned, in a fixed order."""
    values = {
        name: ",".join(strip_control_chars(each).strip() for each in request.args.getlist(name)) for name in PARAMETERS
    }
    return {name: value for name, value in values.items() if value}


def _read_selection(params) -> FeedSelection:
    """:raises NotFound: if there is no such host."""
    connection = reader()
    if collection := params.get("collection"):
        return FeedSelection(collection=load_collection_choices(connection, collection))
    text = params.get("q")
    city = get_city_by_path(connection, params["city"]) if "city" in params else None
    return FeedSelection(
        tag_ids=find_tag_ids(connection, _split(params["tag"])) if "tag" in params else None,
        place_ids=find_place_ids(connection, _split(params["place"])) if "place" in params else None,
        # No city has the id 0.
        city_id=(city.id if city else 0) if "city" in params else None,
        country_code=params["country"].upper() if "country" in params else None,
        host_id=find_user_key_by_name(connection, params["host"]).id if "host" in params else None,
        text=text and text[:MAX_SEARCH_PATTERN_LENGTH],
    )


def _split(text):
    return [part for each in text.split(",") if (part := each.strip())]


def _title_and_description(params):
    settings = load_site_settings(reader())
    marks = [f"{PARAMETERS[name]}{value}" for name, value in params.items()]
    return " – ".join([settings["title"], *marks]), settings["description"]


def _address(form, params, number=1):
    query = urlencode(params | ({"page": number} if number > 1 else {}))
    return f"{website_links().website}/events.{form}{'?' if query else ''}{query}"
