"""Deletion of old rows of the crew: notifications, and people who were never dispatched."""

import datetime as dt

from sqlalchemy import delete

from joindin.models.crew import GETTING_DISPATCHED, CrewNotification, Participation

NOTIFICATION_RETENTION = dt.timedelta(days=90)
# Longer than a disposition page stays open.
DISPATCH_RETENTION = dt.timedelta(days=7)


def purge_crew_rows(session, now: dt.datetime) -> None:
    """Delete what is older than its retention time. Rows without a known age are kept."""
    for model, *conditions in (
        (CrewNotification, CrewNotification.created_at < now - NOTIFICATION_RETENTION),
        (
            Participation,
            Participation.state == GETTING_DISPATCHED,
            Participation.created_at < now - DISPATCH_RETENTION,
        ),
    ):
        session.execute(delete(model).where(*conditions).execution_options(synchronize_session=False))
