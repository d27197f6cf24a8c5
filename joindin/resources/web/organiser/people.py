"""The page of the hosts of an event: adding, inviting and removing them."""

from flask import redirect

from joindin.errors import Conflict, NotFound, RateLimited
from joindin.extensions import db
from joindin.http.pages.forms import Form, PlainTextField
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user
from joindin.operations.organiser.hosts import add_host_by_login, remove_other_host
from joindin.operations.organiser.invitations import withdraw_invitation
from joindin.queries.events import list_hosts
from joindin.queries.organiser.invitations import list_open_invitations
from joindin.resources.web.organiser.common import (
    blp,
    manage_path,
    organiser_page,
    page_links,
    perform_and_redirect,
    read_paging,
    with_managed_event,
)
from joindin.resources.web.organiser.fields import limited, needed
from joindin.utils.datetimes import utc_now


class HostForm(Form):
    login = PlainTextField(
        lazy_gettext("User name or e-mail address"),
        [needed(lazy_gettext("Enter a user name or an e-mail address.")), limited(200)],
        description=lazy_gettext("A user name is added at once. An e-mail address gets an invitation for 14 days."),
        render_kw={"autocapitalize": "none", "autocomplete": "off"},
    )


@blp.route("/event/<slug>/manage/people/", methods=["GET", "POST"])
@with_managed_event
def people_page(event):
    form = HostForm()
    if form.validate_on_submit():
        try:
            is_mailed = add_host_by_login(db.session, event, form.login.data, actor=require_user(), now=utc_now())
            # Count the form, so that its repetition is recognised below.
            is_repeated_form()
            db.session.commit()
        except RateLimited:
            # A refused attempt stays counted.
            db.session.commit()
            raise
        except (Conflict, NotFound) as error:
            db.session.rollback()
            if is_repeated_form():
                return redirect(manage_path(event, "people/"), 303)
            form.add_error(gettext(str(error)), form.login)
        else:
            flash_success(gettext("The invitation is sent.") if is_mailed else gettext("The host is added."))
            return redirect(manage_path(event, "people/"), 303)
    page = list_hosts(db.session, event.id, read_paging())
    return organiser_page(
        "people.html",
        event,
        400 if form.errors else 200,
        form=form,
        hosts=page.items,
        total=page.total,
        page_links=page_links(page),
        own_id=require_user().id,
        invitations=list_open_invitations(db.session, event.id, utc_now()),
    )


@blp.post("/event/<slug>/manage/people/<row_id:user_id>/delete/")
@with_managed_event
def remove_host_action(event, user_id):
    return perform_and_redirect(
        lambda: remove_other_host(db.session, event, user_id, remover=require_user()),
        gettext("This person is no longer a host."),
        manage_path(event, "people/"),
    )


@blp.post("/event/<slug>/manage/people/invitations/<row_id:invitation_id>/withdraw/")
@with_managed_event
def withdraw_invitation_action(event, invitation_id):
    return perform_and_redirect(
        lambda: withdraw_invitation(db.session, event, invitation_id, actor=require_user()),
        gettext("The invitation is withdrawn. Its link does not work any more."),
        manage_path(event, "people/"),
    )
