"""Changes of the programme of an event, the newest first: the page, and its feed (site 2.4)."""

from functools import partial

from flask import Response, request

from joindin.extensions import reader
from joindin.http.conditional import FEED
from joindin.http.feeds.identity import with_identity
from joindin.http.feeds.pages import PAGE_SIZE, link_feed_pages
from joindin.http.feeds.responses import file_response
from joindin.http.pages.paging import check_page_exists, pager_arguments, read_page_number
from joindin.http.security_headers import vary_by_encoding_only
from joindin.http.sessions import session_user
from joindin.queries.paging import Paging
from joindin.queries.programme.changes import list_changes
from joindin.representations.feeds import atom
from joindin.representations.feeds.change_entries import ChangeTexts, represent_change_entry
from joindin.representations.feeds.event_texts import FeedHead
from joindin.representations.programme.changes import (
    KIND_NAMES,
    TALK_NOT_SHOWN,
    TALK_TAKEN_OUT,
    group_changes_by_day,
    places_of_change,
)
from joindin.resources.web.public.event_frame import SCHEDULE, event_response, with_event
from joindin.resources.web.public.pages import blp, website_links


@blp.get("/event/<slug>/changes")
@with_event
def changes_page(event):
    """Show all changes, or with ``mine=1`` those of the talks that the signed-in user has starred or speaks in."""
    number, user = read_page_number(), session_user()
    is_own = user is not None and request.args.get("mine") == "1"
    page = list_changes(reader(), event.id, _paging_of(number), user.id if is_own else None)
    return event_response(
        "web/programme/changes.html",
        event,
        f"{website_links().event_page(event.slug)}/changes",
        SCHEDULE,
        days=group_changes_by_day(page.items, event.timezone),
        is_own=is_own,
        kind_names=KIND_NAMES,
        talk_taken_out=TALK_TAKEN_OUT,
        talk_not_shown=TALK_NOT_SHOWN,
        places_of_change=places_of_change,
        **pager_arguments(number, PAGE_SIZE, page.total),
    )


@blp.get("/event/<slug>/changes.atom")
@with_event
def changes_feed(event) -> Response:
    number, links = read_page_number(), with_identity(website_links())
    page = list_changes(reader(), event.id, _paging_of(number))
    check_page_exists(number, PAGE_SIZE, page.total)
    address_of = partial(_address, f"{links.event_page(event.slug)}/changes.atom")
    pages = link_feed_pages(number, number * PAGE_SIZE < page.total, address_of)
    head = FeedHead(
        ChangeTexts(event).feed_title(event),
        "",
        address_of(number),
        f"{links.event_page(event.slug)}/changes",
        max((change.changed_at for change in page.items), default=None),
        pages,
    )
    entries = (represent_change_entry(change, event, links) for change in page.items)
    body = "".join((atom.represent_head(head), *entries, atom.END))
    vary_by_encoding_only()
    headers = [("Cache-Control", FEED), ("Access-Control-Allow-Origin", "*")]
    return file_response(body.encode(), atom.CONTENT_TYPE, headers)


def _paging_of(number):
    return Paging((number - 1) * PAGE_SIZE, PAGE_SIZE)


def _address(address, number):
    return f"{address}?page={number}" if number > 1 else address
