"""Opting out of mails of a topic, and in again."""

import datetime as dt

from sqlalchemy import delete, update

from joindin.db.upserts import insert_or_ignore
from joindin.models import TOPICS, Mail, MailOptOut


def opt_out(session, user_id: int, topic: str, *, now: dt.datetime) -> None:
    """Stop mails of the topic, also those that are waiting. A second call changes nothing."""
    insert_or_ignore(session, MailOptOut, user_id=user_id, topic=topic, opted_out_at=now)
    session.execute(
        update(Mail)
        .where(Mail.user_id == user_id, Mail.kind.in_(TOPICS[topic].kinds), Mail.due_at.is_not(None))
        .values(due_at=None, context={}, last_error="no longer wanted")
        .execution_options(synchronize_session=False)
    )


def opt_in(session, user_id: int, topic: str) -> None:
    refusal = delete(MailOptOut).where(MailOptOut.user_id == user_id, MailOptOut.topic == topic)
    session.execute(refusal.execution_options(synchronize_session=False))
