"""Attendance of an event: the form on its page, and the list of the people who agreed to be listed (site 2.4, 2.8)."""

from joindin.errors import NotFound
from joindin.extensions import db, reader, writer
from joindin.http.pages.paging import pager_arguments, read_page_number
from joindin.http.sessions import require_user, session_user, sign_in_required
from joindin.models import Attendance, Event
from joindin.operations.attendance import attend_with_choice, unattend_in_transaction
from joindin.queries.attendance import get_attendance, list_named_attendees
from joindin.queries.event_settings import load_event_settings
from joindin.queries.events import find_event_by_slug
from joindin.representations.links import event_path
from joindin.resources.web.personal.actions import action_response, read_switch
from joindin.resources.web.personal.pages import paging_of
from joindin.resources.web.public.event_frame import ABOUT, event_response, with_event
from joindin.resources.web.public.pages import blp, printable_or_not_found, website_links

PAGE_SIZE = 50


def load_own_attendance(event: Event) -> Attendance | None:
    """Return the attendance of the signed-in user; None for visitors, without a statement."""
    user = session_user()
    return get_attendance(db.session, event.id, user.id) if user else None


@blp.post("/event/<slug>/attend")
@sign_in_required
def attend_action(slug):
    event = find_event_by_slug(db.session, printable_or_not_found(slug))
    is_on, user = read_switch("on", True), require_user()
    if is_on:
        attend_with_choice(db.session, event.id, user.id, is_listed=read_switch("listed", False))
        db.session.commit()
    else:
        unattend_in_transaction(writer(), event.id, user.id)
    message = "You attend this event" if is_on else "You do not attend this event"
    return action_response(f"{event_path(event)}#attendance", is_on, message)


@blp.get("/event/<slug>/attendees")
@with_event
def attendees_page(event):
    number = read_page_number()
    if not load_event_settings(reader(), event.id).is_attendee_list_public:
        raise NotFound("Page not found")
    page = list_named_attendees(db.session, event.id, paging_of(number, PAGE_SIZE))
    if number > 1 and not page.items:
        raise NotFound("Page not found")
    return event_response(
        "web/personal/attendees.html",
        event,
        f"{website_links().event_page(event.slug)}/attendees",
        ABOUT,
        page=page,
        **pager_arguments(number, PAGE_SIZE, page.total),
    )
