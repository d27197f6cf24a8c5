"""Administration of event types: for holders of ``manage_event_types`` (spec 4)."""

from flask import Response, redirect
from wtforms import ColorField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Optional

from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, Form, PlainTextField, choices, required
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.models import User
from joindin.models.crew import SHOWN_TO_CONFIRMED, SHOWN_TO_EVERYONE, SHOWN_TO_RESPONSIBLES, SHOWN_TO_USERS
from joindin.operations.crew import event_types
from joindin.operations.crew.errors import InvalidCrewField
from joindin.queries.crew.planning.event_holders import list_groups_with_publishable
from joindin.queries.crew.planning.event_types import (
    TypeLinks,
    find_event_type,
    list_event_types,
    list_qualification_titles,
    load_type_links,
)
from joindin.queries.crew.users import list_users
from joindin.resources.web.crew.common import blp, commit_or_flash, crew_page, crew_viewer
from joindin.resources.web.crew.event_form import NOT_EMPTY, PeopleFields, limited
from joindin.resources.web.crew.event_planning import EmptyForm
from joindin.resources.web.crew.planning_access import require_permission
from joindin.utils.text import to_plain_text

PERMISSION, PATH = "manage_event_types", "/settings/eventtypes/"
NO_LINKS = TypeLinks(frozenset(), frozenset(), frozenset(), frozenset())
SHOWN_TO = (
    (SHOWN_TO_USERS, lazy_gettext("everyone with an account")),
    (SHOWN_TO_CONFIRMED, lazy_gettext("confirmed participants")),
    (SHOWN_TO_RESPONSIBLES, lazy_gettext("responsible people only")),
    (SHOWN_TO_EVERYONE, lazy_gettext("everyone, also guests and other instances")),
)


class EventTypeForm(PeopleFields, Form):
    title = PlainTextField(lazy_gettext("Title"), [required(lazy_gettext("Enter a title.")), limited(254)])
    color = ColorField(lazy_gettext("Colour"), [required(lazy_gettext("Choose a colour."))], default="#343a40")
    participants_shown_to = SelectField(
        lazy_gettext("Participants are shown to"),
        [InputRequired()],
        coerce=int,
        choices=choices(SHOWN_TO),
        render_kw=NOT_EMPTY,
    )
    default_description = TextAreaField(
        lazy_gettext("Description of new events"),
        [Optional(), limited(100_000)],
        filters=[lambda text: to_plain_text(text or "")],
        render_kw={"rows": 4},
    )
    qualifications = CheckboxList(lazy_gettext("Qualifications that everyone needs"), coerce=int)
    visible_for = CheckboxList(lazy_gettext("Groups that see new events"), coerce=int)

    def set_choices(self, responsible_users) -> None:
        groups, _publishable = list_groups_with_publishable(db.session, crew_viewer().viewer.user)
        self.visible_for.choices = choices((group.id, group.name) for group in groups)
        self.qualifications.choices = choices(list_qualification_titles(db.session))
        self.set_people_choices(groups, responsible_users)


@blp.get(PATH)
def event_type_list() -> Response:
    require_permission(PERMISSION)
    return crew_page("web/crew/event_types.html", types=list_event_types(db.session))


@blp.route(f"{PATH}create/", methods=["GET", "POST"])
def create_event_type_page() -> Response:
    require_permission(PERMISSION)
    form = EventTypeForm()
    form.set_choices([])
    if form.is_submitted() and _save(form, _create):
        flash_success(gettext("The event type is created."))
        return redirect(PATH)
    return crew_page("web/crew/event_type_form.html", form=form, title=gettext("Create an event type"))


def _create(session, fields, actor):
    return is_repeated_form() or event_types.create_event_type(session, fields, actor=actor)


@blp.route(f"{PATH}<row_id:event_type_id>/edit/", methods=["GET", "POST"])
def edit_event_type_page(event_type_id: int) -> Response:
    require_permission(PERMISSION)
    event_type, form = find_event_type(db.session, event_type_id), EventTypeForm()
    links = load_type_links(db.session, event_type_id)
    form.set_choices(list_users(db.session, links.responsible_user_ids))
    if not form.is_submitted():
        form.title.data, form.color.data = event_type.title, event_type.color
        form.participants_shown_to.data = event_type.participants_shown_to
        form.default_description.data = event_type.default_description or ""
        form.qualifications.data, form.visible_for.data = (
            sorted(links.qualification_ids),
            sorted(links.visible_group_ids),
        )
        form.responsible_groups.data = sorted(links.responsible_group_ids)
        form.responsible_users.data = sorted(links.responsible_user_ids)
    elif _save(
        form, lambda session, fields, actor: event_types.update_event_type(session, event_type_id, fields, actor=actor)
    ):
        flash_success(gettext("The event type is changed."))
        return redirect(PATH)
    return crew_page("web/crew/event_type_form.html", form=form, title=gettext("Change the event type"))


@blp.route(f"{PATH}<row_id:event_type_id>/delete/", methods=["GET", "POST"])
def delete_event_type_page(event_type_id: int) -> Response:
    require_permission(PERMISSION)
    event_type, form = find_event_type(db.session, event_type_id), EmptyForm()
    if form.is_submitted() and form.validate():
        commit_or_flash(
            lambda: event_types.delete_event_type(db.session, event_type_id, actor=_actor()),
            gettext("The event type is deleted."),
        )
        return redirect(PATH)
    return crew_page("web/crew/event_type_delete.html", form=form, event_type=event_type)


def _save(form, write) -> bool:
    is_valid, user_ids = form.validate(), form.find_responsible_ids()
    if not is_valid or user_ids is None:
        return False
    fields = event_types.EventTypeFields(
        title=form.title.data,
        color=form.color.data,
        participants_shown_to=form.participants_shown_to.data,
        default_description=form.default_description.data,
        qualification_ids=form.qualifications.data,
        visible_group_ids=form.visible_for.data,
        responsible_group_ids=form.responsible_groups.data,
        responsible_user_ids=user_ids,
    )
    try:
        write(db.session, fields, actor=_actor())
        db.session.commit()
        return True
    except InvalidCrewField as error:
        db.session.rollback()
        form.add_error(gettext(str(error)), form._fields.get(error.field))
        return False


def _actor() -> User:
    return db.session.get_one(User, crew_viewer().user_id)
