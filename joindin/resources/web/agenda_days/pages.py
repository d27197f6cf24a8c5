"""Pages of the agenda: the days from today on or chosen ones, a month, and a day."""

import datetime as dt
from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, redirect, request

from joindin.extensions import reader
from joindin.http.pages.languages import event_dates, preferences, set_page_language
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.agenda.agenda_lists import AgendaFilter, list_agenda
from joindin.queries.agenda.cities import list_countries, list_most_used_cities
from joindin.queries.agenda.places import search_places
from joindin.queries.agenda.selections import count_selection
from joindin.queries.agenda.series_dates import list_series_dates
from joindin.queries.agenda.tags import search_tags
from joindin.representations.agenda_days import DayList, date_of_series, weeks_of_month
from joindin.resources.web.agenda_days.ranges import DAY, MONTH, PATH, Range, quick_ranges, read_day, read_range
from joindin.resources.web.public.event_lists import MAX_CITIES
from joindin.resources.web.public.event_search import ALL, SOONEST, EventSearch, read_event_search
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import UTC, get_timezone, utc_now
from joindin.utils.text import fold_case

MAX_EVENTS = 400
# Filters that select dates of series, too, before there are events for them.
SERIES_FILTERS = {"tag", "place", "city", "country"}
EMBED_FILTERS = {"tag": "tags", "place": "places"}


@blp.get(PATH)
@on_canonical_host
def agenda_days_page():
    """Show the days of the parameters ``from`` and ``to``; by default the next four weeks."""
    return _agenda_page(read_range(_today()))


@blp.get(f"{PATH}/<year>/<month>")
@on_canonical_host
def agenda_month_page(year, month):
    return _page_or_redirect(Range.of_month(read_day(year, month, "1", _today())), f"{year}/{month}")


@blp.get(f"{PATH}/<year>/<month>/<day_of_month>")
@on_canonical_host
def agenda_day_page(year, month, day_of_month):
    shown = read_day(year, month, day_of_month, _today())
    return _page_or_redirect(Range(DAY, shown, shown), f"{year}/{month}/{day_of_month}")


def _page_or_redirect(shown, address):
    """Show the page, or redirect from an address without zeros to the one that has them."""
    if f"{PATH}/{address}" == shown.path:
        return _agenda_page(shown)
    query = request.query_string.decode("latin-1")
    return redirect(f"{shown.path}?{query}" if query else shown.path, 301)


def _today() -> dt.date:
    """Return the day of the zone that the visitor has chosen, else of UTC."""
    return utc_now().astimezone(_zone()).date()


def _zone():
    return get_timezone(preferences().zone)


def _agenda_page(shown: Range) -> Response:
    set_page_language()
    search, today = _search_of(shown), _today()
    days, has_more = _load_days(search, shown)
    tomorrow = dt.datetime.combine(today + dt.timedelta(days=1), dt.time(), _zone())
    return public_page(
        "web/agenda_days.html",
        f"{website_links().website}{shown.path}",
        expires_at=tomorrow.astimezone(UTC),
        shown=shown,
        weeks=weeks_of_month(shown.first, event_dates(None).first_weekday) if shown.kind == MONTH else (),
        today=today,
        days=days,
        has_more=has_more,
        search=search,
        others={} if days else {name: _count(search.without(name), shown) for name in search.filters},
        next_event=None if days else _find_next(search, shown),
        quick={name: (each, _address(search, each)) for name, each in quick_ranges(today).items()},
        previous_page=_neighbour_address(search, shown.previous(), today),
        next_page=_neighbour_address(search, shown.next(), today),
        address_of=lambda each: _address(search, each),
        range_of_day=lambda day: Range(DAY, day, day),
        range_of_month=Range.of_month,
        embed_query=_embed_query(search),
        tags=search_tags(reader(), None),
        cities=list_most_used_cities(reader(), most=MAX_CITIES),
        countries=list_countries(reader()),
        places=search_places(reader(), None),
    )


def _search_of(shown):
    """Return the filters of the request; the days are those of the page."""
    search = read_event_search()
    of_list = ("from", "to", "when", "sort")
    return replace(
        search,
        filters={name: value for name, value in search.filters.items() if name not in of_list},
        when="",
        sort="",
        unread=tuple(name for name in search.unread if name not in of_list[2:]),
        path=shown.path,
        days=shown.parameters if request.args.keys() & {"from", "to"} else {},
    )


def _filter_of(search: EventSearch, **bounds: dt.date) -> AgendaFilter:
    return replace(replace(search, when=ALL, sort=SOONEST).agenda_filter(utc_now()), **bounds)


def _load_days(search, shown):
    """Return the events of the days, and whether there are more of them: eight statements at most."""
    selected = _filter_of(search, first_day=shown.first, last_day=shown.last)
    keys = [key for chunk in list_agenda(reader(), selected, limit=MAX_EVENTS + 1) for key in chunk]
    dates = []
    if SERIES_FILTERS.issuperset(search.filters):
        margin = dt.timedelta(days=1)
        first, last = (dt.datetime.combine(day, dt.time(), UTC) for day in (shown.first, shown.last))
        dates = list_series_dates(reader(), first - margin, last + 2 * margin)
    records = load_agenda_event_records(
        reader(), [*(key.id for key in keys[:MAX_EVENTS]), *{date.parent_id for date in dates}]
    )
    events = [records[key.id] for key in keys[:MAX_EVENTS] if key.id in records]
    events += [
        date_of_series(parent, date.starts_at, date.slug)
        for date in dates
        if (parent := records.get(date.parent_id)) and _is_selected(parent, search)
    ]
    return DayList(events, shown.first, shown.last), len(keys) > MAX_EVENTS


def _is_selected(parent, search):
    """Return whether the filters select the dates of a series."""
    return (
        (not search.get("tag") or fold_case(search.get("tag")) in map(fold_case, parent.tags))
        and (not search.get("place") or (parent.place and parent.place.id in search.ids["place"]))
        and (not search.get("city") or (search.city and parent.city_id == search.city.id))
        and (not search.get("country") or parent.country_code == search.get("country").upper())
    )


def _count(search, shown):
    return count_selection(reader(), _filter_of(search, first_day=shown.first, last_day=shown.last))


def _find_next(search, shown):
    """Return the first event after the days; None if there is none."""
    later = _filter_of(search, first_day=shown.next().first)
    keys = [key for chunk in list_agenda(reader(), later, limit=1) for key in chunk]
    records = load_agenda_event_records(reader(), [key.id for key in keys])
    return next(iter(records.values()), None)


def _address(search, shown):
    return replace(search, path=shown.path, days=shown.parameters).address()


def _neighbour_address(search, shown, today):
    return _address(search, shown) if shown.is_near(today) else None


def _embed_query(search):
    """Return the query string of the list for frames; None if it cannot select the same events."""
    if not search.filters.keys() <= EMBED_FILTERS.keys():
        return None
    return urlencode({EMBED_FILTERS[name]: value for name, value in search.filters.items()})
