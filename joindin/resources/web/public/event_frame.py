"""The frame of the pages of an event: breadcrumb, header and tabs, and the event that an address names.

A page of an event is a view below ``/event/<slug>/`` with :func:`with_event`. It renders a template that extends
``web/event_base.html`` by :func:`event_response`.

Hosts, editors and administrators also see some pages of an event that waits for approval or was rejected: those with
:func:`with_event_or_preview`. Everyone else gets the same response as for an unknown event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps

from flask import Response

from joindin.errors import NotFound
from joindin.extensions import db, reader
from joindin.http.pages.languages import gettext, set_default_language, set_page_language
from joindin.http.sessions import session_user
from joindin.models import Event
from joindin.permissions import can_edit_event, can_review_event, is_rejected
from joindin.queries.agenda.event_aliases import find_event_by_former_address
from joindin.queries.event_contents import EventContents, load_event_contents
from joindin.queries.event_settings import WITH_PAGE_SETTINGS
from joindin.queries.events import find_event_by_slug, find_unpublished_event
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.json_ld.documents import breadcrumb
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
    """``path`` follows the address of the event. ``is_filled`` says whether the event has contents for the page.

    ``has_preview`` says whether hosts see the page before the event is public.
    """

    name: str
    path: str
    is_filled: Callable[[Event, EventContents], bool]
    has_preview: bool = True


# In the order of the page.
EVENT_TABS = (
    EventTab(ABOUT, "", lambda event, contents: True),
    EventTab(SCHEDULE, "/schedule", lambda event, contents: contents.has_talks),
    EventTab(MY_SCHEDULE, "/mine", lambda event, contents: contents.has_talks, has_preview=False),
    EventTab(SPEAKERS, "/speakers", lambda event, contents: contents.has_speakers),
    EventTab(ROOMS, "/rooms", lambda event, contents: contents.has_rooms),
    EventTab(COMMENTS, "/comments", lambda event, contents: True),
    EventTab(SLIDES, "/slides", lambda event, contents: contents.has_slides),
)


@dataclass(frozen=True)
class Preview:
    """The state of an event that is not public, and what the caller may do about it."""

    is_rejected: bool
    can_edit: bool
    can_review: bool


@dataclass(frozen=True)
class EventFrame:
    """The tabs that ``web/event_base.html`` shows above a page. ``current`` is the name of the tab that the page belongs to.

    ``preview`` is None for a public event. ``has_changes`` says whether the programme was changed since it is public.
    """

    tabs: tuple[EventTab, ...]
    current: str | None
    preview: Preview | None = None
    has_changes: bool = False


def load_event_frame(event: Event, current: str | None, contents: EventContents | None = None) -> EventFrame:
    """Return the frame of a page of the event: one statement, none if ``contents`` are given, one more for a preview.

    An event without a slug has no tabs.
    """
    if not event.slug:
        return EventFrame((), current)
    contents = contents or load_event_contents(reader(), event.id)
    tabs = (tab for tab in EVENT_TABS if tab.is_filled(event, contents) and (tab.has_preview or event.is_visible))
    preview = None if event.is_visible else load_preview(event)
    return EventFrame(tuple(tabs), current, preview, has_changes=contents.has_changes and preview is None)


def load_preview(event: Event) -> Preview:
    """Return the state of an event that is not public: one statement."""
    viewer = load_viewer_for_events(db.session, session_user(), [event.id])
    return Preview(is_rejected(event), can_edit_event(viewer, event), can_review_event(viewer, event))


def with_event(view: Callable) -> Callable:
    """Decorate a view of a page below ``/event/<slug>/``: call it with the public ``event``, found by ``slug``.

    The event has no relations. A former slug or an id redirects to the same page of the event.
    """
    return _decorate(view, partial(find_event_by_slug, db.session))


def with_event_or_preview(view: Callable) -> Callable:
    """As :func:`with_event`, for a page that is also shown of an event that is not public. It returns an :func:`event_response`."""
    return _decorate(view, find_event_or_preview)


def find_event_or_preview(slug: str, options=()) -> Event:
    """Return the event with that slug if it is public, or if the signed-in user hosts or reviews it.

    :raises NotFound: if there is none.
    """
    try:
        return find_event_by_slug(db.session, slug, options)
    except NotFound:
        return find_unpublished_event(db.session, slug, session_user(), options)


def _decorate(view, find):
    @wraps(view)
    @on_canonical_host
    def found(slug, **kwargs):
        slug = printable_or_not_found(slug)
        try:
            event = find(slug, options=WITH_PAGE_SETTINGS)
        except NotFound:
            return redirect_to_current_slug(slug)
        set_default_language(event.page_language)
        return view(event=event, **kwargs)

    return found


def redirect_to_current_slug(slug: str) -> Response:
    """Redirect from an address below a former slug of an event, or its id, to the same below its slug.

    :raises NotFound: if there is no such event.
    """
    event = find_event_by_former_address(db.session, slug, session_user())
    if not event.slug or event.slug == slug:
        raise NotFound("Event not found")
    rest, links = requested_rest(f"/event/{slug}"), redirect_links()
    return redirect_moved(f"{links.event_page(event.slug)}{rest}" if rest else links.canonical_event_page(event))


def event_breadcrumb(event: Event, *steps: tuple[str, str]) -> dict:
    """Return what leads to the page of the event, and the further steps, as structured data."""
    set_page_language()
    links = website_links()
    to_event = [(event.name, links.canonical_event_page(event))] if event.slug else []
    return breadcrumb((gettext("Events"), f"{links.website}/event"), *to_event, *steps)


def event_response(
    template: str,
    event: Event,
    canonical_url: str | None,
    tab: str | None,
    *,
    contents: EventContents | None = None,
    is_public: bool | None = None,
    **context,
) -> Response:
    """Render a page of an event; ``tab`` is the name of the tab that it belongs to.

    ``contents`` are what the event has, if that is known; otherwise they are read. ``is_public`` says whether everyone
    may see the page; by default, it is as the event. Other pages are not stored, and not indexed.
    ``context`` may also have the arguments of :func:`public_page`.
    """
    if is_public is None:
        is_public = event.is_visible
    response = public_page(
        template,
        canonical_url,
        event=event,
        frame=load_event_frame(event, tab, contents),
        website=website_links().website,
        is_public=is_public,
        **context,
    )
    return response if is_public else without_storage(response)


def without_storage(response: Response) -> Response:
    """Mark a preview, which no cache may store and no search engine list."""
    response.cache_control.no_store = True
    response.headers["X-Robots-Tag"] = "noindex"
    return response
