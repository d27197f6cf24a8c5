"""Forms for working hours: requests of the people, and entries by those who decide about them (spec 18)."""

from flask import redirect, request
from wtforms import TextAreaField
from wtforms.validators import InputRequired

from joindin.errors import Forbidden
from joindin.extensions import db
from joindin.http.pages.forms import Form, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, sign_in_required
from joindin.models import User
from joindin.operations.crew.working_hours import (
    HoursFields,
    add_working_hours,
    delete_working_hours,
    edit_working_hours,
    request_working_hours,
)
from joindin.queries.crew.people.profile_rights import load_profile_rights
from joindin.queries.crew.people.working_hours import find_working_hours
from joindin.resources.web.crew.common import MSG_FORBIDDEN, blp, crew_page, find_person, form_page
from joindin.resources.web.crew.fields import DayField, NumberField
from joindin.resources.web.crew_hours.access import OVERVIEW_PATH, OWN_PATH
from joindin.utils.text import to_plain_line


class HoursForm(Form):
    date = DayField(lazy_gettext("Day"), [InputRequired(lazy_gettext("Enter the day on which you worked."))])
    hours = NumberField(lazy_gettext("Hours"), [InputRequired(lazy_gettext("Enter the number of hours."))], places=None)
    reason = TextAreaField(
        lazy_gettext("What was done?"),
        [required(lazy_gettext("Enter what was done."))],
        filters=[lambda text: to_plain_line(text or "")],
        render_kw={"rows": 2, "maxlength": 1024},
    )

    def fields(self) -> HoursFields:
        return HoursFields(self.date.data, self.hours.data, self.reason.data)


@sign_in_required
def request_hours_page():
    def store(fields):
        if not is_repeated_form():
            request_working_hours(
                db.session, require_user().id, worked_on=fields.worked_on, hours=fields.hours, reason=fields.reason
            )

    message = gettext("Your request has been submitted.")
    return _hours_form("web/crew/hours_request.html", store, message, OWN_PATH)


@sign_in_required
def add_hours_page(user_id):
    person = _find_person_to_change(user_id)
    return _hours_form(
        "web/crew/hours_edit.html",
        lambda fields: is_repeated_form() or add_working_hours(db.session, user_id, fields, actor=require_user()),
        gettext("The hours are entered."),
        f"/workinghours/user/{user_id}/",
        person=person,
        entry=None,
    )


@sign_in_required
def edit_hours_page(entry_id):
    entry, person = _find_entry_to_change(entry_id)
    return _hours_form(
        "web/crew/hours_edit.html",
        lambda fields: edit_working_hours(db.session, entry_id, fields, actor=require_user()),
        gettext("The hours are changed."),
        f"/workinghours/user/{person.id}/",
        stored={"date": entry.worked_on, "hours": entry.hours, "reason": entry.reason},
        person=person,
        entry=entry,
    )


@sign_in_required
def delete_hours_page(entry_id):
    entry, person = _find_entry_to_change(entry_id)
    if request.method != "POST":
        return crew_page("web/crew/hours_delete.html", entry=entry, person=person)
    delete_working_hours(db.session, entry_id, actor=require_user())
    db.session.commit()
    flash_success(gettext("The hours are deleted."))
    return redirect(f"/workinghours/user/{person.id}/")


def _hours_form(template, store, message, next_path, *, stored=None, **variables):
    form = HoursForm(data=stored)
    return form_page(template, form, lambda: store(form.fields()), message, next_path, back=next_path, **variables)


def _find_person_to_change(user_id) -> User:
    if not load_profile_rights(db.session, require_user(), user_id).may_decide_hours:
        raise Forbidden(MSG_FORBIDDEN)
    return find_person(user_id)


def _find_entry_to_change(entry_id):
    entry = find_working_hours(db.session, entry_id)
    return entry, _find_person_to_change(entry.user_id)


BOTH = ["GET", "POST"]
blp.add_url_rule(f"{OWN_PATH}request/", view_func=request_hours_page, methods=BOTH)
blp.add_url_rule(f"{OVERVIEW_PATH}user/<positive:user_id>/add/", view_func=add_hours_page, methods=BOTH)
blp.add_url_rule(f"{OVERVIEW_PATH}<positive:entry_id>/edit/", view_func=edit_hours_page, methods=BOTH)
blp.add_url_rule(f"{OVERVIEW_PATH}<positive:entry_id>/delete/", view_func=delete_hours_page, methods=BOTH)
