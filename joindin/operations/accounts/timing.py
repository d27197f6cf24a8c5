"""Equal response times of forms that mail a link, whether an account exists or not.

A request that mails nothing stores the same rows and takes them back.
"""

import datetime as dt

from joindin.models import Registration
from joindin.operations.accounts.pending_confirmations import add_confirmation
from joindin.operations.outbox import enqueue_mail, mark_mail_enqueued
from joindin.security.tokens import new_session_token


def imitate_confirmation(session, *, mails: int = 1, now: dt.datetime) -> None:
    """Do the work of storing a token and of ``mails`` mails, without a lasting effect.

    The worker is notified as after a mail.
    """
    with session.begin_nested() as savepoint:
        token = new_session_token()
        names = dict.fromkeys(("username", "full_name", "email", "password_hash"), "")
        add_confirmation(session, Registration, token, now=now, **names)
        enqueue_mail(session, "registration", ["none@invalid"] * mails, full_name="", username="", token=token)
        session.flush()
        savepoint.rollback()
    mark_mail_enqueued(session)
