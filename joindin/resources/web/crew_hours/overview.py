"""Pages that show working hours: one's own, those of a user, and the hours of all people (spec 18 and 24.3)."""

from flask import request

from joindin.extensions import db
from joindin.http.sessions import require_user, sign_in_required
from joindin.queries.crew.consequences import list_hours_requests
from joindin.queries.crew.people.working_hours import HoursFilter, list_event_types, list_hours, list_work
from joindin.resources.web.crew.common import blp, crew_dates, crew_page, crew_viewer
from joindin.resources.web.crew.paging import page_links, read_paging
from joindin.resources.web.crew_hours.access import (
    OVERVIEW_PATH,
    OWN_PATH,
    find_visible_person,
    read_filter,
    require_overview,
    this_year,
)


@sign_in_required
def own_hours_page():
    return _person_page("web/crew/hours_own.html", require_user())


@sign_in_required
def hours_page():
    require_overview()
    filters, paging = read_filter(this_year()), read_paging()
    rows, total = list_hours(db.session, crew_viewer(), filters, crew_dates().timezone, paging)
    return crew_page(
        "web/crew/hours.html",
        rows=rows,
        total=total,
        types=list_event_types(db.session),
        filters=filters,
        page_links=page_links(paging, total),
        query=request.query_string.decode("latin-1"),
    )


@sign_in_required
def hours_of_user_page(user_id):
    person, rights = find_visible_person(user_id)
    return _person_page("web/crew/hours_of_user.html", person, may_change=rights.may_decide_hours)


def _person_page(template, person, may_change=False):
    filters = read_filter(HoursFilter())
    work = list_work(db.session, person.id, filters, crew_dates().timezone)
    paging = read_paging()
    return crew_page(
        template,
        person=person,
        may_change=may_change,
        work=work[paging.offset : paging.offset + paging.limit],
        total=sum(each.hours for each in work),
        types=list_event_types(db.session),
        filters=filters,
        requests=list_hours_requests(db.session, person.id),
        page_links=page_links(paging, len(work)),
    )


blp.add_url_rule(OVERVIEW_PATH, view_func=hours_page)
blp.add_url_rule(OWN_PATH, view_func=own_hours_page)
blp.add_url_rule(f"{OVERVIEW_PATH}user/<positive:user_id>/", view_func=hours_of_user_page)
