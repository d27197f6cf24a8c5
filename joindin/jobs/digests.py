"""Sending of the daily digests of feedback."""

import datetime as dt
import logging
from collections.abc import Callable

from joindin.db.outages import is_outage
from joindin.operations.feedback.digests import list_digest_receivers, send_digests
from joindin.utils.datetimes import utc_now

log = logging.getLogger(__name__)

BATCH_SIZE = 50


def send_feedback_digests(session, now: Callable[[], dt.datetime] = utc_now) -> int:
    """Enqueue all digests that are due, and return their number. Commits after each batch of users.

    Several workers may run this at the same time. An outage of the database ends the run. Another batch that fails is logged and does not stop the others.
    """
    sent, day = 0, now()
    user_ids = list_digest_receivers(session, now=day)
    session.commit()
    for start in range(0, len(user_ids), BATCH_SIZE):
        try:
            sent += send_digests(session, user_ids[start : start + BATCH_SIZE], now=day)
            session.commit()
        except Exception as error:
            session.rollback()
            if is_outage(error):
                raise
            log.exception("Digests of feedback could not be sent")
    return sent
