"""Disposition of a shift: responsibles decide about people and add people (spec 16 and 24.3).

The page works without JavaScript. The buttons that add or search people send the whole form, and the page that follows has the
values that were not saved yet. Requests with nothing but a person get the fields of the new row as a fragment.
"""

from flask import redirect, render_template, request

from joindin.errors import Conflict, NotFound
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, page_language
from joindin.operations.crew import disposition
from joindin.operations.crew.disposition_warnings import list_warnings
from joindin.operations.crew.refusals import InvalidSignup
from joindin.operations.crew.signup import MSG_NO_PARTICIPATION
from joindin.operations.crew.structures.complex import is_unit
from joindin.queries.crew.block_positions import list_block_positions
from joindin.queries.crew.planning.disposition import Disposition, load_disposition
from joindin.queries.crew.signup_stats import COMPLEX, NAMED_TEAMS, objects_in
from joindin.queries.crew.unit_names import load_unit_names
from joindin.queries.crew.users import search_active_users
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, crew_dates, crew_page, crew_viewer
from joindin.resources.web.crew.disposition_form import (
    MAX_ROWS,
    PREFIX,
    RowFields,
    is_submitted,
    present_rows,
    read_decisions,
    read_row_count,
    submitted_rows,
    warning_text,
)
from joindin.resources.web.crew.form_values import read_line, read_number
from joindin.resources.web.crew.planning_access import crew_timezone, require_shift
from joindin.utils.datetimes import utc_now
from joindin.utils.text import parse_id, to_plain_line

MAX_FOUND, MAX_NAME_LENGTH = 20, 254
# Names by the number of the state.
STATE_NAMES = (
    lazy_gettext("Requested"),
    lazy_gettext("Confirmed"),
    lazy_gettext("Declined"),
    lazy_gettext("Rejected"),
    lazy_gettext("To be decided"),
)


@blp.get("/shifts/<row_id:shift_id>/disposition/")
def disposition_page(shift_id):
    require_shift(shift_id)
    found = _load(shift_id)
    return _page(found, present_rows(found.rows, crew_timezone()))


@blp.post("/shifts/<row_id:shift_id>/disposition/")
def save_disposition(shift_id):
    shift = require_shift(shift_id)
    found = _load(shift_id)
    rows = submitted_rows(request.form, found.by_id, crew_timezone())
    if "search" in request.form:
        return _page(found, rows)
    if read_row_count(request.form) is None:
        return _page(
            found, rows, gettext("The form was incomplete, and nothing was saved. Enter your decisions again.")
        )
    decisions = read_decisions(rows, crew_timezone())
    if not any(row.errors for row in rows):
        event_id, title = shift.event_id, found.shift.event_title
        problem = _store(shift_id, rows, decisions)
        if problem is None:
            flash_success(gettext("The disposition was saved."))
            return redirect(event_path(event_id, title))
        return _page(found, rows, problem)
    return _page(found, rows)


@blp.post("/shifts/<row_id:shift_id>/disposition/add-user/")
def add_user_action(shift_id):
    require_shift(shift_id)
    user_id = parse_id(request.form.get("user", "")) or 0
    return _show_added(disposition.add_user(db.session, shift_id, user_id, now=utc_now()))


@blp.post("/shifts/<row_id:shift_id>/disposition/add-placeholder/")
def add_placeholder_action(shift_id):
    require_shift(shift_id)
    try:
        name = read_line(request.form.get("display_name", ""), MAX_NAME_LENGTH)
    except ValueError:
        name = ""
    if not name:
        found = _load(shift_id)
        rows = submitted_rows(request.form, found.by_id, crew_timezone())
        return _page(found, rows, gettext("Enter a name of at most 254 characters."), status=400)
    return _show_added(disposition.add_placeholder(db.session, shift_id, name, now=utc_now()))


def _store(shift_id, rows, decisions):
    """Store all decisions. Return None, or the problem of the whole form; it is empty if a row has the problem."""
    try:
        disposition.dispose(
            db.session,
            shift_id,
            decisions,
            actor_id=crew_viewer().user_id,
            now=utc_now(),
            timezone=crew_timezone(),
        )
        db.session.commit()
        return None
    except InvalidSignup as error:
        db.session.rollback()
        row = next(each for each in rows if each.participation.id == error.participation_id)
        row.errors[error.field] = error.reason.text(page_language())
        return ""
    except NotFound as error:
        db.session.rollback()
        if str(error) != MSG_NO_PARTICIPATION:
            raise
        return gettext("Other people changed this shift at the same time. Check the list and save again.")
    except Conflict as error:
        db.session.rollback()
        return gettext(str(error))


def _show_added(added):
    """Commit, and return the fields of the added row: within the page if the whole form was sent, else as a fragment."""
    shift_id, added_id = added.shift_id, added.id
    db.session.commit()
    found = _load(shift_id)
    rows = submitted_rows(request.form, found.by_id, crew_timezone())
    if is_submitted(request.form):
        return _page(found, rows)
    row = next(each for each in rows if each.participation.id == added_id)
    row.index = _read_index()
    return render_template("web/crew/_disposition_row.html", fields=row, dates=crew_dates(), **_row_variables(found))


def _read_index():
    try:
        return read_number(request.form.get("new_index", ""), MAX_ROWS) or 0
    except ValueError:
        return 0


def _load(shift_id) -> Disposition:
    return load_disposition(db.session.connection(), shift_id, utc_now())


def _page(found: Disposition, rows: list[RowFields], problem: str | None = None, status: int = 200):
    terms = to_plain_line(request.form.get("user_name", "")).split()
    return crew_page(
        "web/crew/disposition.html",
        status,
        shift=found.shift,
        stats=found.stats,
        event_page=event_path(found.shift.event_id, found.shift.event_title),
        rows=rows,
        problem=problem,
        searched=" ".join(terms),
        found_users=search_active_users(db.session.connection(), terms, MAX_FOUND),
        **_row_variables(found),
    )


def _list_units(found: Disposition, starting_blocks):
    """Return path and name of the units that have positions."""
    positions, _is_limited = list_block_positions(found.blocks, starting_blocks)
    names = load_unit_names(db.session.connection(), [found.shift])
    return [(path, name) for path, name in names.items() if is_unit(positions, path)]


def _row_variables(found: Disposition):
    configuration = found.shift.structure_configuration
    configuration = configuration if isinstance(configuration, dict) else {}
    teams = units = None
    if found.shift.structure_slug == NAMED_TEAMS:
        teams = [(str(team.get("uuid")), str(team.get("title"))) for team in objects_in(configuration.get("teams"))]
    if found.shift.structure_slug == COMPLEX:
        units = _list_units(found, objects_in(configuration.get("starting_blocks")))
    return {
        "prefix": PREFIX,
        "teams": teams,
        "units": units,
        "states": [(str(state), name) for state, name in enumerate(STATE_NAMES)],
        "qualifications": found.catalogue.by_id,
        "warnings": {
            row.participation.id: [
                warning_text(each, page_language()) for each in list_warnings(row.facts, crew_timezone())
            ]
            for row in found.rows
        },
    }
