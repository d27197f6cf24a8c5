"""Attendance of events (spec 4.8)."""

from flask import request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.extensions import db, reader, writer
from joindin.http.request_identity import get_caller
from joindin.operations.attendance import attend, attend_in_transaction, unattend_in_transaction
from joindin.queries.accounts.users import list_attendees
from joindin.queries.event_visibility import MSG_EVENT_NOT_FOUND, load_viewer_with_access
from joindin.queries.events import find_event_key
from joindin.representations.v2_1.events import AttendingSchema
from joindin.representations.v2_1.users import UserPageSchema, VerboseUserPageSchema
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.links import base_url
from joindin.resources.v2_1.openapi import fails_with, returns, returns_empty, returns_page
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.rendering import render_users
from joindin.resources.v2_1.responses import empty_response, object_response

blp = Blueprint("attendance", __name__, url_prefix="/v2.1", description="Attendance of events")

MSG_LOGIN_TO_ATTEND = "You must be logged in to create data"
MSG_LOGIN_TO_UNATTEND = "You must be logged in to delete data"


@blp.route("/events/<positive:event_id>/attending")
class EventAttending(MethodView):
    @returns(AttendingSchema)
    @fails_with({404: MSG_EVENT_NOT_FOUND})
    def get(self, event_id):
        """Show whether the caller attends an event."""
        viewer = load_viewer_with_access(reader(), event_id, get_caller().user)
        return object_response({"is_attending": event_id in viewer.attending})

    @returns_empty(201, location="/v2.1/events/3/attending")
    @fails_with({401: MSG_LOGIN_TO_ATTEND, 404: MSG_EVENT_NOT_FOUND})
    def post(self, event_id):
        """Attend an event. Attending it again succeeds too."""
        user = require_user(MSG_LOGIN_TO_ATTEND)
        if not attend_in_transaction(writer(), event_id, user.id):
            # The fast statement finds public events only; hosts can attend their pending events.
            find_event_key(reader(), event_id, user)
            attend(db.session, event_id, user.id)
            db.session.commit()
        return empty_response(201, base_url() + request.path)

    @returns_empty(200, location="/v2.1/events/3/attending")
    @fails_with({401: MSG_LOGIN_TO_UNATTEND})
    def delete(self, event_id):
        """Stop attending an event. Succeeds without attendance too."""
        unattend_in_transaction(writer(), event_id, require_user(MSG_LOGIN_TO_UNATTEND).id)
        return empty_response(200, base_url() + request.path)


@blp.route("/events/<positive:event_id>/attendees")
class EventAttendees(MethodView):
    @returns_page(UserPageSchema, VerboseUserPageSchema)
    @fails_with({404: MSG_EVENT_NOT_FOUND})
    def get(self, event_id):
        """List the attendees of an event."""
        return render_users(list_attendees(reader(), event_id, read_paging(), get_caller().user))
