"""Pages for a new member, and for the end of an account, at the addresses of ephios."""

from flask import Response, redirect

from joindin.errors import Conflict, Forbidden
from joindin.extensions import db
from joindin.http.pages.forms import CheckboxList, EmailField, Form, PlainTextField, choices, required
from joindin.http.pages.html_pages import flash_error, flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.sessions import has_recent_sign_in, redirect_to_confirmation, require_user
from joindin.models import User
from joindin.operations.crew.administration.members import (
    MemberFields,
    create_member,
    delete_member,
    set_member_active,
)
from joindin.queries.accounts.account_administration import get_account_history
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.crew.people.account_places import count_account_places
from joindin.queries.crew.planning.event_holders import list_groups_with_publishable
from joindin.resources.web.crew.common import (
    MSG_FORBIDDEN,
    blp,
    crew_dates,
    crew_page,
    crew_viewer,
    find_person,
    form_page,
)
from joindin.resources.web.crew.event_planning import EmptyForm
from joindin.resources.web.crew.fields import DayField
from joindin.resources.web.crew.planning_access import require_permission
from joindin.utils.datetimes import utc_now

PATH = "/users/"
MAX_NAME_LENGTH = 200


class MemberForm(Form):
    full_name = PlainTextField(
        lazy_gettext("Name"), [required(lazy_gettext("Enter a name."))], render_kw={"maxlength": MAX_NAME_LENGTH}
    )
    email = EmailField(
        lazy_gettext("E-mail"),
        [required(lazy_gettext("Enter an e-mail address, like name@example.org"))],
        description=lazy_gettext("The person gets a mail with a link, and chooses a password."),
        render_kw={"type": "email", "autocomplete": "off"},
    )
    date_of_birth = DayField(lazy_gettext("Date of birth"))
    phone = PlainTextField(lazy_gettext("Telephone"), render_kw={"inputmode": "tel", "maxlength": 254})
    groups = CheckboxList(lazy_gettext("Groups"), coerce=int)


@blp.route(f"{PATH}create/", methods=["GET", "POST"])
def create_member_page() -> Response:
    """Create an account. Groups are offered to those who administer groups."""
    require_permission("add_userprofile")
    form, viewer = MemberForm(), crew_viewer().viewer
    if viewer.has_permission("manage_groups"):
        groups, _publishable = list_groups_with_publishable(db.session, viewer.user)
        form.groups.choices = choices((group.id, group.name) for group in groups)
    else:
        del form.groups
    fields = MemberFields(form.full_name.data, form.email.data, form.date_of_birth.data, form.phone.data)
    group_ids = form.groups.data or () if "groups" in form else ()
    return form_page(
        "web/crew/member_new.html",
        form,
        lambda: create_member(
            db.session,
            fields,
            group_ids=group_ids,
            actor=require_user(),
            now=utc_now(),
            today=crew_dates().local(utc_now()).date(),
        ),
        gettext("The account is created. A mail with a link to choose a password is on its way."),
        PATH if viewer.has_permission("view_userprofile") else "/settings/",
    )


@blp.get(f"{PATH}<row_id:user_id>/delete/")
def confirm_delete_member(user_id: int) -> Response:
    """Show what depends on the account, and offer its deactivation or deletion."""
    person = _find_deletable(user_id)
    if not has_recent_sign_in():
        return redirect_to_confirmation()
    return crew_page(
        "web/crew/member_delete.html",
        person=person,
        is_own=person.id == crew_viewer().user_id,
        places=count_account_places(db.session, user_id, utc_now()),
        history=get_account_history(db.session, user_id),
    )


@blp.post(f"{PATH}<row_id:user_id>/delete/")
def delete_member_action(user_id: int) -> Response:
    return _perform(
        user_id,
        lambda: delete_member(db.session, user_id, actor=require_user()),
        gettext("The account is deleted."),
        PATH,
    )


@blp.post(f"{PATH}<row_id:user_id>/deactivate/")
def deactivate_member_action(user_id: int) -> Response:
    return _set_active(user_id, False, gettext("The account is deactivated."))


@blp.post(f"{PATH}<row_id:user_id>/activate/")
def activate_member_action(user_id: int) -> Response:
    return _set_active(user_id, True, gettext("The account is active again."))


def _set_active(user_id, is_active, message):
    return _perform(
        user_id,
        lambda: set_member_active(db.session, user_id, is_active, actor=require_user()),
        message,
        f"{PATH}{user_id}/delete/",
    )


def _perform(user_id, write, message, next_path):
    _find_deletable(user_id)
    if not has_recent_sign_in():
        return redirect_to_confirmation()
    if EmptyForm().validate():
        try:
            write()
            db.session.commit()
            flash_success(message)
            return redirect(next_path, 303)
        except Conflict as error:
            db.session.rollback()
            flash_error(gettext(str(error)))
    return redirect(f"{PATH}{user_id}/delete/", 303)


def _find_deletable(user_id) -> User:
    rights = load_permissions(db.session, require_user(), users=[user_id])
    if not rights.has_permission("delete_userprofile", user_id):
        raise Forbidden(MSG_FORBIDDEN)
    return find_person(user_id)
