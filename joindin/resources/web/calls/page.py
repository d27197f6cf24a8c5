"""The list of calls for papers (site 2.3). It changes without a write when a call opens or closes, and with each day."""

import datetime as dt
from collections.abc import Sequence

from flask import request

from joindin.extensions import reader
from joindin.http.pages.languages import preferences
from joindin.http.pages.paging import check_page_exists, read_page_number
from joindin.queries.agenda.cities import list_countries
from joindin.queries.agenda.tags import search_tags
from joindin.queries.event_lists.calls import MAX_CALLS, list_calls
from joindin.queries.event_records import load_event_records
from joindin.representations.calls import ANNOUNCED, OPEN, Call, represent_call
from joindin.resources.web.calls.search import PATH, PERIODS, CallSearch, read_call_search
from joindin.resources.web.programme.selection import ZONES
from joindin.resources.web.public.event_lists import MAX_AGE, MAX_PAGE, PAGE_SIZE
from joindin.resources.web.public.pages import blp, on_canonical_host, public_page, website_links
from joindin.utils.datetimes import utc_now
from joindin.utils.timezones import find_timezone_name


@blp.get(PATH)
@on_canonical_host
def calls_page():
    number, search, now = read_page_number(MAX_PAGE), read_call_search(), utc_now()
    zone, remembered = _read_zone(), preferences().zone
    calls = list_calls(reader(), search.call_filter, now)
    start, total = (number - 1) * PAGE_SIZE, len(calls)
    check_page_exists(number, PAGE_SIZE, total)
    page = represent_calls(calls[start : start + PAGE_SIZE], now)

    def address(**changes):
        return search.address(**{"zone": None if zone == remembered else zone} | changes)

    return public_page(
        "web/calls.html",
        f"{website_links().website}{PATH}",
        expires_at=next_change(search, calls, now),
        search=search,
        address=address,
        calls={state: [each for each in page if each[1].state == state] for state in (OPEN, ANNOUNCED)},
        total=total,
        is_cut=total >= MAX_CALLS,
        others=_counts_without(search, now) if not calls else {},
        tags=search_tags(reader(), None),
        countries=list_countries(reader()),
        periods=PERIODS,
        zones=ZONES,
        zone=zone,
        is_zone_remembered=zone == remembered,
        first=start + 1,
        last=start + len(page),
        page_number=number,
        previous_page=address(page=number - 1 if number > 2 else None) if number > 1 else None,
        next_page=address(page=number + 1) if number * PAGE_SIZE < total and number < MAX_PAGE else None,
    )


def represent_calls(calls: Sequence, now: dt.datetime) -> list[tuple[object, Call, str | None]]:
    """Return the event, the call, and the language of the event's pages of each call: three statements."""
    records = load_event_records(reader(), [call.id for call in calls], with_hosts=False)
    return [(records[call.id], represent_call(call, now), call.page_language) for call in calls if call.id in records]


def next_change(search: CallSearch, calls: Sequence, now: dt.datetime) -> dt.datetime | None:
    """Return when the list changes without a write; None for one that does not."""
    instants = [min(represent_call(call, now).changes_at, call.event_ends_at) for call in calls]
    # Calls that close later come into the list.
    return min(instants + [now + MAX_AGE] * bool(search.get("within")), default=None)


def _counts_without(search, now):
    """Return the number of calls without each of the filters, by parameter."""
    return {name: len(list_calls(reader(), search.without(name).call_filter, now)) for name in search.filters}


def _read_zone():
    """Return the time zone of the reader: of the address, else the remembered one; None without one."""
    return find_timezone_name(request.args["zone"]) if "zone" in request.args else preferences().zone
