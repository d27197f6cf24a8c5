"""Creation of the occurrences that have become due."""

import logging

from joindin.db.outages import is_outage
from joindin.operations.agenda.series import create_next_occurrence
from joindin.queries.agenda.series import list_series_without_next_occurrence
from joindin.utils.datetimes import utc_now

log = logging.getLogger(__name__)


def create_due_occurrences(session, now=utc_now) -> int:
    """Create the next occurrence of every series that has none, and return their number. Commits after each.

    Several workers may run this at the same time. An outage of the database ends the run. Another series that fails is logged and does not stop the others.
    """
    created = 0
    for parent_id in list_series_without_next_occurrence(session, now()):
        try:
            created += create_next_occurrence(session, parent_id, now=now()) is not None
            session.commit()
        except Exception as error:
            session.rollback()
            if is_outage(error):
                raise
            log.exception("The next occurrence of series %s could not be created", parent_id)
    return created
