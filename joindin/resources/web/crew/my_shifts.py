"""The shifts of the signed-in user."""

from flask import Response, request

from joindin.extensions import db
from joindin.http.sessions import sign_in_required
from joindin.queries.crew.pages.own_shifts import list_own_shifts, list_waited_shifts
from joindin.resources.web.crew.addresses import event_path
from joindin.resources.web.crew.common import blp, crew_page, crew_viewer
from joindin.resources.web.crew.paging import page_links, read_paging
from joindin.utils.datetimes import utc_now


@blp.get("/me/shifts/")
@sign_in_required
def show_my_shifts() -> Response:
    """List the shifts to come with requests and waiting lists, or the past ones."""
    connection, viewer, now = db.session.connection(), crew_viewer(), utc_now()
    is_past = request.args.get("show") == "past"
    page = list_own_shifts(connection, viewer, read_paging(), now, is_past=is_past)
    return crew_page(
        "web/crew/my_shifts.html",
        page=page,
        waited=[] if is_past else list_waited_shifts(connection, viewer, now),
        is_past=is_past,
        page_links=page_links(page.paging, page.total),
        event_path=event_path,
    )
