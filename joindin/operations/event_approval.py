"""Deciding about submitted events."""

from joindin.db.locking import locked
from joindin.errors import Conflict, Invalid
from joindin.models import Event
from joindin.operations.audit import record
from joindin.operations.outbox import addresses, send_later
from joindin.queries.accounts.users import list_hosts_to_tell
from joindin.viewer import Person

LONGEST_REASON = 200
CHANGED = "The event has changed since you looked at it"


def approve_event(session, event_id: int, *, reviewer: Person, seen_version: int | None = None) -> Event:
    """Make a waiting event live; its hosts hear of it.

    :raises Invalid: if it is not there or not waiting, also when somebody decided a moment ago.
    :raises Conflict: if it is no longer what the reviewer has seen.
    """
    event = _waiting(session, event_id, "This event cannot be approved", seen_version)
    event.is_active, event.is_pending, event.reviewer_id = True, False, reviewer.id
    session.flush()
    record(session, "event.approve", event, actor=reviewer)
    send_later(
        session,
        "event_approved",
        addresses(list_hosts_to_tell(session, event.id)),
        title=event.name,
        slug=event.slug,
    )
    return event


def reject_event(
    session, event_id: int, *, reviewer: Person, reason: str, mail_from: str, seen_version: int | None = None
) -> Event:
    """Turn a waiting event down. With a reason, the hosts and the platform's own address hear of it.

    :raises Invalid: if it is not there or not waiting, or the reason is too long to keep.
    :raises Conflict: if it is no longer what the reviewer has seen.
    """
    if len(reason) > LONGEST_REASON:
        raise Invalid(f"The field 'reason' must not be longer than {LONGEST_REASON} characters")
    event = _waiting(session, event_id, "This event cannot be rejected", seen_version)
    event.is_active, event.is_pending, event.reviewer_id = False, False, reviewer.id
    event.rejection_reason = reason
    session.flush()
    record(session, "event.reject", event, actor=reviewer, reason=reason)
    if reason:
        send_later(
            session,
            "event_rejected",
            [mail_from, *addresses(list_hosts_to_tell(session, event.id))],
            title=event.name,
            slug=event.slug,
            reason=reason,
        )
    return event


def _waiting(session, event_id, refusal, seen_version):
    event = locked(session, Event, event_id)
    if event is None or not event.is_pending or event.is_active:
        raise Invalid(refusal)
    if seen_version not in (None, event.version):
        raise Conflict(CHANGED)
    return event
