"""What is checked before a body is read: who, which thing, may they."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from flask import request

from joindin.errors import DomainError, Forbidden, InvalidInput, NotFound, Unauthenticated
from joindin.extensions import db
from joindin.models import Event, Talk
from joindin.operations.audit import log_action
from joindin.operations.tracks import MSG_EVENT_NOT_FOUND
from joindin.permissions import can_edit_event
from joindin.queries.events import find_event
from joindin.queries.talks import find_talk_unloaded
from joindin.queries.tracks import find_track
from joindin.queries.viewer_relations import load_viewer_for_events, load_viewer_for_talk_editing
from joindin.resources.v2_1.authentication import get_caller, require_user
from joindin.resources.v2_1.openapi import fails_with
from joindin.viewer import UserSnapshot, Viewer

READS = ("GET", "HEAD")


def with_event(predicate: Callable | None = None, *, login_message: str | None = None, refusal: str = ""):
    """Turn ``event_id`` into ``event`` and ``viewer``.

    ``sign_in`` is the sentence for visitors who must sign in. Without a predicate the event must
    be one that the caller may see; with one, the caller must have that right, and then the state
    of the event does not matter: hosts edit what waits for approval.

    :raises Unauthenticated, NotFound, Forbidden: in that order, as in the original.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, event_id, **kwargs):
            user = require_user(login_message) if login_message else get_caller().user
            if predicate is None:
                event, viewer = find_event(db.session, event_id, user)
            else:
                event = db.session.get(Event, event_id)
                if event is None:
                    raise NotFound("Event not found")
                viewer = load_viewer_for_events(db.session, user, [event_id])
                if not check_permission_and_audit(predicate, viewer, event):
                    raise Forbidden(refusal)
            return method(self, *args, event=event, viewer=viewer, **kwargs)

        refused = {401: login_message, 403: refusal, 404: "Event not found"}
        return fails_with({status: sentence for status, sentence in refused.items() if sentence})(guarded)

    return decorate


def with_talk(
    predicate: Callable | None = None,
    *,
    login_message: str | None = None,
    refusal: str = "",
    error_class: type[DomainError] | None = None,
):
    """Turn ``talk_id`` into ``talk``, its event with it, and ``viewer``. Both must be visible, also to hosts.

    Without a predicate the viewer knows nobody's rights. ``refuse`` is how visitors and strangers
    are both refused, where the original makes no difference.

    :raises Unauthenticated, NotFound, Forbidden: in that order, as in the original.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, talk_id, **kwargs):
            user = get_caller().user
            if login_message and user is None:
                raise (error_class or Unauthenticated)(login_message)
            talk = find_talk_unloaded(db.session, talk_id)
            viewer = load_viewer_for_talk_editing(db.session, user, [talk] if predicate else [])
            if predicate and not check_permission_and_audit(predicate, viewer, talk):
                raise (error_class or Forbidden)(refusal)
            return method(self, *args, talk=talk, viewer=viewer, **kwargs)

        said = {404: ["Talk not found"]}
        for status, sentence in ((401, login_message), (403, refusal)):
            if sentence:
                said.setdefault({InvalidInput: 400, Forbidden: 403}.get(error_class, status), []).append(sentence)
        return fails_with(said, requires_token=bool(login_message))(guarded)

    return decorate


def with_track(*, login_message: str, refusal: str):
    """Turn ``track_id`` into ``track``, for those who run its event, which must be visible."""

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, track_id, **kwargs):
            user = require_user(login_message)
            track = find_track(db.session, track_id)
            find_event_for_track_edit(track.event_id, user, refusal)
            return method(self, *args, track=track, **kwargs)

        return fails_with({401: login_message, 403: refusal, 404: ["Track not found", MSG_EVENT_NOT_FOUND]})(guarded)

    return decorate


def find_event_for_track_edit(event_id: int, user: UserSnapshot, refusal: str) -> Event:
    """The event, for those who run it; :raises NotFound, Forbidden: otherwise."""
    event = db.session.get(Event, event_id)
    if event is None or not event.is_visible:
        raise NotFound(MSG_EVENT_NOT_FOUND)
    if not check_permission_and_audit(can_edit_event, load_viewer_for_events(db.session, user, [event_id]), event):
        raise Forbidden(refusal)
    return event


def check_permission_and_audit(predicate: Callable, viewer: Viewer, thing: Event | Talk) -> bool:
    """Whether ``predicate`` holds. An admin who writes to what only others run leaves an entry in the audit log.

    What is written is undone with all else if the request is refused later on.
    """
    if not predicate(viewer, thing):
        return False
    if viewer.is_admin and request.method not in READS:
        ordinary = replace(viewer, user=viewer.user._replace(is_admin=False))
        if not predicate(ordinary, thing):
            kind = "event" if isinstance(thing, Event) else "talk"
            changes = {"request": [None, f"{request.method} {request.path}"]}
            log_action(db.session, f"{kind}.override", thing, actor=viewer.user, changes=changes)
    return True
