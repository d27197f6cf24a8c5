"""Pages on which planners create, change, copy and delete events, and make them active or drafts (spec 4)."""

import datetime as dt

from flask import Response, redirect
from wtforms import DateField

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.pages.forms import Form, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.models import Event, User
from joindin.models.crew import CrewDetails
from joindin.operations.crew import event_copies, events
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.event_access import set_event_draft, set_event_holders
from joindin.operations.crew.federation.shares import share_event_with_guests
from joindin.queries.crew.federation import list_shared_guest_ids
from joindin.queries.crew.planning.event_holders import EventHolders, load_event_holders
from joindin.queries.crew.planning.event_types import find_event_type, list_event_types, load_type_links
from joindin.queries.crew.users import list_users
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, commit_or_flash, crew_page, crew_viewer
from joindin.resources.web.crew.event_form import EventForm
from joindin.resources.web.crew.form_values import YEARS
from joindin.resources.web.crew.planning_access import MAY_DELETE, crew_timezone, require_event, require_permission
from joindin.utils.datetimes import UTC, get_timezone, utc_now
from joindin.utils.text import to_plain_text


class CopyForm(Form):
    first_day = DateField(lazy_gettext("First day of the copy"), [required(lazy_gettext("Enter a day."))])


class EmptyForm(Form):
    """Only the token."""


@blp.get("/events/create/")
def event_types_page() -> Response:
    """Show the types of which an event can be created."""
    require_permission("add_event")
    return crew_page("web/crew/event_new.html", types=list_event_types(db.session))


@blp.route("/events/create/<row_id:event_type_id>/", methods=["GET", "POST"])
def create_event_page(event_type_id: int) -> Response:
    require_permission("add_event")
    event_type = find_event_type(db.session, event_type_id)
    links, user = load_type_links(db.session, event_type_id), crew_viewer().viewer.user
    people = list_users(db.session, {user.id, *links.responsible_user_ids})
    form = EventForm(data={"event_type": event_type_id})
    publishable = form.set_choices(user, people)
    if not form.is_submitted():
        form.event_type.data = event_type_id
        form.description.data = event_type.default_description or ""
        form.visible_for.data = sorted(publishable & links.visible_group_ids or publishable)
        form.responsible_groups.data = sorted(links.responsible_group_ids)
        form.responsible_users.data = [each.id for each in people]
        return _form_page(form, gettext("Create an event"), "/events/")

    def create(user_ids):
        if is_repeated_form():
            return 0
        event = events.create_crew_event(
            db.session,
            user,
            form.fields,
            now=utc_now(),
            timezone=crew_timezone(),
            visible_group_ids=form.visible_for.data,
        )
        _set_access(event.id, form, user_ids)
        return event.id

    event_id = _save(form, create)
    if event_id is None:
        return _form_page(form, gettext("Create an event"), "/events/")
    flash_success(gettext("The event is created as a draft. Its first shift makes it visible."))
    return redirect(f"/events/{event_id}/createshift/" if event_id else "/events/")


@blp.route("/events/<row_id:event_id>/edit/", methods=["GET", "POST"])
def edit_event_page(event_id: int) -> Response:
    require_event(event_id)
    event, details = db.session.get_one(Event, event_id), db.session.get_one(CrewDetails, event_id)
    holders = load_event_holders(db.session, event_id)
    title, back = gettext("Change the event"), event_path(event_id, event.name)
    form = EventForm()
    form.set_choices(crew_viewer().viewer.user, holders.responsible_users)
    if not form.is_submitted():
        _show_stored(form, event, details, holders)
        return _form_page(form, title, back, event)
    if not event.is_private:
        form.keep_texts(event)

    def update(user_ids):
        events.update_crew_event(db.session, event_id, form.fields, actor_id=crew_viewer().user_id)
        _set_access(event_id, form, user_ids)
        return event_id

    if _save(form, update) is None:
        return _form_page(form, title, back, db.session.get_one(Event, event_id))
    flash_success(gettext("The event is changed."))
    return redirect(event_path(event_id, form.title.data))


