"""Events: listing, reading, submitting and editing (spec 4)."""

from flask import current_app, request
from flask.views import MethodView
from flask_smorest import Blueprint

from joindin.errors import Forbidden, InvalidInput, MethodNotAllowed, NotFound
from joindin.extensions import db, reader
from joindin.http.request_identity import get_caller
from joindin.operations.events import (
    MSG_DUPLICATE_EVENT,
    edit_event,
    has_reached_pending_limit,
    pending_limit_message,
    submit_event,
)
from joindin.permissions import can_edit_event, can_list_pending_events, is_auto_approved
from joindin.queries.event_lists import EventFilter, list_events
from joindin.queries.events import find_event_key
from joindin.queries.paging import single_page
from joindin.representations.v2_1.events import EventPageSchema, VerboseEventPageSchema
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.authorization import with_event
from joindin.resources.v2_1.events.event_parsing import (
    INVALID_EVENT_MESSAGES,
    EventBodySchema,
    InvalidEvent,
    NewEventSchema,
    parse_event,
)
from joindin.resources.v2_1.links import base_url, links
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
from joindin.resources.v2_1.rendering import render_events
from joindin.resources.v2_1.request_params import NO_PARAMS, get_params, get_query_params
from joindin.resources.v2_1.responses import disable_shared_cache, empty_response
from joindin.utils.date_texts import DATE_FORMS, is_relative, parse_date
from joindin.utils.datetimes import utc_now
from joindin.viewer import Viewer

blp = Blueprint("events", __name__, url_prefix="/v2.1", description="Conferences and meetings")

MSG_LOGIN_TO_CREATE = "You must be logged in to create data"
MSG_LOGIN_TO_EDIT = "You must be logged in to edit data"
MSG_LOGIN_TO_DELETE = "You must be logged in to delete data"
MSG_LOGIN_TO_LIST_PENDING = "You must be logged in to view pending events"
MSG_FORBIDDEN_LIST_PENDING = "You don't have permission to view pending events"
MSG_INVALID_DATE = f"The parameter '%s' must be a date such as {DATE_FORMS}"
MSG_NOT_HOST = "You are not an host for this event"

NO_FILTER = EventFilter()


@blp.route("/events")
class Events(MethodView):
    @returns_page(EventPageSchema, VerboseEventPageSchema)
    @accepts_query("filter", "title", "stub", "tags", "startdate", "enddate")
    @fails_with({400: (MSG_LOGIN_TO_LIST_PENDING, MSG_INVALID_DATE % "startdate"), 403: MSG_FORBIDDEN_LIST_PENDING})
    def get(self):
        """List events.

        Without a filter: all approved events, latest start first.
        """
        if get_query_params().get("filter") == "pending":
            _check_can_list_pending()
        event_filter, user = _parse_filter(), get_caller().user
        return render_events(list_events(reader(), event_filter, read_paging(), utc_now(), user and user.id))

    @accepts_body(NewEventSchema)
    @returns_empty(201, "The event is approved.", location="/v2.1/events/3")
    @returns_empty(202, "The event waits for approval.", location="/v2.1/events")
    @fails_with(
        {
            401: MSG_LOGIN_TO_CREATE,
            400: (*INVALID_EVENT_MESSAGES, pending_limit_message(3)),
            409: f"{MSG_DUPLICATE_EVENT}. The first one is …",
        }
    )
    def post(self):
        """Submit an event.

        It waits for an admin's approval (202), unless the submitter is an admin or trusted (201). The same event of the
        same caller within ten minutes is refused (409), with the first one as `Location`, unless `force` is set.
        """
        user = require_user(MSG_LOGIN_TO_CREATE)
        params, max_pending = get_params(), current_app.config["MAX_PENDING_EVENTS"]
        try:
            details = parse_event(params)
        except InvalidEvent as error:
            # The contract reports an exhausted limit together with the errors of the fields (spec 4.4).
            if has_reached_pending_limit(db.session, user.id, max_pending):
                raise InvalidInput(f"{error}. {pending_limit_message(max_pending)}") from None
            raise
        approve = current_app.config["ALLOW_AUTO_APPROVE_EVENTS"] and params.is_true("auto_approve_event")
        event = submit_event(
            db.session,
            details,
            submitter=user,
            now=utc_now(),
            approve=approve,
            max_pending=max_pending,
            force=params.is_true("force") or params.get("force") in (1, "1"),
        )
        db.session.commit()
        if approve or is_auto_approved(user):
            return empty_response(201, links().event(event.id))
        return empty_response(202, base_url() + request.path)


