"""Work after the answer: rows of the outbox, carried out once their transaction is committed.

The row is the promise; the queue only says "look now". An announcement may be lost, doubled or
late, and every mail still goes out: the consumer looks by itself every minute. So nothing is
known to the queue alone, and a request never fails because of it.
"""

from flask import Flask

from joindin.jobs.mail_notifications import enqueue_after_commit


def init_app(app: Flask) -> None:
    """Have commits that leave a mail announced; tests have none unless they set ``ENQUEUE_JOBS``."""
    app.config.setdefault("ENQUEUE_JOBS", not app.config.get("TESTING"))
    enqueue_after_commit(app)
