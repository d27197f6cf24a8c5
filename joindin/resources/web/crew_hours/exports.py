"""Working hours as CSV files (spec 18 and 24.3)."""

from flask import Response, request
from werkzeug.http import dump_options_header

from joindin.extensions import db
from joindin.http.pages.languages import gettext
from joindin.http.sessions import sign_in_required
from joindin.queries.crew.people.working_hours import HoursFilter, list_event_types, list_hours, list_work
from joindin.resources.web.crew.common import blp, crew_dates, crew_viewer
from joindin.resources.web.crew_hours.access import (
    OVERVIEW_PATH,
    find_visible_person,
    read_filter,
    require_overview,
    this_year,
)
from joindin.utils.csv_texts import write_csv


@sign_in_required
def export_hours():
    """Return the hours of all people by event type, highest total first."""
    require_overview()
    rows, _count = list_hours(db.session, crew_viewer(), read_filter(this_year()), crew_dates().timezone)
    types = list_event_types(db.session)
    header = [gettext("Name"), *(title for _id, title in types), gettext("Manual entry"), gettext("Total")]
    lines = [
        [row.name, *(_number(row.by_type.get(each)) for each in [*(id_ for id_, _ in types), None]), float(row.total)]
        for row in rows
    ]
    return _csv_response([header, *lines], gettext("Working hours"))


@sign_in_required
def export_hours_of_user(user_id):
    """Return all work of a user, newest first."""
    person, _rights = find_visible_person(user_id)
    header = [gettext("Date"), gettext("Reason"), gettext("Hours"), gettext("Type")]
    lines = [
        [each.worked_on.isoformat(), each.reason, each.hours, each.type_title or gettext("Manual entry")]
        for each in list_work(db.session, person.id, read_filter(HoursFilter()), crew_dates().timezone)
    ]
    return _csv_response([header, *lines], person.full_name or person.username)


def _number(hours):
    return float(hours) if hours else 0


def _csv_response(rows, name):
    is_raw = request.args.get("raw") == "1"
    response = Response(write_csv(rows, is_raw=is_raw), mimetype="text/csv")
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": f"{name}.csv"})
    response.cache_control.no_store = True
    return response


blp.add_url_rule(f"{OVERVIEW_PATH}export/", view_func=export_hours)
blp.add_url_rule(f"{OVERVIEW_PATH}user/<positive:user_id>/export/", view_func=export_hours_of_user)