@blp.route("/events/<positive:event_id>")
class EventDetail(MethodView):
    @returns(EventPageSchema, VerboseEventPageSchema)
    @fails_with({404: "Event not found"})
    def get(self, event_id):
        """Show an event.

        Hosts see their own event also while it is pending and after it was rejected, with the reason.
        """
        key, viewer = find_event_key(reader(), event_id, get_caller().user)
        return render_events(single_page(key), viewer=viewer)

    @with_event(can_edit_event, login_message=MSG_LOGIN_TO_EDIT, refusal=MSG_NOT_HOST)
    @accepts_body(EventBodySchema)
    @returns_empty(204, location="/v2.1/events/3")
    @fails_with({400: INVALID_EVENT_MESSAGES})
    def put(self, event, viewer):
        """Edit an event.

        Absent optional fields stay unchanged, except for the two dates of the call for papers. The header `Warning` tells
        how many talks start outside new dates of the event. They keep their time until they are edited.
        """
        talks_outside = edit_event(db.session, event, parse_event(get_params(), event))
        db.session.commit()
        response = empty_response(204, base_url() + request.path)
        if talks_outside:
            response.headers["Warning"] = talks_outside_warning(talks_outside)
        return response


class EventsFallback(MethodView):
    """Unknown paths below /events, answered like the original answers them (spec 2.17, 3)."""

    # The original has routes for these with any number as id, zero included.
    NUMBERED_PATHS = ("hosts", "claims", "images", "comments/reported", "talk_comments/reported")

    def get(self, rest):
        number, _, subpath = rest.rstrip("/").partition("/")
        if number.removeprefix("-").strip("0").isdecimal():
            raise NotFound("Unknown Subrequest")
        if number.isdecimal() and subpath in self.NUMBERED_PATHS:
            raise NotFound("Event not found")
        return Events().get()

    def post(self, rest):
        require_user(MSG_LOGIN_TO_CREATE)
        raise NotFound("Operation not supported, sorry")

    def put(self, rest):
        if "/" in rest:
            raise MethodNotAllowed("Method not supported")
        require_user(MSG_LOGIN_TO_EDIT)
        raise NotFound("Event not found")

    def delete(self, rest):
        require_user(MSG_LOGIN_TO_DELETE)
        raise NotFound("Operation not supported, sorry")


add_undocumented_route(blp, "/events/<path:rest>", EventsFallback)


def _parse_filter():
    params = get_query_params()
    if params is NO_PARAMS:
        return NO_FILTER
    name = params.text("filter") or None
    return EventFilter(
        name="cfp" if name == "cfps" else name,
        title=params.text("title") if "title" in params else None,
        stub=params.text("stub") if "stub" in params else None,
        tags=_parse_tags(params),
        starts_from=_parse_date(params, "startdate"),
        starts_before=_parse_date(params, "enddate"),
    )


def _parse_date(params, name):
    if name not in params:
        return None
    text = params.text(name)
    if not text.strip():
        return None
    now = utc_now()
    date = parse_date(text, None, now)
    if date is None:
        raise InvalidInput(MSG_INVALID_DATE % name)
    if is_relative(text, now):
        disable_shared_cache()
    return date


def _parse_tags(params):
    if "tags" not in params:
        return ()
    # An empty name is the name of no tag: such a list is empty.
    tags = params.texts("tags")
    return (params.text("tags"),) if tags is None else tuple(tags)


def talks_outside_warning(count):
    """Return the value of the header ``Warning`` (RFC 7234) for an event whose talks start outside its dates."""
    talks = "1 talk starts" if count == 1 else f"{count} talks start"
    return f'299 - "{talks} outside the dates of the event: move the talks or correct the dates"'


def _check_can_list_pending():
    user = get_caller().user
    if user is None:
        # The contract's status is 400, not 401.
        raise InvalidInput(MSG_LOGIN_TO_LIST_PENDING)
    if not can_list_pending_events(Viewer(user)):
        raise Forbidden(MSG_FORBIDDEN_LIST_PENDING)
