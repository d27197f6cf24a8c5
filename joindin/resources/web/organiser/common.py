"""Shared code of the organiser's pages: the blueprint, the event that a page is about, tabs, and messages of writes."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, redirect
from sqlalchemy import select

from joindin.errors import Conflict, Forbidden, InvalidInput, NotFound, Unprocessable
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_error, flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext, send_language, set_page_language
from joindin.http.pages.paging import pager_arguments, read_page_number
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import Event
from joindin.permissions import can_edit_event, can_see_parts_of_event
from joindin.queries.organiser.history import list_event_history
from joindin.queries.paging import Page, Paging
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.resources.web.organiser.history import ACTIONS, list_changed_details
from joindin.resources.web.public.pages import printable_or_not_found

PAGE_SIZE = 50

MSG_FORBIDDEN = "Only the hosts of this event and the administrators of this site can open this page."

blp = Blueprint("organiser", __name__)
blp.before_request(set_page_language)
blp.after_request(send_language)

# Part of the address below ``manage/``, and label.
TABS = (
    ("", lazy_gettext("Overview")),
    ("details/", lazy_gettext("Details")),
    ("talks/", lazy_gettext("Talks")),
    ("tracks/", lazy_gettext("Tracks")),
    ("rooms/", lazy_gettext("Rooms")),
    ("claims/", lazy_gettext("Claims")),
    ("comments/", lazy_gettext("Comments")),
    ("feedback/", lazy_gettext("Feedback")),
    ("people/", lazy_gettext("Hosts")),
    ("settings/", lazy_gettext("Settings")),
    ("qr/", lazy_gettext("QR codes")),
)


class Item(NamedTuple):
    """A row about which hosts decide on its page."""

    kind: str
    id: int

    @property
    def anchor(self) -> str:
        return f"{self.kind}-{self.id}"


def manage_path(event: Event, part: str = "") -> str:
    return f"/event/{quote(event.slug)}/manage/{part}"


def with_managed_event(view: Callable) -> Callable:
    """Decorate a view: pass it the event with the slug of the address, in any state.

    :raises NotFound: if there is none that the signed-in user may see.
    :raises Forbidden: if the user is neither a host nor an admin.
    """

    @wraps(view)
    @sign_in_required
    def guarded(slug, **kwargs):
        event = db.session.scalar(select(Event).where(Event.slug == printable_or_not_found(slug)))
        viewer = load_viewer_for_events(db.session, require_user(), [event.id] if event else [])
        if event is None or not can_see_parts_of_event(viewer, event):
            raise NotFound("Event not found")
        if not can_edit_event(viewer, event):
            raise Forbidden(MSG_FORBIDDEN)
        return view(event, **kwargs)

    return guarded


def organiser_page(template: str, event: Event, status: int = 200, **variables) -> Response:
    """Render a page of the event with the navigation of the organiser's area.

    ``history`` are the entries of the audit log that the page is about, by default those of the event.
    """
    tabs = [(manage_path(event, part), label) for part, label in TABS]
    if "history" not in variables:
        variables["history"] = list_event_history(db.session, event.id)
    return render_page(
        f"web/organiser/{template}",
        status,
        event=event,
        tabs=tabs,
        manage=manage_path(event),
        actions=ACTIONS,
        changed_details=list_changed_details,
        **variables,
    )


def perform_and_redirect(operation: Callable[[], object], message: str, path: str) -> Response:
    """Perform the operation as :func:`perform`, and redirect."""
    perform(operation, message)
    return redirect(path, 303)


def perform(operation: Callable[[], object], message: str) -> None:
    """Call ``operation()`` and commit. The next page shows the message, or that of a domain error."""
    try:
        operation()
        db.session.commit()
    except (Conflict, InvalidInput, NotFound, Unprocessable, Forbidden) as error:
        db.session.rollback()
        flash_error(gettext(str(error)))
    else:
        flash_success(message)


def redirect_to_next(
    event: Event, part: str, heading: str, items: Sequence[Item], decided: Item, *, is_paged: bool = True
) -> Response:
    """Redirect from the form of an item to the next one of its list, whose element takes the focus.

    ``items`` are those that are open now, in the order of the page. The decided one comes again if it is still open. After
    the last comes the first, and if none is left, ``heading``, the id of an element.
    """
    index = next((index for index, item in enumerate(items) if item >= decided), 0)
    number = index // PAGE_SIZE + 1
    query = f"?page={number}" if is_paged and number > 1 else ""
    anchor = items[index].anchor if items else heading
    return redirect(manage_path(event, f"{part}{query}#{anchor}"), 303)


def read_paging() -> Paging:
    """Return the slice for the query parameter ``page``; :raises NotFound: if it is no number of a page."""
    return Paging((read_page_number() - 1) * PAGE_SIZE, PAGE_SIZE)


def page_links(page: Page) -> dict:
    """Return the arguments of the macro ``pager``."""
    return pager_arguments(read_page_number(), PAGE_SIZE, page.total)
