"""Periodic work of the crew: reminders, expiring qualifications, and shifts that are over."""

import datetime as dt
import logging
from collections.abc import Callable

from joindin.db.outages import is_outage
from joindin.operations.crew.finished_shifts import finish_participations
from joindin.operations.crew.notifications.reminders import announce_expiring_qualifications, remind_of_shifts
from joindin.utils.datetimes import utc_now

log = logging.getLogger(__name__)

WORK = (remind_of_shifts, announce_expiring_qualifications, finish_participations)


def do_crew_work(session, now: Callable[[], dt.datetime] = utc_now) -> int:
    """Do all that is due, in batches with a commit after each. Return the number of processed rows.

    Several workers may run this at the same time. An outage of the database ends the run. Another failure is logged, does not stop the rest, and the next run repeats the work.
    """
    done = 0
    for work in WORK:
        try:
            while number := work(session, now=now()):
                session.commit()
                done += number
            session.commit()
        except Exception as error:
            session.rollback()
            if is_outage(error):
                raise
            log.exception("The periodic work of the crew failed: %s", work.__name__)
    return done
