"""Guests of an event, found by the token of their link, and share links by which people become guests."""

from sqlalchemy import select

from joindin.errors import Forbidden
from joindin.models.crew import CrewGuest, EventGuestShare
from joindin.queries.crew.pages.events import get_event_row
from joindin.queries.crew.viewers import CrewRights, CrewViewer
from joindin.security.tokens import hash_token
from joindin.viewer import Viewer

MSG_INVALID_LINK = "This link is not valid, or no longer."

# Sees the participants of every event that is no draft. For events that show them to everyone.
GUEST_VIEWER = CrewViewer(0, CrewRights(views_events=True), Viewer(None), None, (0, 0, 0), 0)


def find_shared_event(session, event_id: int, token: str):
    """Return the row of the event of a share link.

    :raises Forbidden: if the link is wrong or switched off, or the event is a draft.
    """
    share = session.scalar(select(EventGuestShare).filter_by(event_id=event_id, token=token, is_active=True))
    event = get_event_row(session, event_id) if share else None
    if event is None or event.is_draft:
        raise Forbidden(MSG_INVALID_LINK)
    return event


def find_guest(session, access_token: str) -> CrewGuest:
    """:raises Forbidden: if there is no guest with this token."""
    guest = session.scalar(select(CrewGuest).filter_by(access_token_hash=hash_token(access_token)))
    if guest is None:
        raise Forbidden(MSG_INVALID_LINK)
    return guest
