"""Work after the response: delivery of the outbox, occurrences of series, and periodic clean-up.

Mails are rows of the outbox, stored in the transaction that causes them. The queue only notifies the worker. A lost, repeated or
late notification does no harm, because the worker polls the outbox every minute. No state exists in the queue alone, and a
request never fails because of the queue. Code that a request needs does not belong here.
"""

from flask import Flask

from joindin.jobs.mail_notifications import enqueue_after_commit


def init_app(app: Flask) -> None:
    """Register the after-commit hook. Tests enable it with ``ENQUEUE_JOBS``."""
    app.config.setdefault("ENQUEUE_JOBS", not app.config.get("TESTING"))
    enqueue_after_commit(app)
