"""The frame of the pages of an event: breadcrumb, header and tabs, and the event that an address names.

A page of an event is a view below ``/event/<slug>/`` with :func:`with_event`. It renders a template that extends
``web/event_base.html`` by :func:`event_response`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from flask import Response

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.languages import set_default_language
from joindin.models import Event
from joindin.queries.agenda.event_aliases import find_event_by_former_address
from joindin.queries.event_contents import EventContents, load_event_contents
from joindin.queries.event_settings import WITH_PAGE_LANGUAGE
from joindin.queries.events import find_event_by_slug
from joindin.resources.web.public.pages import (
    on_canonical_host,
    printable_or_not_found,
    public_page,
    redirect_links,
    redirect_moved,
    requested_rest,
    website_links,
)

ABOUT, SCHEDULE, MY_SCHEDULE, SPEAKERS, ROOMS, COMMENTS, SLIDES = (
    "About",
    "Schedule",
    "My schedule",
    "Speakers",
    "Rooms",
    "Comments",
    "Slides",
)


@dataclass(frozen=True)
class EventTab:
    """``path`` follows the address of the event. ``is_filled`` says whether the event has contents for the page."""

    name: str
    path: str
    is_filled: Callable[[Event, EventContents], bool]


# In the order of the page.
EVENT_TABS = (
    EventTab(ABOUT, "", lambda event, contents: True),
    EventTab(SCHEDULE, "/schedule", lambda event, contents: contents.has_talks),
    EventTab(MY_SCHEDULE, "/mine", lambda event, contents: contents.has_talks),
    EventTab(SPEAKERS, "/speakers", lambda event, contents: contents.has_speakers),
    EventTab(ROOMS, "/rooms", lambda event, contents: contents.has_rooms),
    EventTab(COMMENTS, "/comments", lambda event, contents: True),
    EventTab(SLIDES, "/slides", lambda event, contents: contents.has_slides),
)


@dataclass(frozen=True)
class EventFrame:
    """The tabs that ``web/event_base.html`` shows above a page. ``current`` is the name of the tab that the page belongs to."""

    tabs: tuple[EventTab, ...]
    current: str | None


def load_event_frame(event: Event, current: str | None, contents: EventContents | None = None) -> EventFrame:
    """Return the frame of a page of the event: one statement, none if ``contents`` are given.

    An event without a slug has no tabs.
    """
    if not event.slug:
        return EventFrame((), current)
    contents = contents or load_event_contents(reader(), event.id)
    tabs = (tab for tab in EVENT_TABS if tab.is_filled(event, contents))
    return EventFrame(tuple(tabs), current)


def with_event(view: Callable) -> Callable:
    """Decorate a view of a page below ``/event/<slug>/``: call it with ``event``, found by ``slug``, without relations.

    A former slug or an id redirects to the same page of the event.
    """

    @wraps(view)
    @on_canonical_host
    def found(slug, **kwargs):
        slug = printable_or_not_found(slug)
        try:
            event = find_event_by_slug(db.session, slug, options=(WITH_PAGE_LANGUAGE,))
        except NotFound:
            return redirect_to_current_slug(slug)
        set_default_language(event.page_language)
        return view(event=event, **kwargs)

    return found


def redirect_to_current_slug(slug: str) -> Response:
    """Redirect from an address below a former slug of an event, or its id, to the same below its slug.

    :raises NotFound: if there is no such event.
    """
    event = find_event_by_former_address(db.session, slug)
    if not event.slug or event.slug == slug:
        raise NotFound("Event not found")
    return redirect_moved(f"{redirect_links().event_page(event.slug)}{requested_rest(f'/event/{slug}')}")


def event_response(
    template: str,
    event: Event,
    canonical_url: str | None,
    tab: str | None,
    *,
    contents: EventContents | None = None,
    **context,
) -> Response:
    """Render a public page of an event; ``tab`` is the name of the tab that it belongs to.

    ``contents`` are what the event has, if that is known; otherwise they are read.
    ``context`` may also have the arguments of :func:`public_page`.
    """
    return public_page(
        template,
        canonical_url,
        event=event,
        frame=load_event_frame(event, tab, contents),
        website=website_links().website,
        **context,
    )
