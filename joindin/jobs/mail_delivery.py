"""Delivery of the outbox, with leases and retries."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from joindin.jobs.mail_messages import build_message
from joindin.jobs.mail_transport import DeliveryError, PermanentDeliveryError, ServerUnreachable, deliver
from joindin.models import Mail
from joindin.models.crew import CREW_MAIL
from joindin.operations.agenda.smtp_settings import load_smtp_server
from joindin.queries.crew.notifications import is_mail_due
from joindin.utils.datetimes import utc_now

# A claimed mail is not claimed again for this time. It is longer than any conversation with a server; after the crash of a
# worker the mail is retried when the lease has expired.
LEASE = dt.timedelta(minutes=15)

MIN_RETRY_DELAY = dt.timedelta(minutes=1)
MAX_RETRY_DELAY = dt.timedelta(hours=6)
MAX_ATTEMPTS = 12

log = logging.getLogger(__name__)


@dataclass
class DeliveryResult:
    """Numbers of delivered and failed mails."""

    sent: int = 0
    failed: int = 0


def deliver_due_mail(session, settings: Mapping, now: Callable[[], dt.datetime] = utc_now) -> DeliveryResult:
    """Try each due mail once and reschedule failed ones. Commits before and after each mail.

    Several workers may run this at the same time. A mail is claimed by moving its ``due_at`` behind a lease. No transaction is
    open during a conversation with the server. If the server is unreachable, the loop ends, because other mails would fail too.
    """
    result = DeliveryResult()
    site_server = None if settings["MAIL_URL"] else load_smtp_server(session)
    while (mail := _claim_next(session, now())) is not None:
        if mail.kind == CREW_MAIL and not is_mail_due(session, mail.context):
            _release_lease(session, mail, due_at=None, context={}, last_error="outdated")
            continue
        try:
            deliver(build_message(mail, settings), mail, settings, site_server)
        except DeliveryError as error:
            result.failed += 1
            _reschedule(session, mail, error, now())
            if isinstance(error, ServerUnreachable):
                break
        except Exception as error:
            # A mail that cannot be composed must not block the others. The error text is not stored,
            # because it may quote the mail.
            log.exception("Mail %s (%s) could not be composed", mail.id, mail.kind)
            result.failed += 1
            _reschedule(session, mail, DeliveryError(type(error).__name__), now())
        else:
            result.sent += 1
            _release_lease(session, mail, sent_at=now(), due_at=None, context={}, last_error=None)
    return result


def _claim_next(session, now):
    """Claim the next due mail and count the attempt. Return None if no mail is due."""
    due = select(Mail).where(Mail.due_at <= now, Mail.sent_at.is_(None)).order_by(Mail.due_at, Mail.id).limit(1)
    while (mail := session.scalar(due.execution_options(populate_existing=True))) is not None:
        claimed = _update_if_leased(session, mail, due_at=now + LEASE, attempts=mail.attempts + 1)
        session.commit()
        if claimed:
            session.refresh(mail)
            session.commit()
            return mail
    session.commit()
    return None


def _reschedule(session, mail, error, now):
    if isinstance(error, PermanentDeliveryError) or mail.attempts >= MAX_ATTEMPTS:
        log.error("Mail %s (%s) is abandoned after %s attempts: %s", mail.id, mail.kind, mail.attempts, error)
        _release_lease(session, mail, due_at=None, last_error=str(error))
    else:
        delay = min(MIN_RETRY_DELAY * 2 ** (mail.attempts - 1), MAX_RETRY_DELAY)
        log.warning("Mail %s (%s) is retried in %s: %s", mail.id, mail.kind, delay, error)
        _release_lease(session, mail, due_at=now + delay, last_error=str(error))


def _release_lease(session, mail, **values):
    if not _update_if_leased(session, mail, **values) and "sent_at" in values:
        # The lease has expired and another worker has claimed the mail. It is marked as sent nevertheless.
        session.execute(update(Mail).where(Mail.id == mail.id).values(**values))
    session.commit()


def _update_if_leased(session, mail, **values):
    """Update the row if its ``due_at`` is unchanged. Return whether it was."""
    changed = session.execute(
        update(Mail)
        .where(Mail.id == mail.id, Mail.due_at == mail.due_at, Mail.sent_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1
