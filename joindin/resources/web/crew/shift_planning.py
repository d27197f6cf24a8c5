"""Pages on which planners create, change, copy and delete shifts (spec 15). They work without JavaScript."""

import datetime as dt

from flask import Response, redirect, request
from wtforms import DateField

from joindin.errors import Conflict
from joindin.extensions import db
from joindin.http.pages.forms import Form, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.models import Event
from joindin.operations.crew import shifts
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.shift_configuration import FLOW_FIELD, STRUCTURE_FIELD
from joindin.queries.crew.planning.shift_choices import find_last_shift, load_shift_choices
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, commit_or_flash, crew_page
from joindin.resources.web.crew.event_planning import EmptyForm
from joindin.resources.web.crew.form_values import YEARS
from joindin.resources.web.crew.planning_access import crew_timezone, require_event, require_shift
from joindin.resources.web.crew.shift_form import (
    ROW_FIELDS,
    UNIFORM,
    ShiftForm,
    read_fields,
    stored_form,
    submitted_form,
)
from joindin.utils.datetimes import UTC, get_timezone, utc_now

FLOW_NAMES = {
    "instant_confirmation": lazy_gettext("People are confirmed at once"),
    "request_confirm": lazy_gettext("People ask, and responsible people confirm them"),
    "manual": lazy_gettext("Only responsible people add others"),
    "coupled": lazy_gettext("The people of another shift are also in this one"),
}
STRUCTURE_NAMES = {
    "uniform": lazy_gettext("Everyone has the same task"),
    "named_teams": lazy_gettext("Teams with names"),
    "qualification_mix": lazy_gettext("Numbers of people by qualification"),
    "complex": lazy_gettext("Building blocks"),
}
# The field of the form for a field of the contract.
FORM_FIELDS = {FLOW_FIELD: "signup_flow_slug", STRUCTURE_FIELD: "structure_slug"}


class ShiftCopyForm(Form):
    first_day = DateField(lazy_gettext("Day of the copy"), [required(lazy_gettext("Enter a day."))])


@blp.route("/events/<row_id:event_id>/createshift/", methods=["GET", "POST"])
def create_shift_page(event_id: int) -> Response:
    """Show the form with the values of the shift that was added last, or add a shift."""
    require_event(event_id)
    title = gettext("Add a shift")
    if request.method == "GET":
        form = stored_form(find_last_shift(db.session, event_id), crew_timezone())
        form.values["label"] = ""
        for row in form.rows["teams"] + form.rows["blocks"]:
            row["uuid"] = ""
        return _form_page(form, event_id, None, title)
    form = submitted_form(request.form)
    if not _save(form, lambda fields: is_repeated_form() or shifts.create_shift(db.session, event_id, fields)):
        return _form_page(form, event_id, None, title)
    flash_success(gettext("The shift is added."))
    again = f"/events/{event_id}/createshift/" if "another" in request.form else _event_page(event_id)
    return redirect(again)


@blp.route("/shifts/<row_id:shift_id>/edit/", methods=["GET", "POST"])
def edit_shift_page(shift_id: int) -> Response:
    shift = require_shift(shift_id)
    event_id, title = shift.event_id, gettext("Change the shift")
    if request.method == "GET":
        return _form_page(stored_form(shift, crew_timezone()), event_id, shift_id, title)
    form = submitted_form(request.form)

    def update(fields):
        return shifts.update_shift(db.session, shift_id, fields, now=utc_now(), timezone=crew_timezone())

    if not _save(form, update):
        return _form_page(form, event_id, shift_id, title)
    flash_success(gettext("The shift is changed."))
    return redirect(_event_page(event_id))


@blp.route("/shifts/<row_id:shift_id>/copy/", methods=["GET", "POST"])
def copy_shift_page(shift_id: int) -> Response:
    shift, form = require_shift(shift_id), ShiftCopyForm()
    event_id, starts_at = shift.event_id, shift.starts_at.astimezone(get_timezone(crew_timezone()))
    if form.is_submitted() and form.validate():
        if form.first_day.data.year in YEARS:
            by = dt.datetime.combine(form.first_day.data, starts_at.timetz()).astimezone(UTC) - starts_at
            if not is_repeated_form():
                shifts.copy_shift(db.session, shift_id, event_id, by=by)
            db.session.commit()
            flash_success(gettext("The shift is copied."))
            return redirect(_event_page(event_id))
        form.add_error(gettext("Enter a day."), form.first_day)
    return crew_page("web/crew/shift_copy.html", form=form, shift=shift, back=_event_page(event_id))


@blp.route("/shifts/<row_id:shift_id>/delete/", methods=["GET", "POST"])
def delete_shift_page(shift_id: int) -> Response:
    shift, form = require_shift(shift_id), EmptyForm()
    event_id = shift.event_id
    if form.is_submitted() and form.validate():
        commit_or_flash(lambda: shifts.delete_shift(db.session, shift_id), gettext("The shift is deleted."))
        return redirect(_event_page(event_id))
    return crew_page("web/crew/shift_delete.html", form=form, shift=shift, back=_event_page(event_id))


def _save(form: ShiftForm, write) -> bool:
    """Write and commit, unless a button only adds rows or a value is not acceptable. Return whether it is stored."""
    if (prefix := request.form.get("add_rows")) is not None:
        if prefix in ROW_FIELDS:
            form.add_rows(prefix)
        return False
    fields = read_fields(form, crew_timezone())
    if fields is None:
        return False
    try:
        write(fields)
        db.session.commit()
        return True
    except InvalidCrewField as error:
        db.session.rollback()
        form.errors[FORM_FIELDS.get(error.field, error.field)] = gettext(str(error))
    except Conflict as error:
        db.session.rollback()
        form.errors["signup_flow_slug"] = gettext(str(error))
    return False


def _event_page(event_id):
    return event_path(event_id, db.session.get_one(Event, event_id).name)


def _form_page(form: ShiftForm, event_id: int, shift_id: int | None, title: str) -> Response:
    choices = load_shift_choices(db.session, event_id, shift_id)
    return crew_page(
        "web/crew/shift_form.html",
        form=form,
        title=title,
        is_new=shift_id is None,
        back=_event_page(event_id),
        flows=FLOW_NAMES,
        structures=STRUCTURE_NAMES,
        uniform=UNIFORM,
        qualifications=choices.qualifications,
        blocks=choices.blocks,
        leaders=choices.leaders,
    )
