"""Putting mails into the outbox, in the transaction of what they tell of."""

from collections.abc import Iterable

from sqlalchemy import JSON, ColumnElement, bindparam, insert, literal, select

from joindin.db.base import UtcDateTime
from joindin.models import TOPIC_BY_MAIL_KIND, Mail, MailOptOut, User
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.mail_opt_outs import filter_opted_in
from joindin.utils.datetimes import utc_now

# The key in the info of a session or transaction that has written a mail.
HAS_MAIL = "has_mail"


def enqueue_mail(session, kind: str, recipients, *, reply_to: str | None = None, **facts) -> None:
    """Write a mail of ``kind`` to each address; ``jobs/mail.py`` sends it once this is committed.

    Nothing is written for people without an address.
    """
    for address in recipients:
        if address:
            _put(session, kind, address, facts, reply_to=reply_to)


def enqueue_notification(session, kind: str, users: Iterable[User], **facts) -> None:
    """As :func:`send_later`, to those of ``users`` who want mails like this; the mail says how to stop them."""
    for user in filter_opted_in(session, users, TOPIC_BY_MAIL_KIND[kind]):
        _put(session, kind, user.email, facts, user_id=user.id)


def notification_statement(kind: str, *readers: ColumnElement[bool]) -> CompiledStatement:
    """As :func:`notify_later`, in one statement: a mail with ``facts``, due at ``now``, to all whom ``readers`` name.

    Where it wrote any, tell the consumer once that is committed (``jobs/announcing.py``).
    """
    now = bindparam("now", type_=UtcDateTime)
    refusing = select(MailOptOut.user_id).where(MailOptOut.topic == TOPIC_BY_MAIL_KIND[kind])
    mail = {
        "kind": literal(kind),
        "recipient": User.email,
        "user_id": User.id,
        "context": bindparam("context", type_=JSON),
        "created_at": now,
        "due_at": now,
        "attempts": literal(0),
    }
    mails = select(*mail.values()).where(*readers, User.email != "", User.id.not_in(refusing)).order_by(User.id)
    return CompiledStatement(insert(Mail.__table__).from_select(list(mail), mails, include_defaults=False))


def mark_mail_enqueued(connection) -> None:
    """Have the delivery of mail started after the commit. ``connection`` is a session or a short write's connection."""
    connection.info[HAS_MAIL] = True


def email_addresses(users) -> list[str]:
    return [user.email for user in users if user.email]


def _put(session, kind, recipient, facts, **more):
    now = utc_now()
    session.add(Mail(kind=kind, recipient=recipient, context=facts, created_at=now, due_at=now, **more))
    mark_mail_enqueued(session)
