"""Approval and rejection of submitted events."""

from joindin.db.locking import lock_row
from joindin.errors import Conflict, InvalidInput
from joindin.models import Event
from joindin.operations.agenda.anonymous_submissions import end_anonymous_submission
from joindin.operations.agenda.series import create_next_occurrence
from joindin.operations.audit import log_action
from joindin.operations.outbox import email_addresses, enqueue_mail
from joindin.queries.accounts.users import list_hosts_to_notify
from joindin.utils.datetimes import utc_now
from joindin.viewer import UserSnapshot

MAX_REASON_LENGTH = 200
MSG_EVENT_CHANGED = "The event has changed since you looked at it"


def approve_event(session, event_id: int, *, reviewer: UserSnapshot, seen_version: int | None = None) -> Event:
    """Publish a pending event and notify its hosts, or the sender if it was submitted without an account.

    :raises InvalidInput: if the event does not exist or is not pending.
    :raises Conflict: if the event has changed since the reviewer saw ``seen_version``.
    """
    event = _lock_pending(session, event_id, "This event cannot be approved", seen_version)
    event.is_active, event.is_pending, event.reviewer_id = True, False, reviewer.id
    event.approved_at = utc_now()
    session.flush()
    log_action(session, "event.approve", event, actor=reviewer)
    if event.is_series:
        create_next_occurrence(session, event.id, now=utc_now())
    about = {"title": event.name, "slug": event.slug, "event_id": event.id}
    enqueue_mail(session, "event_approved", email_addresses(list_hosts_to_notify(session, event.id)), **about)
    enqueue_mail(session, "anonymous_event_approved", end_anonymous_submission(session, event), **about)
    return event


def reject_event(
    session, event_id: int, *, reviewer: UserSnapshot, reason: str, mail_from: str, seen_version: int | None = None
) -> Event:
    """Reject a pending event. With a reason, the hosts and the platform's own address are notified; a sender without an
    account in any case.

    :raises InvalidInput: if the event does not exist or is not pending, or the reason is too long.
    :raises Conflict: if the event has changed since the reviewer saw ``seen_version``.
    """
    if len(reason) > MAX_REASON_LENGTH:
        raise InvalidInput(f"The field 'reason' must not be longer than {MAX_REASON_LENGTH} characters")
    event = _lock_pending(session, event_id, "This event cannot be rejected", seen_version)
    event.is_active, event.is_pending, event.reviewer_id = False, False, reviewer.id
    event.rejection_reason = reason
    session.flush()
    log_action(session, "event.reject", event, actor=reviewer, reason=reason)
    enqueue_mail(
        session,
        "anonymous_event_rejected",
        end_anonymous_submission(session, event),
        title=event.name,
        reason=reason,
    )
    if reason:
        enqueue_mail(
            session,
            "event_rejected",
            [mail_from, *email_addresses(list_hosts_to_notify(session, event.id))],
            title=event.name,
            slug=event.slug,
            reason=reason,
        )
    return event


def _lock_pending(session, event_id, refusal, seen_version):
    event = lock_row(session, Event, event_id)
    if event is None or not event.is_pending or event.is_active:
        raise InvalidInput(refusal)
    if seen_version not in (None, event.version):
        raise Conflict(MSG_EVENT_CHANGED)
    return event
