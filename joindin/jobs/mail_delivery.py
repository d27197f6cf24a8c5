"""Sending what waits in the outbox."""

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, update

from joindin.jobs.mail_messages import build_message
from joindin.jobs.mail_transport import DeliveryError, PermanentDeliveryError, ServerUnreachable, deliver
from joindin.models import Mail
from joindin.utils.datetimes import utc_now

# How long a claimed mail is left alone. Longer than the slowest talk with a server should take; a
# mail whose sender died is tried again after it.
LEASE = dt.timedelta(minutes=15)

MIN_RETRY_DELAY = dt.timedelta(minutes=1)
MAX_RETRY_DELAY = dt.timedelta(hours=6)
MAX_ATTEMPTS = 12

log = logging.getLogger(__name__)


@dataclass
class DeliveryResult:
    """What became of the mails that were due."""

    sent: int = 0
    failed: int = 0


def deliver_due_mail(session, settings: Mapping, now: Callable[[], dt.datetime] = utc_now) -> DeliveryResult:
    """Try every mail that is due, once; failed ones are put off. Commits before and after each.

    Any number of workers may do this at the same time: a mail is claimed by moving its ``due_at``
    behind a lease, so the others pass it by, and no transaction is open while a server talks.
    When the server cannot be reached at all the round ends, for the mails behind would fare no better.
    """
    done = DeliveryResult()
    while (mail := _claim_next(session, now())) is not None:
        try:
            deliver(build_message(mail, settings), mail, settings)
        except DeliveryError as why:
            done.failed += 1
            _put_off(session, mail, why, now())
            if isinstance(why, ServerUnreachable):
                break
        except Exception as error:
            # A mail that cannot be written must not hold up the ones behind it. The text of the
            # error is kept out of the row, as it may quote what the mail says.
            log.exception("Mail %s (%s) could not be written", mail.id, mail.kind)
            done.failed += 1
            _put_off(session, mail, DeliveryError(type(error).__name__), now())
        else:
            done.sent += 1
            _keep(session, mail, sent_at=now(), due_at=None, context={}, last_error=None)
    return done


def _claim_next(session, now):
    """A mail that nobody else tries, or None if none is due; its attempt counts from here on."""
    due = select(Mail).where(Mail.due_at <= now, Mail.sent_at.is_(None)).order_by(Mail.due_at, Mail.id).limit(1)
    while (mail := session.scalar(due.execution_options(populate_existing=True))) is not None:
        claimed = _update_while_ours(session, mail, due_at=now + LEASE, attempts=mail.attempts + 1)
        session.commit()
        if claimed:
            session.refresh(mail)
            session.commit()
            return mail
    session.commit()
    return None


def _put_off(session, mail, why, now):
    if isinstance(why, PermanentDeliveryError) or mail.attempts >= MAX_ATTEMPTS:
        log.error("Gave up mail %s (%s) after %s attempts: %s", mail.id, mail.kind, mail.attempts, why)
        _keep(session, mail, due_at=None, context={}, last_error=str(why))
    else:
        pause = min(MIN_RETRY_DELAY * 2 ** (mail.attempts - 1), MAX_RETRY_DELAY)
        log.warning("Mail %s (%s) is tried again in %s: %s", mail.id, mail.kind, pause, why)
        _keep(session, mail, due_at=now + pause, last_error=str(why))


def _keep(session, mail, **values):
    if not _update_while_ours(session, mail, **values) and "sent_at" in values:
        # The lease ran out and another worker has it; that it is out must be known all the same.
        session.execute(update(Mail).where(Mail.id == mail.id).values(**values))
    session.commit()


def _update_while_ours(session, mail, **values):
    """Change the row if its ``due_at`` is still what we know; whether it was."""
    changed = session.execute(
        update(Mail)
        .where(Mail.id == mail.id, Mail.due_at == mail.due_at, Mail.sent_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return changed.rowcount == 1
