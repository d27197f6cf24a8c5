"""Events: find, read, submit, edit, approve, attend (spec 4)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, MethodNotAllowed, NotFound
from joindin.extensions import db, reader, writer
from joindin.http.request_identity import get_caller
from joindin.operations.attendance import attend, attend_in_transaction, unattend_in_transaction
from joindin.operations.event_approval import approve_event, reject_event
from joindin.operations.events import edit_event, has_reached_pending_limit, resubmit_event, submit_event
from joindin.permissions import can_edit_event, can_list_pending_events, can_review_event, is_auto_approved
from joindin.queries.accounts.users import list_attendees
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.events import find_event_key
from joindin.queries.paging import single_page
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.v2_1.events import AttendingSchema, EventPageSchema, VerboseEventPageSchema
from joindin.representations.v2_1.users import UserPageSchema, VerboseUserPageSchema
from joindin.resources.v2_1.authentication import base_url, links, require_user
from joindin.resources.v2_1.authorization import with_event
from joindin.resources.v2_1.events.event_parsing import (
    MSG_DATES_REQUIRED,
    MSG_FIELD_REQUIRED,
    MSG_INVALID_TIMEZONE,
    MSG_START_AFTER_END,
    EventBodySchema,
    NewEventSchema,
    parse_event,
)
from joindin.resources.v2_1.openapi import (
    accepts_body,
    accepts_query,
    add_undocumented_route,
    fails_with,
    returns,
    returns_empty,
    returns_page,
)
from joindin.resources.v2_1.paging import read_paging
from joindin.resources.v2_1.rendering import render_events, render_users
from joindin.resources.v2_1.request_params import NO_PARAMS, get_params, get_query_params
from joindin.resources.v2_1.responses import (
    disable_shared_cache,
    empty_response,
    object_response,
)
from joindin.utils.datetimes import is_relative, parse_date, utc_now
from joindin.utils.text import to_plain_text
from joindin.viewer import Viewer

blp = Blueprint("events", __name__, url_prefix="/v2.1", description="Conferences and meetings")

TO_CREATE = "You must be logged in to create data"
TO_EDIT = "You must be logged in to edit data"
TO_DELETE = "You must be logged in to delete data"

TO_LIST_PENDING = "You must be logged in to view pending events"
NOT_PENDING = "You don't have permission to view pending events"
NOT_TO_APPROVE = "You are not allowed to approve this event"
NOT_TO_REJECT = "You are not allowed to reject this event"
NOT_HOST = "You are not an host for this event"
BAD_EVENT = (*MSG_FIELD_REQUIRED.values(), MSG_DATES_REQUIRED, MSG_START_AFTER_END, MSG_INVALID_TIMEZONE)

NO_FILTER = EventFilter()


@blp.route("/events")
class Events(MethodView):
    @returns_page(EventPageSchema, VerboseEventPageSchema)
    @accepts_query("filter", "title", "stub", "tags", "startdate", "enddate")
    @fails_with({400: TO_LIST_PENDING, 403: NOT_PENDING})
    def get(self):
        """List events.

        Without a filter, all that are approved, latest start first.
        """
        wanted = _read_filter()
        if wanted.name == "pending":
            _check_may_list_pending()
        user = get_caller().user
        return render_events(list_events(reader(), wanted, read_paging(), utc_now(), user and user.id))

    @accepts_body(NewEventSchema)
    @returns_empty(201, "It is approved already.", location="/v2.1/events/3")
    @returns_empty(202, "It waits for approval.", location="/v2.1/events")
    @fails_with({401: TO_CREATE, 400: (*BAD_EVENT, "You may only have 3 pending events at one time")})
    def post(self):
        """Submit an event.

        It waits for an admin's approval (202), unless the submitter is an admin or trusted (201).
        """
        user = require_user(TO_CREATE)
        given = get_params()
        details = parse_event(given, is_new=True, more_problems=lambda: _too_many_pending(user))
        approve = current_app.config["ALLOW_AUTO_APPROVE_EVENTS"] and given.is_true("auto_approve_event")
        event = submit_event(db.session, details, submitter=user, now=utc_now(), approve=approve)
        db.session.commit()
        if approve or is_auto_approved(user):
            return empty_response(201, links().event(event.id))
        return empty_response(202, base_url() + request.path)


@blp.route("/events/<positive:event_id>")
class OneEvent(MethodView):
    @returns(EventPageSchema, VerboseEventPageSchema)
    @fails_with({404: "Event not found"})
    def get(self, event_id):
        """Show an event.

        Hosts see their own event also while it waits and after it was rejected, with the reason.
        """
        key, viewer = find_event_key(reader(), event_id, get_caller().user)
        return render_events(single_page(key), viewer=viewer)

    @with_event(can_edit_event, login_message=TO_EDIT, refusal=NOT_HOST)
    @accepts_body(EventBodySchema)
    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({400: BAD_EVENT})
    def put(self, event, viewer):
        """Edit an event.

        Absent optional fields stay as they are, but for the two dates of the call for papers.
        """
        edit_event(db.session, event, parse_event(get_params(), is_new=False))
        db.session.commit()
        return empty_response(204, base_url() + request.path)


@blp.route("/events/<positive:event_id>/submission")
class EventSubmission(MethodView):
    @with_event(can_edit_event, login_message=TO_CREATE, refusal=NOT_HOST)
    @returns_empty(202, "It waits for approval again.", location="/v2.1/events/3")
    def post(self, event, viewer):
        """Submit a rejected event again."""
        if problems := _too_many_pending(viewer.user):
            raise InvalidInput(problems[0])
        resubmit_event(db.session, event)
        db.session.commit()
        return empty_response(202, links().event(event.id))


@blp.route("/events/<positive:event_id>/approval")
class EventApproval(MethodView):
    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({401: TO_CREATE, 403: NOT_TO_APPROVE, 400: "This event cannot be approved"})
    def post(self, event_id):
        """Approve a waiting event. Its hosts are told by mail."""
        reviewer = _reviewer(NOT_TO_APPROVE)
        approve_event(db.session, event_id, reviewer=reviewer)
        db.session.commit()
        return empty_response(204, links().event(event_id))

    @accepts_query("reason")
    @returns_empty(204)
    @fails_with({401: TO_CREATE, 403: NOT_TO_REJECT, 400: "This event cannot be rejected"})
    def delete(self, event_id):
        """Reject a waiting event, with a reason that its hosts can read."""
        reviewer = _reviewer(NOT_TO_REJECT)
        reason = to_plain_text(get_query_params().text("reason"))
        reject_event(db.session, event_id, reviewer=reviewer, reason=reason, mail_from=current_app.config["MAIL_FROM"])
        db.session.commit()
        return empty_response(204)


@blp.route("/events/<positive:event_id>/attending")
class EventAttending(MethodView):
    @returns(AttendingSchema)
    def get(self, event_id):
        """Tell whether the caller attends."""
        viewer = load_viewer_for_events(reader(), get_caller().user, [event_id])
        return object_response({"is_attending": event_id in viewer.attending})

    @returns_empty(201, location="/v2.1/events/3/attending")
    @fails_with({401: TO_CREATE, 404: "Event not found"})
    def post(self, event_id):
        """Attend."""
        user = require_user(TO_CREATE)
        if not attend_in_transaction(writer(), event_id, user.id):
            # Not for everybody, but it may be for them.
            find_event_key(reader(), event_id, user)
            attend(db.session, event_id, user.id)
            db.session.commit()
        return empty_response(201, base_url() + request.path)

    @returns_empty(200, location="/v2.1/events/3/attending")
    @fails_with({401: TO_DELETE})
    def delete(self, event_id):
        """Attend no longer."""
        unattend_in_transaction(writer(), event_id, require_user(TO_DELETE).id)
        return empty_response(200, base_url() + request.path)


@blp.route("/events/<positive:event_id>/attendees")
class EventAttendees(MethodView):
    @returns_page(UserPageSchema, VerboseUserPageSchema)
    def get(self, event_id):
        """List who attends."""
        return render_users(list_attendees(reader(), event_id, read_paging()))


class OtherEvents(MethodView):
    """What the original makes of addresses below /events that it does not know (spec 2.17, 3)."""

    # Addresses of their own in the original, where they want a number; zero is one, of no event.
    NUMBERED = ("hosts", "claims", "images", "comments/reported", "talk_comments/reported")

    def get(self, rest):
        number, _, below = rest.rstrip("/").partition("/")
        if number.strip("0").isdecimal():
            raise NotFound("Unknown Subrequest")
        if number.isdecimal() and below in self.NUMBERED:
            raise NotFound("Event not found")
        return Events().get()

    def post(self, rest):
        require_user(TO_CREATE)
        raise NotFound("Operation not supported, sorry")

    def put(self, rest):
        if "/" in rest:
            raise MethodNotAllowed("Method not supported")
        require_user(TO_EDIT)
        raise NotFound("Event not found")

    def delete(self, rest):
        require_user(TO_DELETE)
        raise NotFound("Operation not supported, sorry")


# Past the documentation: nobody is meant to call these.
add_undocumented_route(blp, "/events/<path:rest>", OtherEvents)


def _read_filter():
    given = get_query_params()
    if given is NO_PARAMS:
        return NO_FILTER
    name = given.text("filter") or None
    return EventFilter(
        name="cfp" if name == "cfps" else name,
        title=given.text("title") if "title" in given else None,
        stub=given.text("stub") if "stub" in given else None,
        tags=_read_tags(given),
        starts_from=_read_date(given, "startdate"),
        starts_before=_read_date(given, "enddate"),
    )


def _read_date(given, name):
    if name not in given:
        return None
    text = given.text(name)
    if is_relative(text):
        disable_shared_cache()
    return parse_date(text, None, utc_now())


def _read_tags(given):
    if "tags" not in given:
        return ()
    tags = given.texts("tags")
    return tuple(tag for tag in ([given.text("tags")] if tags is None else tags) if tag.strip())


def _too_many_pending(user):
    limit = current_app.config["MAX_PENDING_EVENTS"]
    if not has_reached_pending_limit(db.session, user, limit):
        return []
    return [f"You may only have {limit} pending event{'s' if limit > 1 else ''} at one time"]


def _check_may_list_pending():
    if get_caller().user is None:
        raise InvalidInput(TO_LIST_PENDING)
    if not can_list_pending_events(Viewer(get_caller().user)):
        raise Forbidden(NOT_PENDING)


def _reviewer(refusal):
    user = require_user(TO_CREATE)
    if not can_review_event(Viewer(user)):
        raise Forbidden(refusal)
    return user
