"""Events that are shared with federation guests."""

from collections.abc import Collection

from sqlalchemy import delete

from joindin.models import Event, User
from joindin.models.crew import federation_shares
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.shifts import lock_crew_details
from joindin.queries.crew.federation import list_guests, list_shared_guest_ids

MSG_NO_GUEST = "Select a valid choice. That choice is not one of the available choices."


def share_event_with_guests(session, event_id: int, guest_ids: Collection[int], *, actor: User) -> None:
    """Share an event with these guests and no others. Users of other guests keep their participations.

    :raises NotFound: if the event has no crew.
    :raises InvalidCrewField: if there is no such guest.
    """
    lock_crew_details(session, event_id)
    names = {guest.id: guest.name for guest in list_guests(session)}
    if not set(guest_ids) <= names.keys():
        raise InvalidCrewField("shared_with", MSG_NO_GUEST)
    before, after = list_shared_guest_ids(session, event_id), sorted(set(guest_ids))
    if before == after:
        return
    shares = federation_shares.c
    session.execute(delete(federation_shares).where(shares.event_id == event_id, shares.guest_id.not_in(after)))
    if added := [{"event_id": event_id, "guest_id": id_} for id_ in after if id_ not in before]:
        session.execute(federation_shares.insert(), added)
    changes = {"shared with": [[names[id_] for id_ in before], [names[id_] for id_ in after]]}
    log_action(session, "event.share", session.get_one(Event, event_id), actor=actor, changes=changes)
