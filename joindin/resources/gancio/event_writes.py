"""Writes of events: submission, changes, deletion, confirmation and ownership (contract, sections 6.3 to 6.6)."""

from dataclasses import replace

from flask import current_app, request

from joindin.errors import Forbidden, NotFound
from joindin.extensions import db, media_storage
from joindin.http.request_identity import get_caller
from joindin.models import Event
from joindin.operations.agenda.confirmation import assign_event, confirm_event, deactivate_owner, unconfirm_event
from joindin.operations.agenda.editing import delete_event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.agenda.places import check_place
from joindin.operations.agenda.series_editing import THIS, edit_series_event
from joindin.operations.agenda.submission import submit_agenda_event
from joindin.operations.audit import log_action
from joindin.operations.events import UNCHANGED
from joindin.permissions import (
    can_administer_site,
    can_confirm_agenda_event,
    can_edit_agenda_event,
    can_moderate_agenda,
    can_review_event,
    is_host,
    is_rejected,
)
from joindin.queries.agenda.agenda_events import load_agenda_event_records
from joindin.queries.agenda.site_settings import load_site_settings
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.representations.gancio.events import represent_written_event
from joindin.resources.gancio.authentication import has_credentials, require_user, requires
from joindin.resources.gancio.blueprints import StrictBlueprint
from joindin.resources.gancio.body_values import to_id
from joindin.resources.gancio.errors import InvalidToken
from joindin.resources.gancio.event_bodies import (
    add_other_fields,
    parse_changed_event,
    parse_new_event,
    parse_scope,
    parse_submitter_email,
    read_event_body,
)
from joindin.resources.gancio.event_images import read_flyer, read_upload
from joindin.resources.gancio.request_params import read_params
from joindin.resources.gancio.responses import json_response, text_response
from joindin.utils.datetimes import utc_now
from joindin.viewer import Viewer

blp = StrictBlueprint("gancio_event_writes", __name__, url_prefix="/api")

MSG_NOT_FOUND = "Not Found"


@blp.post("/event")
@blp.post("/events")
def submit_event():
    """Store an event. It is live at once or waits in the approval queue; without an account only if the site allows it."""
    user, settings, now = _submitter(), load_site_settings(db.session), utc_now()
    if user is None and not settings["allow_anon_event"]:
        raise Forbidden("Forbidden")
    body, upload = read_event_body(), read_upload()
    fields = parse_new_event(body, is_anonymous=user is None, now=now)
    check_place(db.session, fields.place, sees_all=user is not None)
    fields = add_other_fields(fields, body)
    email = parse_submitter_email(body) if user is None else None
    fields = replace(fields, flyer=read_flyer(body, upload, is_new=True))
    with FlyerStore(media_storage()) as files:
        submission = submit_agenda_event(
            db.session,
            fields,
            submitter=user,
            settings=settings,
            files=files,
            now=now,
            max_pending=current_app.config["MAX_PENDING_EVENTS"],
            email=email,
        )
        db.session.commit()
    answer = _represent(submission.event.id)
    if submission.secret is not None:
        answer["edit_url"] = f"{current_app.config['PUBLIC_URL']}/event/edit/?token={submission.secret}"
    return _private(json_response(answer))


@blp.put("/event")
def change_event_in_body():
    """Change the event whose id is in the body."""
    require_user()
    body = read_event_body()
    return _change(to_id(body.get("id")), body)


@blp.put("/event/<row_id:event_id>")
@blp.put("/events/<row_id:event_id>")
def change_event(event_id):
    require_user()
    return _change(event_id, read_event_body())


@blp.delete("/event/<row_id:event_id>")
@blp.delete("/events/<row_id:event_id>")
def remove_event(event_id):
    _, viewer = _authorise(event_id, can_edit_agenda_event)
    with FlyerStore(media_storage()) as files:
        delete_event(db.session, event_id, actor=viewer.user, files=files)
        db.session.commit()
    return text_response()


@blp.put("/event/confirm/<row_id:event_id>")
def confirm(event_id):
    _, viewer = _authorise(event_id, can_confirm_agenda_event)
    confirm_event(db.session, event_id, actor=viewer.user, now=utc_now())
    db.session.commit()
    return text_response()


@blp.put("/event/unconfirm/<row_id:event_id>")
def unconfirm(event_id):
    _, viewer = _authorise(event_id, can_edit_agenda_event)
    unconfirm_event(db.session, event_id, actor=viewer.user)
    db.session.commit()
    return text_response()


@blp.put("/event/assign_to_author")
@requires(can_administer_site)
def assign_to_author():
    params = read_params()
    assign_event(db.session, to_id(params.get("id")), owner_id=to_id(params.get("user_id")), actor=require_user())
    db.session.commit()
    return text_response()


@blp.put("/event/disable_author/<row_id:event_id>")
@requires(can_moderate_agenda, by_password_sign_in=True)
def disable_author(event_id):
    if not load_site_settings(db.session)["enable_moderation"]:
        raise Forbidden("Forbidden")
    _, viewer = _authorise(event_id, can_review_event)
    deactivate_owner(db.session, event_id, actor=viewer.user)
    db.session.commit()
    return text_response()


def _submitter():
    """Return the user of the request, or None for a visitor.

    :raises InvalidToken: if the request has credentials that are not valid here. Writes take a bearer token in the header only.
    """
    user = get_caller().user
    if user is None and has_credentials():
        raise InvalidToken("Unauthorized")
    return user


def _change(event_id, body):
    event, viewer = _authorise(event_id, can_edit_agenda_event)
    upload = read_upload()
    fields = parse_changed_event(body, event)
    if fields.place is not UNCHANGED:
        check_place(db.session, fields.place)
    fields = add_other_fields(fields, body)
    scope = parse_scope(body)
    if scope != THIS and event.parent_id is not None:
        _authorise(event.parent_id, can_edit_agenda_event)
    fields = replace(fields, flyer=read_flyer(body, upload, is_new=False))
    if fields.flyer.flyer is not None:
        # Processing or fetching the image may have taken seconds, in which another may have decided on the event.
        event, viewer = _authorise(event_id, can_edit_agenda_event)
    with FlyerStore(media_storage()) as files:
        event = edit_series_event(db.session, event_id, fields, scope=scope, files=files, now=utc_now())
        if not is_host(viewer, event):
            request_line = f"{request.method} {request.path}"
            log_action(
                db.session, "event.override", event, actor=viewer.user, changes={"request": [None, request_line]}
            )
        db.session.commit()
    return _private(json_response(_represent(event_id, is_update=True)))


def _authorise(event_id, predicate) -> tuple[Event, Viewer]:
    """Return the event and the viewer with their relation to it.

    :raises Unauthenticated, NotFound, Forbidden: in that order. Private and rejected events are no events of the agenda.
    """
    user = require_user()
    event = db.session.get(Event, event_id)
    if event is None or event.is_private or is_rejected(event):
        raise NotFound(MSG_NOT_FOUND)
    viewer = load_viewer_for_events(db.session, user, [event_id])
    if not predicate(viewer, event):
        raise Forbidden("Forbidden")
    return event, viewer


def _represent(event_id, **options):
    return represent_written_event(load_agenda_event_records(db.session, [event_id])[event_id], **options)


def _private(response):
    response.cache_control.no_store = True
    return response
