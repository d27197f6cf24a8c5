"""Events that were submitted without an account: the secret of their senders, and the mails about the decision.

The secret is mailed or shown once. The database stores its hash, until the event is approved, rejected or deleted.
"""

import datetime as dt
import secrets

from sqlalchemy import delete, select, true

from joindin.db.locking import lock_row, lock_table
from joindin.errors import DuplicateEvent, NotFound, RateLimited
from joindin.models import AnonymousSubmission, Event
from joindin.operations.outbox import enqueue_mail
from joindin.operations.rate_limits import MAIL_ACCOUNT, consume_attempt
from joindin.security.tokens import hash_token
from joindin.utils.email_addresses import normalize_email

REPETITION_WINDOW = dt.timedelta(minutes=10)

MSG_SUBMITTED_ALREADY = "This event is submitted already. It waits for approval"
MSG_SUBMISSION_DECIDED = "This link is not valid, or the event has been decided on"


def add_anonymous_submission(session, event: Event, *, email: str | None, now: dt.datetime) -> str:
    """Return a new secret with which the event is edited until it is decided on. With ``email`` it is mailed as well.

    The mail has no text of the sender, who may not be the reader. An address gets a limited number of such mails.
    """
    secret = secrets.token_urlsafe(24)
    session.add(
        AnonymousSubmission(event_id=event.id, secret_hash=hash_token(secret), email=email or None, created_at=now)
    )
    session.flush()
    if email and _may_be_mailed(session, email, now):
        enqueue_mail(session, "anonymous_event_received", [email], token=secret)
    return secret


def check_submitted_once(session, *, name: str, starts_at: dt.datetime, now: dt.datetime) -> None:
    """Lock the submissions against each other until the transaction ends.

    :raises DuplicateEvent: if an event of that name and start was submitted a few minutes ago, and waits.
    """
    lock_table(session, AnonymousSubmission)
    first_id = session.scalar(
        select(Event.id)
        .join(AnonymousSubmission, AnonymousSubmission.event_id == Event.id)
        .where(
            Event.name == name,
            Event.starts_at == starts_at,
            Event.is_pending == true(),
            AnonymousSubmission.created_at > now - REPETITION_WINDOW,
        )
        .limit(1)
    )
    if first_id is not None:
        raise DuplicateEvent(MSG_SUBMITTED_ALREADY, first_id)


def _may_be_mailed(session, email, now):
    try:
        consume_attempt(session, MAIL_ACCOUNT, normalize_email(email), now=now)
    except RateLimited:
        return False
    return True


def find_anonymous_event(session, secret: str) -> Event:
    """Return the event of the secret; :raises NotFound: if there is none, or if the event has been decided on."""
    submission = AnonymousSubmission.secret_hash == hash_token(secret)
    event = session.scalar(
        select(Event).join(AnonymousSubmission, AnonymousSubmission.event_id == Event.id).where(submission)
    )
    if event is None or not event.is_pending:
        raise NotFound(MSG_SUBMISSION_DECIDED)
    return event


def lock_anonymous_event(session, secret: str) -> Event:
    """Return the event of the secret, locked against decisions. Raises as :func:`find_anonymous_event`."""
    lock_row(session, Event, find_anonymous_event(session, secret).id)
    return find_anonymous_event(session, secret)


def end_anonymous_submission(session, event: Event) -> list[str]:
    """End the validity of the secret with the decision. Return the address that the decision is mailed to, if any."""
    emails = session.scalars(
        delete(AnonymousSubmission).where(AnonymousSubmission.event_id == event.id).returning(AnonymousSubmission.email)
    ).all()
    return [email for email in emails if email]
