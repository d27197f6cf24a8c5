"""What is checked before a body is read: who, which thing, may they."""

from collections.abc import Callable
from functools import wraps

from joindin.errors import NotAllowed, NotFound
from joindin.extensions import db
from joindin.models import Event
from joindin.queries.events import find_event
from joindin.queries.viewers import view_events
from joindin.resources.v2_1.callers import caller, signed_in


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
                if not predicate(viewer, event):
                    raise NotAllowed(refusal)
            return method(self, *args, event=event, viewer=viewer, **kwargs)

        return guarded

    return decorate
