"""The link with which people without an account register for an event as guests (spec 19)."""

from joindin.models import Event, User
from joindin.models.crew import EventGuestShare
from joindin.operations.audit import log_action
from joindin.operations.crew.shifts import lock_crew_details
from joindin.security.tokens import new_token
from joindin.viewer import UserSnapshot


def set_guest_share(session, event_id: int, is_active: bool, *, actor: UserSnapshot, resets: bool = False) -> None:
    """Switch the link on or off. A link that is made again has another token, and the old one is of no use.

    :raises NotFound: if the event has no crew.
    """
    lock_crew_details(session, event_id)
    share = session.get(EventGuestShare, event_id)
    before = share is not None and share.is_active
    if share is None:
        share = EventGuestShare(event_id=event_id, token=new_token())
        session.add(share)
    if resets:
        share.token = new_token()
    share.is_active = is_active
    session.flush()
    if resets or before != is_active:
        log_action(
            session,
            "event.share",
            session.get_one(Event, event_id),
            actor=session.get_one(User, actor.id),
            changes={"guest link": [before, is_active]} | ({"guest link made again": [False, True]} if resets else {}),
        )
