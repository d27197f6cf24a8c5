"""Page with the link by which people without an account register for an event (spec 19)."""

from flask import Response, current_app, redirect, request

from joindin.extensions import db
from joindin.http.pages.html_pages import flash_success
from joindin.http.pages.languages import gettext
from joindin.models import Event
from joindin.models.crew import EventGuestShare
from joindin.operations.crew.guest_shares import set_guest_share
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, crew_page, crew_viewer
from joindin.resources.web.crew.planning_access import require_event

OPEN, CLOSE, RENEW = "open", "close", "renew"


@blp.route("/events/<row_id:event_id>/guests/", methods=["GET", "POST"])
def guest_link_page(event_id: int) -> Response:
    require_event(event_id)
    event, action = db.session.get_one(Event, event_id), request.form.get("action")
    if action in (OPEN, CLOSE, RENEW):
        actor = crew_viewer().viewer.user
        set_guest_share(db.session, event_id, action != CLOSE, actor=actor, resets=action == RENEW)
        db.session.commit()
        flash_success(gettext("The link for guests is changed."))
        return redirect(request.path)
    share = db.session.get(EventGuestShare, event_id)
    is_open = share is not None and share.is_active
    site = current_app.config["WEBSITE_URL"].rstrip("/")
    return crew_page(
        "web/crew/guest_link.html",
        event=event,
        back=event_path(event_id, event.name),
        link=f"{site}/guests/register/{event_id}/{share.token}/" if is_open else None,
    )
