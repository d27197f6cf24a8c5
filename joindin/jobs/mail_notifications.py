"""Notification of the job worker after a commit that stored mail."""

from flask import Flask, current_app
from sqlalchemy import event

from joindin.db.outages import CauseLog
from joindin.extensions import db, writer
from joindin.jobs.queue import get_queue
from joindin.operations.outbox import HAS_MAIL

# Notices pile up while no worker runs, and one is enough. More than one is allowed, because a running delivery may have read the
# outbox before the last commit.
MAX_QUEUED_NOTICES = 3


def enqueue_after_commit(app: Flask) -> None:
    """Notify the worker after each commit that leaves a mail, of a session or of a short write.

    All applications share the session class, so its listeners are registered once.
    """
    app.extensions["queue_outages"] = CauseLog("The job queue is unreachable, mail is delivered by the next poll")
    with app.app_context():
        writer().after_commit.append(_notify_if_mail)
    for name, listener in (("after_commit", _after_commit), ("after_soft_rollback", _after_rollback)):
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)


def _notify_if_mail(info) -> None:
    """Notify the worker if the committed transaction has left a mail. ``info`` is the transaction's."""
    if info.pop(HAS_MAIL, False) and current_app.config["ENQUEUE_JOBS"]:
        notify_worker(current_app._get_current_object())


def notify_worker(app) -> None:
    """Notify the worker to deliver the outbox. Errors are logged, once a minute: the caller's transaction is already committed."""
    try:
        queue = get_queue(app)
        if queue.pending_count() < MAX_QUEUED_NOTICES:
            queue.deliver_mail()
    except Exception as error:
        app.extensions["queue_outages"].report(error)


def _after_commit(session):
    # SQLAlchemy also calls this for a released savepoint, whose rows are not visible yet.
    if session.in_nested_transaction():
        return
    _notify_if_mail(session.info)


def _after_rollback(session, transaction):
    # After the rollback of a savepoint, the outer transaction may still contain mail.
    if transaction.parent is None:
        session.info.pop(HAS_MAIL, None)
