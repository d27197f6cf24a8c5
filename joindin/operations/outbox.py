"""Putting mails into the outbox, in the transaction of what they tell of."""

from collections.abc import Iterable

from sqlalchemy import JSON, ColumnElement, bindparam, insert, literal, select

from joindin.db.base import UtcDateTime
from joindin.models import TOPIC_OF, Mail, MailRefusal, User
from joindin.performance.sql.compiled import Prepared
from joindin.queries.mail_opt_outs import willing_to_hear
from joindin.utils.datetimes import utc_now


def send_later(session, kind: str, recipients, *, reply_to: str | None = None, **facts) -> None:
    """Write a mail of ``kind`` to each address; ``jobs/mail.py`` sends it once this is committed.

    Nothing is written for people without an address.
    """
    for address in recipients:
        if address:
            _put(session, kind, address, facts, reply_to=reply_to)


def notify_later(session, kind: str, users: Iterable[User], **facts) -> None:
    """As :func:`send_later`, to those of ``users`` who want mails like this; the mail says how to stop them."""
    for user in willing_to_hear(session, users, TOPIC_OF[kind]):
        _put(session, kind, user.email, facts, user_id=user.id)


def notifying(kind: str, *readers: ColumnElement[bool]) -> Prepared:
    """As :func:`notify_later`, in one statement: a mail with ``facts``, due at ``now``, to all whom ``readers`` name.

    Where it wrote any, tell the consumer once that is committed (``jobs/announcing.py``).
    """
    now = bindparam("now", type_=UtcDateTime)
    refusing = select(MailRefusal.user_id).where(MailRefusal.topic == TOPIC_OF[kind])
    mail = {
        "kind": literal(kind),
        "recipient": User.email,
        "user_id": User.id,
        "facts": bindparam("facts", type_=JSON),
        "created_at": now,
        "due_at": now,
        "attempts": literal(0),
    }
    mails = select(*mail.values()).where(*readers, User.email != "", User.id.not_in(refusing)).order_by(User.id)
    return Prepared(insert(Mail.__table__).from_select(list(mail), mails, include_defaults=False))


def addresses(users) -> list[str]:
    return [user.email for user in users if user.email]


def _put(session, kind, recipient, facts, **more):
    now = utc_now()
    session.add(Mail(kind=kind, recipient=recipient, facts=facts, created_at=now, due_at=now, **more))
    session.info["has_mail"] = True