@blp.route("/events/<row_id:event_id>/copy/", methods=["GET", "POST"])
def copy_event_page(event_id: int) -> Response:
    require_permission("add_event")
    require_event(event_id)
    event, details = db.session.get_one(Event, event_id), db.session.get_one(CrewDetails, event_id)
    starts_at = (details.shifts_start_at or event.starts_at).astimezone(get_timezone(crew_timezone()))
    form = CopyForm()
    if form.is_submitted() and form.validate():
        if form.first_day.data.year in YEARS:
            if is_repeated_form():
                return redirect("/events/")
            by = dt.datetime.combine(form.first_day.data, starts_at.timetz()).astimezone(UTC) - starts_at
            copy = event_copies.copy_crew_event(
                db.session, event_id, by=by, actor_id=crew_viewer().user_id, now=utc_now()
            )
            path = event_path(copy.id, copy.name)
            db.session.commit()
            flash_success(gettext("The event is copied."))
            return redirect(path)
        form.add_error(gettext("Enter a day."), form.first_day)
    return crew_page("web/crew/event_copy.html", form=form, event=event, back=event_path(event_id, event.name))


@blp.route("/events/<row_id:event_id>/delete/", methods=["GET", "POST"])
def delete_event_page(event_id: int) -> Response:
    require_event(event_id, MAY_DELETE)
    event, form = db.session.get_one(Event, event_id), EmptyForm()
    if form.is_submitted() and form.validate():
        events.delete_crew_event(db.session, event_id, actor_id=crew_viewer().user_id)
        db.session.commit()
        flash_success(gettext("The event is deleted."))
        return redirect("/events/")
    return crew_page("web/crew/event_delete.html", form=form, event=event, back=event_path(event_id, event.name))


@blp.post("/events/<row_id:event_id>/activate/")
def activate_event(event_id: int) -> Response:
    return _set_draft(event_id, False, gettext("The event is active."))


@blp.post("/events/<row_id:event_id>/deactivate/")
def deactivate_event(event_id: int) -> Response:
    return _set_draft(event_id, True, gettext("The event is a draft. Only its planners see it."))


def _set_draft(event_id, is_draft, message):
    require_event(event_id)
    path = event_path(event_id, db.session.get_one(Event, event_id).name)
    actor = crew_viewer().viewer.user
    commit_or_flash(lambda: set_event_draft(db.session, event_id, is_draft, actor=actor), message)
    return redirect(path)


def _set_access(event_id, form, user_ids):
    actor = crew_viewer().viewer.user
    set_event_holders(
        db.session,
        event_id,
        visible_group_ids=form.visible_for.data,
        responsible_group_ids=form.responsible_groups.data,
        responsible_user_ids=user_ids,
        actor=actor,
    )
    share_event_with_guests(db.session, event_id, form.shared_with.data, actor=db.session.get_one(User, actor.id))


def _save(form, write):
    """Validate, write and commit. Return what ``write`` returns, or None if the form has errors."""
    is_valid = form.validate()
    user_ids = form.find_responsible_ids()
    if not is_valid or user_ids is None:
        return None
    try:
        result = write(user_ids)
        db.session.commit()
        return result
    except (Conflict, InvalidInput) as error:
        db.session.rollback()
        name = {"type": "event_type"}.get(error.field, error.field) if isinstance(error, InvalidCrewField) else None
        form.add_error(gettext(str(error)), form._fields.get(name))
        return None


def _show_stored(form, event, details, holders: EventHolders):
    form.title.data, form.location.data = event.name, event.location or ""
    form.description.data, form.event_type.data = to_plain_text(event.description), details.event_type_id
    form.visible_for.data = sorted(holders.visible_group_ids)
    form.responsible_groups.data = sorted(holders.responsible_group_ids)
    form.responsible_users.data = sorted(holders.responsible_user_ids)
    form.shared_with.data = list_shared_guest_ids(db.session, event.id)


def _form_page(form, title, back, event=None):
    return crew_page("web/crew/event_form.html", form=form, title=title, back=back, event=event)
