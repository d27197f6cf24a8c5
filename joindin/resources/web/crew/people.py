"""Pages of people: the list, profiles, their qualifications, and the end of their access (spec 4, 8 and 12)."""

import datetime as dt

from flask import redirect, request
from wtforms import BooleanField, SelectField

from joindin.errors import Conflict, DomainError, Forbidden, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField, choices, required
from joindin.http.pages.html_pages import flash_ended_access, flash_error, flash_success
from joindin.http.pages.languages import gettext, lazy_gettext, translate_message
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import has_recent_sign_in, redirect_to_confirmation, require_user, sign_in_required
from joindin.models import User
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.profiles import edit_person, revoke_crew_access
from joindin.operations.crew.qualification_grants import grant_qualification, withdraw_qualification
from joindin.queries.accounts.account_access import describe_access
from joindin.queries.accounts.groups import list_user_groups
from joindin.queries.crew.filters import ListFilter
from joindin.queries.crew.people.people import get_crew_profile, list_people
from joindin.queries.crew.people.profile_rights import load_profile_rights, sees_profiles
from joindin.queries.crew.people.qualification_grants import list_qualification_grants
from joindin.queries.crew.qualifications import load_qualification_catalogue
from joindin.resources.web.crew.common import MSG_FORBIDDEN, blp, crew_dates, crew_page, crew_viewer, find_person
from joindin.resources.web.crew.fields import DayField
from joindin.resources.web.crew.paging import page_links, read_paging
from joindin.utils.datetimes import get_timezone, utc_now
from joindin.utils.text import parse_id, strip_control_chars

PATH = "/users/"
MAX_SEARCH_LENGTH, MAX_NAME_LENGTH = 200, 200


class PersonForm(Form):
    full_name = PlainTextField(
        lazy_gettext("Name"), [required(lazy_gettext("Enter a name."))], render_kw={"maxlength": MAX_NAME_LENGTH}
    )
    date_of_birth = DayField(lazy_gettext("Date of birth"))
    phone = PlainTextField(lazy_gettext("Telephone"), render_kw={"inputmode": "tel", "maxlength": 254})
    is_visible = BooleanField(lazy_gettext("Listed among the people of the crew"))

    def validate_full_name(self, field):
        if len(field.data) > MAX_NAME_LENGTH:
            self.add_error(gettext("The name must have at most 200 characters."), field)


class GrantForm(Form):
    qualification = SelectField(lazy_gettext("Qualification"), [required(lazy_gettext("Choose a qualification."))])
    expires_on = DayField(lazy_gettext("Valid until"), description=lazy_gettext("Without a day it does not expire."))


class RevocationForm(Form):
    confirm = BooleanField(
        lazy_gettext("Delete the password and end all access"),
        [required(lazy_gettext("Tick the box if you are sure."))],
    )


@sign_in_required
def people_page():
    viewer = crew_viewer()
    if not sees_profiles(db.session, viewer):
        raise Forbidden(MSG_FORBIDDEN)
    search = strip_control_chars(request.args.get("search", ""))[:MAX_SEARCH_LENGTH]
    qualification_id, paging = parse_id(request.args.get("qualification", "")), read_paging()
    filters = ListFilter(terms=search.split(), limit=paging.limit, offset=paging.offset)
    page = list_people(db.session, viewer, filters, utc_now(), qualification_id)
    return crew_page(
        "web/crew/people.html",
        page=page,
        search=search,
        chosen=qualification_id,
        qualifications=_by_title(page.catalogue),
        page_links=page_links(paging, page.total),
        may_add=viewer.viewer.has_permission("add_userprofile"),
    )


@sign_in_required
def person_page(user_id):
    rights = load_profile_rights(db.session, require_user(), user_id)
    if not (rights.may_view or rights.may_change):
        raise Forbidden(MSG_FORBIDDEN)
    return _person_page(find_person(user_id), rights, _grant_form(formdata=None))


@sign_in_required
def edit_person_page(user_id):
    person, _rights = _find_changeable(user_id)
    profile = get_crew_profile(db.session, user_id)
    stored = {name: getattr(profile, name) for name in ("date_of_birth", "phone", "is_visible")}
    form = PersonForm(data=stored | {"full_name": person.full_name})
    if form.validate_on_submit():
        actor, fields = require_user(), {name: form[name].data for name in stored}
        try:
            edit_person(db.session, user_id, full_name=form.full_name.data, fields=fields, actor=actor, today=_today())
        except InvalidInput as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form[error.field] if isinstance(error, InvalidCrewField) else None)
        else:
            db.session.commit()
            flash_success(gettext("The profile is changed."))
            return redirect(f"{PATH}{user_id}/")
    return crew_page("web/crew/person_edit.html", form=form, person=person)


