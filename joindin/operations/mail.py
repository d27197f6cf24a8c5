"""Putting mails into the outbox, in the transaction of what they tell of."""

from collections.abc import Iterable

from joindin.clock import utc_now
from joindin.models import TOPIC_OF, Mail, User
from joindin.queries.mail_refusals import willing_to_hear


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


def addresses(users) -> list[str]:
    return [user.email for user in users if user.email]


def _put(session, kind, recipient, facts, **more):
    now = utc_now()
    session.add(Mail(kind=kind, recipient=recipient, facts=facts, created_at=now, due_at=now, **more))
    session.info["has_mail"] = True
