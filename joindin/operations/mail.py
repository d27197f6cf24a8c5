"""Putting mails into the outbox, in the transaction of what they tell of."""

from joindin.clock import utc_now
from joindin.models import Mail


def send_later(session, kind: str, recipients, *, reply_to: str | None = None, **facts) -> None:
    """Write a mail of ``kind`` to each address; ``jobs/mail.py`` sends it once this is committed.

    Nothing is written for people without an address.
    """
    now = utc_now()
    for address in recipients:
        if address:
            mail = Mail(kind=kind, recipient=address, reply_to=reply_to, facts=facts, created_at=now, due_at=now)
            session.add(mail)
            session.info["has_mail"] = True


def addresses(users) -> list[str]:
    return [user.email for user in users if user.email]
