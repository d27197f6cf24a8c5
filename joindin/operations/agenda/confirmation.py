"""Confirmation and hiding of events, and their owners, as Gancio's API speaks of them.

To confirm a pending event is its approval. To hide an event returns it to the approval queue.
"""

import datetime as dt

from sqlalchemy import delete, select

from joindin.db.upserts import insert_or_ignore
from joindin.errors import Forbidden, NotFound
from joindin.models import Event, EventContact, EventHost, User
from joindin.operations.accounts.roles import set_roles
from joindin.operations.agenda.anonymous_submissions import end_anonymous_submission
from joindin.operations.agenda.editing import MSG_NOT_FOUND, lock_event
from joindin.operations.agenda.series import create_next_occurrence
from joindin.operations.audit import log_action
from joindin.operations.event_approval import approve_event
from joindin.operations.hosts import recompute_event_ratings
from joindin.permissions import can_moderate_agenda, is_confirmed, is_rejected
from joindin.viewer import UserSnapshot, Viewer


def confirm_event(session, event_id: int, *, actor: UserSnapshot, now: dt.datetime) -> None:
    """Publish a pending event; no effect on one that is live. For a reviewer this is its approval.

    :raises NotFound: if the event does not exist or was rejected.
    """
    event = _lock_undecided(session, event_id)
    if is_confirmed(event):
        return
    if can_moderate_agenda(Viewer(actor)):
        approve_event(session, event_id, reviewer=actor)
        return
    event.is_active, event.is_pending = True, False
    session.flush()
    log_action(session, "event.show", event, actor=actor)
    if event.is_series:
        create_next_occurrence(session, event_id, now=now)


def unconfirm_event(session, event_id: int, *, actor: UserSnapshot) -> None:
    """Hide an event in the approval queue; no effect on one that is there.

    The series of an occurrence skips its date: the next run of the job, or the next change of the series, creates the date
    after it.

    :raises NotFound: if the event does not exist or was rejected.
    """
    event = _lock_undecided(session, event_id)
    if not is_confirmed(event):
        return
    event.is_active, event.is_pending = False, True
    session.flush()
    log_action(session, "event.hide", event, actor=actor)


def assign_event(session, event_id: int, *, owner_id: int, actor: UserSnapshot) -> None:
    """Make another user the owner of the event. The former owner is no host any more; other hosts stay. A sender without an
    account can no longer change it.

    :raises NotFound: if the event or the user does not exist.
    """
    event = lock_event(session, event_id)
    owner = session.get(User, owner_id)
    if owner is None or not owner.is_active:
        raise NotFound(MSG_NOT_FOUND)
    former_id = get_owner_id(session, event_id)
    if former_id == owner_id:
        return
    former = session.get(User, former_id) if former_id else None
    session.execute(delete(EventContact).where(EventContact.event_id == event_id))
    if former is not None:
        session.execute(delete(EventHost).where(EventHost.event_id == event_id, EventHost.user_id == former_id))
    insert_or_ignore(session, EventHost, event_id=event_id, user_id=owner_id)
    session.add(EventContact(event_id=event_id, user_id=owner_id))
    event.contact_name = owner.full_name
    session.flush()
    recompute_event_ratings(session, event_id)
    end_anonymous_submission(session, event)
    names = [former.username if former else None, owner.username]
    log_action(session, "event.assign", event, actor=actor, changes={"host": names})


def deactivate_owner(session, event_id: int, *, actor: UserSnapshot) -> None:
    """Deactivate the account of the event's owner until an admin activates it again.

    :raises NotFound: if the event does not exist or has no owner.
    :raises Forbidden: if the owner is the actor, or moderates as well and the actor is no admin.
    """
    event, owner_id = session.get(Event, event_id), get_owner_id(session, event_id)
    owner = session.get(User, owner_id) if owner_id is not None else None
    if event is None or owner is None:
        raise NotFound(MSG_NOT_FOUND)
    if owner.id == actor.id or ((owner.is_admin or owner.is_editor) and not Viewer(actor).is_admin):
        raise Forbidden("Forbidden")
    reason = f"Author of {event.name}"[:200]
    set_roles(session, owner.id, {"active": False}, actor=actor, reason=reason, is_suspension=True)


def get_owner_id(session, event_id: int) -> int | None:
    """Return the user who submitted the event, or else its first host."""
    owner_id = session.scalar(select(EventContact.user_id).where(EventContact.event_id == event_id))
    if owner_id is not None:
        return owner_id
    hosts = select(EventHost.user_id).where(EventHost.event_id == event_id).order_by(EventHost.id)
    return session.scalar(hosts.limit(1))


def _lock_undecided(session, event_id) -> Event:
    event = lock_event(session, event_id)
    if is_rejected(event):
        raise NotFound(MSG_NOT_FOUND)
    return event
