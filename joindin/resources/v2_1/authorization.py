"""Authorisation decorators of v2.1: they find the object, check the caller's right, and document their errors.

They run before the body of the request is read, in the order of the contract: 401, 404, 403, and then 400 by the method.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from flask import request

from joindin.errors import DomainError, Forbidden, InvalidInput, NotFound, Unauthenticated
from joindin.extensions import db
from joindin.http.request_identity import get_caller
from joindin.models import Event, Talk
from joindin.operations.audit import log_action
from joindin.operations.tracks import MSG_EVENT_NOT_FOUND
from joindin.permissions import can_edit_event, can_see_parts_of_event
from joindin.queries.accounts.granted_permissions import load_permissions
from joindin.queries.event_visibility import check_event_access
from joindin.queries.talks import find_talk_unloaded
from joindin.queries.tracks import MSG_TRACK_NOT_FOUND, find_track
from joindin.queries.viewer_relations import load_viewer_for_events, load_viewer_for_talk_editing
from joindin.resources.v2_1.authentication import require_user
from joindin.resources.v2_1.openapi import fails_with
from joindin.viewer import Viewer

READ_METHODS = ("GET", "HEAD")


MSG_PASSWORD_SIGN_IN_REQUIRED = "This client does not have permission to perform this operation"


def requires(predicate: Callable, *, login_message: str, refusal: str, by_password_sign_in: bool = False):
    """Pass the signed-in ``viewer`` with their granted permissions, if ``predicate(viewer)`` holds.

    ``by_password_sign_in`` is for changes of roles and accounts: tokens that were delegated are refused.

    :raises Unauthenticated, Forbidden: in that order.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, **kwargs):
            viewer = load_permissions(db.session, require_user(login_message))
            if not predicate(viewer):
                raise Forbidden(refusal)
            if by_password_sign_in and not get_caller().may_change_account:
                raise Forbidden(MSG_PASSWORD_SIGN_IN_REQUIRED)
            return method(self, *args, viewer=viewer, **kwargs)

        refusals = (refusal, MSG_PASSWORD_SIGN_IN_REQUIRED) if by_password_sign_in else refusal
        return fails_with({401: login_message, 403: refusals})(guarded)

    return decorate


def with_event(predicate: Callable, *, login_message: str, refusal: str, find: Callable[[int], Event] | None = None):
    """Turn ``event_id`` into ``event`` and ``viewer``, if ``predicate(viewer, event)`` holds.

    The predicate alone decides, in any state of the event: hosts edit events that wait for approval. Reads of an event
    that the caller may not see find nothing, writes are forbidden (spec 4.5). ``find`` replaces the lookup where the contract has another error for a missing event; document that error with ``fails_with``.

    :raises Unauthenticated, NotFound, Forbidden: in that order.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, event_id, **kwargs):
            user = require_user(login_message)
            event = (find or _find_event)(event_id)
            viewer = load_viewer_for_events(db.session, user, [event_id])
            if not check_permission_and_audit(predicate, viewer, event):
                if request.method in READ_METHODS and not can_see_parts_of_event(viewer, event):
                    raise NotFound("Event not found")
                raise Forbidden(refusal)
            return method(self, *args, event=event, viewer=viewer, **kwargs)

        messages = {401: login_message, 403: refusal} | ({} if find else {404: "Event not found"})
        return fails_with(messages)(guarded)

    return decorate


def with_talk(
    predicate: Callable | None = None,
    *,
    login_message: str | None = None,
    refusal: str = "",
    error_class: type[DomainError] | None = None,
):
    """Turn ``talk_id`` into ``talk`` with its event, and ``viewer``. Both must be visible, also to hosts.

    Without a predicate the viewer's relations are not loaded. ``error_class`` replaces both ``Unauthenticated`` and ``Forbidden``
    where the contract does not distinguish them.

    :raises Unauthenticated, NotFound, Forbidden: in that order.
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

        messages = {404: ["Talk not found"]}
        for status, message in ((401, login_message), (403, refusal)):
            if message:
                messages.setdefault({InvalidInput: 400, Forbidden: 403}.get(error_class, status), []).append(message)
        return fails_with(messages, requires_token=bool(login_message))(guarded)

    return decorate


def with_track(*, login_message: str, refusal: str):
    """Turn ``track_id`` into ``track``, if the caller may edit its event and the event is visible.

    :raises Unauthenticated, NotFound, Forbidden: in that order.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, track_id, **kwargs):
            user = require_user(login_message)
            track = find_track(db.session, track_id)
            check_event_access(db.session, track.event_id, user, MSG_TRACK_NOT_FOUND)
            event = find_event_with_tracks(track.event_id)
            viewer = load_viewer_for_events(db.session, user, [event.id])
            if not check_permission_and_audit(can_edit_event, viewer, event):
                raise Forbidden(refusal)
            return method(self, *args, track=track, **kwargs)

        return fails_with({401: login_message, 403: refusal, 404: [MSG_TRACK_NOT_FOUND, MSG_EVENT_NOT_FOUND]})(guarded)

    return decorate


def find_event_with_tracks(event_id: int) -> Event:
    """Return a visible event: the tracks of other events cannot be edited.

    :raises NotFound: otherwise.
    """
    event = db.session.get(Event, event_id)
    if event is None or not event.is_visible:
        raise NotFound(MSG_EVENT_NOT_FOUND)
    return event


def _find_event(event_id):
    event = db.session.get(Event, event_id)
    if event is None:
        raise NotFound("Event not found")
    return event


def check_permission_and_audit(predicate: Callable, viewer: Viewer, subject: Event | Talk) -> bool:
    """Return whether ``predicate`` holds. Log a write that an admin may do only because of the role.

    The entry belongs to the transaction of the request: a later error rolls it back.
    """
    if not predicate(viewer, subject):
        return False
    if viewer.is_admin and request.method not in READ_METHODS:
        without_role = replace(viewer, user=viewer.user._replace(is_admin=False))
        if not predicate(without_role, subject):
            subject_type = "event" if isinstance(subject, Event) else "talk"
            changes = {"request": [None, f"{request.method} {request.path}"]}
            log_action(db.session, f"{subject_type}.override", subject, actor=viewer.user, changes=changes)
    return True