@sign_in_required
def grant_qualification_action(user_id):
    """Grant a qualification, or replace its expiry."""
    person, rights = _find_changeable(user_id)
    form = _grant_form()
    if form.validate():
        try:
            grant_qualification(
                db.session,
                user_id,
                int(form.qualification.data),
                expires_at=_end_of_day(form.expires_on.data),
                actor=require_user(),
            )
        except (Conflict, InvalidInput) as error:
            db.session.rollback()
            form.add_error(gettext(str(error)), form.qualification)
        else:
            db.session.commit()
            flash_success(gettext("The qualification is granted."))
            return redirect(f"{PATH}{user_id}/", 303)
    return _person_page(person, rights, form, 400)


@sign_in_required
def withdraw_qualification_action(user_id, qualification_id):
    _find_changeable(user_id)
    try:
        withdraw_qualification(db.session, user_id, qualification_id, actor=require_user())
    except DomainError as error:
        db.session.rollback()
        flash_error(gettext(str(error)))
    else:
        db.session.commit()
        flash_success(gettext("The qualification is withdrawn."))
    return redirect(f"{PATH}{user_id}/", 303)


@sign_in_required
def revoke_password_page(user_id):
    person, _rights = _find_changeable(user_id)
    if not has_recent_sign_in():
        return redirect_to_confirmation()
    form = RevocationForm()
    if form.validate_on_submit():
        try:
            actor, ended = require_user(), []
            if not is_repeated_form():
                ended = revoke_crew_access(db.session, user_id, actor=actor, now=utc_now())
        except Conflict as error:
            db.session.rollback()
            form.add_error(gettext(str(error)))
        else:
            name = person.full_name or person.username
            db.session.commit()
            flash_success(gettext("The access of %(name)s has ended.", name=name))
            flash_ended_access(ended)
            return redirect(PATH)
    access = [translate_message(phrase) for phrase in describe_access(db.session, user_id, utc_now())]
    return crew_page("web/crew/person_revoke.html", form=form, person=person, access=access)


def _person_page(person, rights, form, status=200):
    return crew_page(
        "web/crew/person.html",
        status,
        person=person,
        rights=rights,
        may_delete=rights.may_delete,
        profile=get_crew_profile(db.session, person.id),
        grants=list_qualification_grants(db.session.connection(), person.id),
        groups=list_user_groups(db.session, person.id),
        may_manage_groups=crew_viewer().viewer.has_permission("manage_groups"),
        form=form,
        now=utc_now(),
    )


def _find_changeable(user_id) -> tuple[User, object]:
    rights = load_profile_rights(db.session, require_user(), user_id)
    if not rights.may_change:
        raise Forbidden(MSG_FORBIDDEN)
    return find_person(user_id), rights


def _grant_form(**arguments):
    form = GrantForm(**arguments)
    catalogue = load_qualification_catalogue(db.session.connection())
    form.qualification.choices = choices(
        [("", gettext("Choose one")), *((str(id_), t) for id_, t in _by_title(catalogue))]
    )
    return form


def _by_title(catalogue):
    """Return id and title of all qualifications, by title."""
    return sorted(((each.id, each.title) for each in catalogue.by_id.values()), key=lambda pair: pair[1].casefold())


def _today() -> dt.date:
    return crew_dates().local(utc_now()).date()


def _end_of_day(day: dt.date | None) -> dt.datetime | None:
    """Return the last second of the day in the crew's time zone."""
    return day and dt.datetime.combine(day, dt.time(23, 59, 59), get_timezone(crew_dates().timezone))


FORM, ACTION = ["GET", "POST"], ["POST"]
PERSON = f"{PATH}<positive:user_id>/"
blp.add_url_rule(PATH, view_func=people_page)
blp.add_url_rule(PERSON, view_func=person_page)
blp.add_url_rule(f"{PERSON}edit/", view_func=edit_person_page, methods=FORM)
blp.add_url_rule(f"{PERSON}qualifications/", view_func=grant_qualification_action, methods=ACTION)
blp.add_url_rule(
    f"{PERSON}qualifications/<positive:qualification_id>/withdraw/",
    view_func=withdraw_qualification_action,
    methods=ACTION,
)
blp.add_url_rule(f"{PERSON}password_revoke/", view_func=revoke_password_page, methods=FORM)
