"""The queue, by address: a SQLite file, or Redis for several machines.

Installations that share a Redis server each need a database number of their own, or they take
each other's announcements and mail waits for the next minute.
"""

import threading
from pathlib import Path

from joindin.extensions import db
from joindin.jobs.cleanup import purge_expired
from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.operations.started_events import mark_started_events
from joindin.utils.datetimes import utc_now

SQLITE = "sqlite:///"

# Seconds a request waits at most for a Redis that does not answer.
REDIS_TIMEOUT_S = 2

_making = threading.Lock()


def get_queue(app):
    """The queue of ``app``, made on first use: an application that announces nothing leaves no file."""
    with _making:
        if "queue" not in app.extensions:
            app.extensions["queue"] = _make_queue(app)
    return app.extensions["queue"]


def _make_queue(app):
    queue = _open(app.config["QUEUE_URL"])
    _add_tasks(queue, app)
    return queue


def _open(url):
    # Imported here: huey brings redis along where that is installed, a quarter of a second in all.
    from huey import RedisHuey, SqliteHuey

    if url.startswith(SQLITE):
        file = Path(url.removeprefix(SQLITE))
        file.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("joindin", filename=str(file), results=False)

    from redis import ConnectionPool

    pool = ConnectionPool.from_url(url, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S)
    return RedisHuey("joindin", connection_pool=pool, results=False)


def _add_tasks(queue, app):
    from huey import crontab

    @queue.periodic_task(crontab(), name="deliver_mail")
    def deliver_mail():
        with app.app_context():
            deliver_due_mail(db.session, app.config)

    @queue.periodic_task(crontab(hour="4", minute="20"), name="clean_up")
    def clean_up_daily():
        with app.app_context():
            purge_expired(db.session, app.config, utc_now())
            db.session.commit()

    @queue.periodic_task(crontab(minute="*/5"), name="mark_started_events")
    def move_begun():
        with app.app_context():
            mark_started_events(db.session, utc_now())
            db.session.commit()

    queue.deliver_mail = deliver_mail
