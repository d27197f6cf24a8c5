"""Forgetting what is done."""

import datetime as dt

from sqlalchemy import delete, func

from joindin.models import Mail

KEPT_FOR = dt.timedelta(days=30)


def clean_outbox(session, now: dt.datetime) -> int:
    """Remove mails that were sent, or given up, long ago; how many. What still waits stays, however old."""
    return session.execute(
        delete(Mail)
        .where(Mail.due_at.is_(None), func.coalesce(Mail.sent_at, Mail.created_at) < now - KEPT_FOR)
        .execution_options(synchronize_session=False)
    ).rowcount
