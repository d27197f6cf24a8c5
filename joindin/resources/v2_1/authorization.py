"""What is checked before a body is read: who, which thing, may they."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from flask import request

from joindin.errors import Invalid, NotAllowed, NotFound, NotSignedIn, Refused
from joindin.extensions import db
from joindin.models import Event, Talk
from joindin.operations.audit import record
from joindin.operations.tracks import NO_EVENT
from joindin.permissions import can_edit_event
from joindin.queries.events import find_event
from joindin.queries.talks import find_talk_alone
from joindin.queries.tracks import find_track
from joindin.queries.viewer_relations import view_events, view_talks_to_edit
from joindin.resources.v2_1.authentication import caller, signed_in
from joindin.resources.v2_1.openapi import refuses
from joindin.viewer import Person, Viewer

READS = ("GET", "HEAD")


def for_event(predicate: Callable | None = None, *, sign_in: str | None = None, refusal: str = ""):
    """Turn ``event_id`` into ``event`` and ``viewer``.

    ``sign_in`` is the sentence for visitors who must sign in. Without a predicate the event must
    be one that the caller may see; with one, the caller must have that right, and then the state
    of the event does not matter: hosts edit what waits for approval.

    :raises NotSignedIn, NotFound, NotAllowed: in that order, as in the original.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, event_id, **kwargs):
            user = signed_in(sign_in) if sign_in else caller().user
            if predicate is None:
                event, viewer = find_event(db.session, event_id, user)
            else:
                event = db.session.get(Event, event_id)
                if event is None:
                    raise NotFound("Event not found")
                viewer = view_events(db.session, user, [event_id])
                if not allows(predicate, viewer, event):
                    raise NotAllowed(refusal)
            return method(self, *args, event=event, viewer=viewer, **kwargs)

        refused = {401: sign_in, 403: refusal, 404: "Event not found"}
        return refuses({status: sentence for status, sentence in refused.items() if sentence})(guarded)

    return decorate


def for_talk(
    predicate: Callable | None = None,
    *,
    sign_in: str | None = None,
    refusal: str = "",
    refuse: type[Refused] | None = None,
):
    """Turn ``talk_id`` into ``talk``, its event with it, and ``viewer``. Both must be visible, also to hosts.

    Without a predicate the viewer knows nobody's rights. ``refuse`` is how visitors and strangers
    are both refused, where the original makes no difference.

    :raises NotSignedIn, NotFound, NotAllowed: in that order, as in the original.
    """

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, talk_id, **kwargs):
            user = caller().user
            if sign_in and user is None:
                raise (refuse or NotSignedIn)(sign_in)
            talk = find_talk_alone(db.session, talk_id)
            viewer = view_talks_to_edit(db.session, user, [talk] if predicate else [])
            if predicate and not allows(predicate, viewer, talk):
                raise (refuse or NotAllowed)(refusal)
            return method(self, *args, talk=talk, viewer=viewer, **kwargs)

        said = {404: ["Talk not found"]}
        for status, sentence in ((401, sign_in), (403, refusal)):
            if sentence:
                said.setdefault({Invalid: 400, NotAllowed: 403}.get(refuse, status), []).append(sentence)
        return refuses(said, token=bool(sign_in))(guarded)

    return decorate


def for_track(*, sign_in: str, refusal: str):
    """Turn ``track_id`` into ``track``, for those who run its event, which must be visible."""

    def decorate(method):
        @wraps(method)
        def guarded(self, *args, track_id, **kwargs):
            user = signed_in(sign_in)
            track = find_track(db.session, track_id)
            find_event_of_tracks(track.event_id, user, refusal)
            return method(self, *args, track=track, **kwargs)

        return refuses({401: sign_in, 403: refusal, 404: ["Track not found", NO_EVENT]})(guarded)

    return decorate


def find_event_of_tracks(event_id: int, user: Person, refusal: str) -> Event:
    """The event, for those who run it; :raises NotFound, NotAllowed: otherwise."""
    event = db.session.get(Event, event_id)
    if event is None or not event.is_visible:
        raise NotFound(NO_EVENT)
    if not allows(can_edit_event, view_events(db.session, user, [event_id]), event):
        raise NotAllowed(refusal)
    return event


def allows(predicate: Callable, viewer: Viewer, thing: Event | Talk) -> bool:
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
            record(db.session, f"{kind}.override", thing, actor=viewer.user, changes=changes)
    return True
