"""Enqueuing mails in the outbox, in the transaction that causes them."""

import datetime as dt
from collections.abc import Collection, Iterable

from sqlalchemy import JSON, ColumnElement, bindparam, insert, literal, select, update
from sqlalchemy.orm.attributes import flag_modified

from joindin.db.base import UtcDateTime
from joindin.models import TOPIC_BY_MAIL_KIND, Mail, MailOptOut, User
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.mail_opt_outs import filter_opted_in
from joindin.utils.datetimes import utc_now

# The key in the info of a session or transaction that has written a mail.
HAS_MAIL = "has_mail"

# A mail is due once a minute until it is sent, or again after a failed attempt.
MAX_DELAY = dt.timedelta(minutes=15)

_IS_ABANDONED = (Mail.due_at.is_(None), Mail.sent_at.is_(None))


def enqueue_mail(session, kind: str, recipients, *, reply_to: str | None = None, **context) -> None:
    """Enqueue a mail of ``kind`` to each address; ``jobs/mail_delivery.py`` sends it after the commit.

    Empty addresses are skipped. ``context`` fills the template of that kind.
    """
    for address in recipients:
        if address:
            _enqueue(session, kind, address, context, reply_to=reply_to)


def enqueue_notification(session, kind: str, users: Iterable[User], **context) -> None:
    """Enqueue a mail to each of ``users`` who has not opted out of its topic. The mail tells how to opt out."""
    for user in filter_opted_in(session, users, TOPIC_BY_MAIL_KIND[kind]):
        _enqueue(session, kind, user.email, context, user_id=user.id)


def notification_statement(kind: str, *readers: ColumnElement[bool]) -> CompiledStatement:
    """Return a statement that does the same for all users that ``readers`` select, with ``context`` and ``now`` as
    parameters.

    If it has inserted rows, call :func:`mark_mail_enqueued`.
    """
    now = bindparam("now", type_=UtcDateTime)
    opted_out = select(MailOptOut.user_id).where(MailOptOut.topic == TOPIC_BY_MAIL_KIND[kind])
    mail = {
        "kind": literal(kind),
        "recipient": User.email,
        "user_id": User.id,
        "context": bindparam("context", type_=JSON),
        "created_at": now,
        "due_at": now,
        "attempts": literal(0),
    }
    mails = select(*mail.values()).where(*readers, User.email != "", User.id.not_in(opted_out)).order_by(User.id)
    return CompiledStatement(insert(Mail.__table__).from_select(list(mail), mails, include_defaults=False))


def list_abandoned_mails(session) -> list[Mail]:
    """Return the mails that were not delivered and are no longer tried, oldest first."""
    return session.scalars(select(Mail).where(*_IS_ABANDONED).order_by(Mail.id)).all()


def is_mail_delivered(session, now: dt.datetime) -> bool:
    """Return whether no mail has been due for longer than ``MAX_DELAY``: a worker delivers them."""
    late = select(Mail.id).where(Mail.due_at < now - MAX_DELAY, Mail.sent_at.is_(None)).limit(1)
    return session.scalar(late) is None


def retry_mails(session, mail_ids: Collection[int] | None, *, now: dt.datetime) -> int:
    """Make abandoned mails due again, all or those with these ids, with all attempts left. Return their number."""
    chosen = [] if mail_ids is None else [Mail.id.in_(mail_ids)]
    retried = session.execute(
        update(Mail)
        .where(*_IS_ABANDONED, *chosen)
        .values(due_at=now, attempts=0)
        .execution_options(synchronize_session=False)
    ).rowcount
    if retried:
        mark_mail_enqueued(session)
    return retried


def abandon_queued_mails(session, reason: str) -> int:
    """Abandon all mails that wait, so that they are sent by ``joindin mail retry`` only. Return their number."""
    return session.execute(
        update(Mail)
        .where(Mail.due_at.is_not(None), Mail.sent_at.is_(None))
        .values(due_at=None, last_error=reason)
        .execution_options(synchronize_session=False)
    ).rowcount


def reencrypt_unsent_mails(session) -> None:
    """Encrypt the tokens in mails that wait or were abandoned with the current secret key."""
    for mail in session.scalars(select(Mail).where(Mail.sent_at.is_(None)).with_for_update()):
        flag_modified(mail, "context")
    session.flush()


def mark_mail_enqueued(connection) -> None:
    """Have mail delivered after the commit. ``connection`` is a session or the connection of a short transaction."""
    connection.info[HAS_MAIL] = True


def email_addresses(users) -> list[str]:
    return [user.email for user in users if user.email]


def _enqueue(session, kind, recipient, context, **columns):
    now = utc_now()
    session.add(Mail(kind=kind, recipient=recipient, context=context, created_at=now, due_at=now, **columns))
    mark_mail_enqueued(session)
