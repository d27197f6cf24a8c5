"""The list of all events with its filters (site 2.3)."""

import datetime as dt

from joindin.extensions import reader
from joindin.queries.agenda.cities import list_countries, list_most_used_cities
from joindin.queries.agenda.places import search_places
from joindin.queries.agenda.selections import count_selection
from joindin.queries.agenda.tags import search_tags
from joindin.resources.web.public.event_pages import page_addresses, read_event_page, read_page_position
from joindin.resources.web.public.event_search import PATH, read_event_search
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import utc_now

PAGE_SIZE = 20
MAX_PAGE = 1_000
MAX_CITIES = 50
# An event ends without a write.
MAX_AGE = dt.timedelta(minutes=1)


@blp.get(PATH)
@on_canonical_host
def events_page():
    search, position, now = read_event_search(), read_page_position(), utc_now()
    agenda_filter = search.agenda_filter(now)
    page = read_event_page(agenda_filter, position, PAGE_SIZE)
    is_first = position is None
    return public_page(
        "web/events.html",
        f"{website_links().website}{PATH}",
        expires_at=now + MAX_AGE,
        now=now,
        search=search,
        page=page,
        is_first=is_first,
        count=count_selection(reader(), agenda_filter) if is_first and page.events else None,
        others=_counts_without(search, now) if is_first and not page.events else {},
        tags=search_tags(reader(), None),
        cities=list_most_used_cities(reader(), most=MAX_CITIES),
        countries=list_countries(reader()),
        places=search_places(reader(), None),
        **page_addresses(page, search.address),
    )


def _counts_without(search, now):
    """Return the number of events without each of the filters, by parameter."""
    return {name: count_selection(reader(), search.without(name).agenda_filter(now)) for name in search.filters}
