"""The page of a mailed invitation to be a host or a speaker: accepting it with an account, or declining it without one."""

from flask import redirect, request

from joindin.errors import Conflict, InvalidInput
from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success, render_page
from joindin.http.pages.languages import gettext, lazy_gettext
from joindin.http.pages.repeated_forms import is_repeated_form
from joindin.http.sessions import require_user, session_user
from joindin.models import ACCEPTED, DECLINED, OPEN_INVITATION, WITHDRAWN
from joindin.operations.organiser.invitations import accept_invitation, decline_invitation
from joindin.permissions import can_see_event, is_host
from joindin.queries.organiser.invitations import EXPIRED, get_invitation, load_state
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.resources.web.account.common import blp
from joindin.resources.web.account.mailed_links import MailedTokenForm
from joindin.utils.datetimes import utc_now

MSG_UNKNOWN = lazy_gettext("There is no invitation with this link. Copy the whole address from the mail.")
REASONS = {
    ACCEPTED: lazy_gettext("This invitation was accepted. Its link worked once."),
    DECLINED: lazy_gettext("This invitation was declined."),
    WITHDRAWN: lazy_gettext("This invitation was withdrawn."),
    EXPIRED: lazy_gettext("This invitation has expired. Its link worked for 14 days."),
}


@blp.route("/accounts/invitation/", methods=["GET", "POST"])
def invitation_page():
    form = MailedTokenForm()
    token, decision = form.token.data or "", request.form.get("decision", "")
    found = get_invitation(db.session, token)
    if found is not None and form.validate_on_submit():
        next_path = _next_path(found, decision)
        try:
            if not is_repeated_form():
                _decide(found, token, decision)
            db.session.commit()
        except Conflict as error:
            db.session.rollback()
            form.add_error(gettext(str(error)))
        else:
            return redirect(next_path, 303)
    return _show(form, token)


def _decide(found, token, decision):
    if decision == "accept":
        accept_invitation(db.session, token, user=require_user(), now=utc_now())
        is_host_now = found.talk is None
        flash_success(
            gettext("You are a host of this event now.") if is_host_now else gettext("The talk is yours now.")
        )
    elif decision == "decline":
        decline_invitation(db.session, token, now=utc_now())
    else:
        raise InvalidInput("Choose one of the buttons.")


def _next_path(found, decision):
    if decision == "accept":
        return f"/event/{found.invitation.event.slug}/manage/" if found.talk is None else "/me/talks/"
    # The same page, which now says that the invitation was declined.
    return request.full_path.rstrip("?")


def _show(form, token):
    found = get_invitation(db.session, token)
    if found is None:
        return render_page("web/account/invitation_ended.html", 404, message=MSG_UNKNOWN)
    state = load_state(db.session, found.invitation, utc_now())
    if state != OPEN_INVITATION:
        return render_page("web/account/invitation_ended.html", 410, message=REASONS[state])
    user, event = session_user(), found.invitation.event
    viewer = load_viewer_for_events(db.session, user, [event.id])
    return render_page(
        "web/account/invitation.html",
        409 if form.errors else 200,
        form=form,
        invitation=found.invitation,
        talk=found.talk,
        event=event,
        user=user,
        path=f"/accounts/invitation/?token={form.token.data}",
        is_shown=can_see_event(viewer, event),
        is_already_host=found.talk is None and user is not None and is_host(viewer, event),
    )
