"""Pages of events: the list, and one event with its shifts (spec 14.1, 19 and 24.3)."""

import datetime as dt
from itertools import groupby

from flask import Response, abort, redirect, request

from joindin.extensions import db
from joindin.http.pages.languages import lazy_gettext
from joindin.http.sessions import sign_in_required
from joindin.http.surface_routing import WEB, error_surface
from joindin.http.trailing_slash import redirect_to_slash
from joindin.models.crew import SHOWN_TO_CONFIRMED, SHOWN_TO_RESPONSIBLES
from joindin.queries.crew.filters import ListFilter
from joindin.queries.crew.pages.events import (
    IS_CONFIRMED,
    IS_POSITIVE,
    NO_RESPONSE,
    TO_DISPOSE,
    EventPageData,
    find_event_page,
    find_event_page_of_shift,
    list_event_pages,
    list_event_types,
)
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.signup_stats import sum_stats
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, crew_dates, crew_page, crew_viewer
from joindin.resources.web.crew.fields import parse_day
from joindin.resources.web.crew.paging import page_links, read_paging
from joindin.resources.web.crew.shift_cards import load_shift_cards
from joindin.utils.datetimes import get_timezone, utc_now
from joindin.utils.text import parse_id, strip_control_chars

MAX_SEARCH_LENGTH = 200
RESPONSES = (
    (NO_RESPONSE, lazy_gettext("no response")),
    (IS_CONFIRMED, lazy_gettext("confirmed")),
    (IS_POSITIVE, lazy_gettext("requested or confirmed")),
    (TO_DISPOSE, lazy_gettext("disposition to do")),
)
MSG_SHOWN_TO = {
    SHOWN_TO_CONFIRMED: lazy_gettext("Only confirmed participants see who takes part."),
    SHOWN_TO_RESPONSIBLES: lazy_gettext("Only responsible people see who takes part."),
}


@blp.get("/crew/")
def show_crew() -> Response:
    return redirect("/events/")


@blp.get("/events", strict_slashes=True)
def redirect_to_events() -> Response:
    """Lead browsers to the list. Clients of v2.1 that forget the version get its error."""
    if error_surface() != WEB:
        abort(404)
    return redirect_to_slash()


@blp.get("/events/", strict_slashes=True)
@sign_in_required
def list_events() -> Response:
    """List the events by day, those that are not over by default."""
    paging = read_paging()
    response = request.args.get("response")
    response = response if response in dict(RESPONSES) else None
    search = strip_control_chars(request.args.get("search", ""))[:MAX_SEARCH_LENGTH]
    first, last = _read_day("from"), _read_day("until")
    type_id = parse_id(request.args.get("type", ""))
    filters = ListFilter(
        ends_from=_start_of(first) if first else None if last else utc_now(),
        starts_until=_start_of(last) + dt.timedelta(days=1) if last else None,
        type_ids=[type_id] if type_id else (),
        terms=search.split(),
        limit=paging.limit,
        offset=paging.offset,
    )
    page = list_event_pages(db.session.connection(), crew_viewer(), filters, response, utc_now())
    return crew_page(
        "web/crew/events.html",
        days=_group_by_day(page),
        page=page,
        totals={event.id: sum_stats(page.stats[each.id] for each in page.shifts[event.id]) for event in page.items},
        event_path=event_path,
        types=list_event_types(db.session.connection()),
        responses=RESPONSES,
        chosen={"response": response, "search": search, "type": type_id, "from": first, "until": last},
        page_links=page_links(paging, page.total),
        may_add_events=crew_viewer().viewer.has_permission("add_event"),
    )


@blp.get("/events/<positive:event_id>/")
@sign_in_required
def show_event_without_slug(event_id: int) -> Response:
    return _redirect_to_slug(find_event_page(db.session.connection(), crew_viewer(), event_id))


@blp.get("/crew/<row_id:event_id>/")
@sign_in_required
def show_crew_event(event_id: int) -> Response:
    event = find_event_page(db.session.connection(), crew_viewer(), event_id).event
    return redirect(event_path(event.id, event.name))


@blp.get("/crew/shifts/<row_id:shift_id>/")
@sign_in_required
def show_shift(shift_id: int) -> Response:
    event = find_event_page_of_shift(db.session.connection(), crew_viewer(), shift_id).event
    return redirect(f"{event_path(event.id, event.name)}#shift-{shift_id}")


@blp.get("/events/<positive:event_id>-<slug>/")
@sign_in_required
def show_event(event_id: int, slug: str) -> Response:
    data = find_event_page(db.session.connection(), crew_viewer(), event_id)
    if request.path != event_path(data.event.id, data.event.name):
        return _redirect_to_slug(data)
    return _event_page(data, "web/crew/event.html")


@blp.get("/events/<positive:event_id>/print/")
@sign_in_required
def print_event(event_id: int) -> Response:
    """List the confirmed people of all shifts, for paper."""
    return _event_page(find_event_page(db.session.connection(), crew_viewer(), event_id), "web/crew/event_print.html")


@blp.get("/events/<positive:event_id>/pdf/")
@sign_in_required
def show_pdf(event_id: int) -> Response:
    """Lead from the address of ephios to the list for paper, which browsers print and store as PDF."""
    event = find_event_page(db.session.connection(), crew_viewer(), event_id).event
    return redirect(f"/events/{event.id}/print/")


def _event_page(data: EventPageData, template: str) -> Response:
    viewer = crew_viewer()
    return crew_page(
        template,
        event=data.event,
        access=data.access,
        cards=load_shift_cards(
            db.session.connection(), data.event.id, Participant(USER, viewer.user_id), viewer, utc_now()
        ),
        may_add_events=viewer.viewer.has_permission("add_event"),
        shown_to=None if data.access.may_change else MSG_SHOWN_TO.get(data.event.participants_shown_to),
        event_path=event_path,
    )


def _redirect_to_slug(data):
    query = request.query_string.decode("latin-1")
    path = event_path(data.event.id, data.event.name)
    return redirect(f"{path}?{query}" if query else path, 301)


def _read_day(name):
    try:
        return parse_day(request.args.get(name, ""))
    except ValueError:
        return None


def _start_of(day):
    return dt.datetime.combine(day, dt.time(), get_timezone(crew_dates().timezone))


def _group_by_day(page):
    """Return pairs of a day and its events; the day of events without shifts is None."""
    dates = crew_dates()

    def day_of(event):
        return dates.local(event.shifts_start_at).date() if event.shifts_start_at else None

    return [(day, list(events)) for day, events in groupby(page.items, key=day_of)]
