"""Job queue: a SQLite file, or Redis for several machines.

Installations that share a Redis server need different database numbers. Otherwise they consume each other's notices, and mail
waits for the next poll.
"""

import threading
from pathlib import Path

from joindin.db.outages import CauseLog
from joindin.extensions import db
from joindin.jobs.cities import locate_new_events
from joindin.jobs.cleanup import purge_expired
from joindin.jobs.crew import do_crew_work
from joindin.jobs.digests import send_feedback_digests
from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.jobs.outages import job_context
from joindin.jobs.queue_messages import JsonSerializer
from joindin.jobs.series import create_due_occurrences
from joindin.operations.started_events import mark_started_events
from joindin.utils.datetimes import utc_now
from joindin.utils.private_files import create_private_file

SQLITE_PREFIX = "sqlite:///"

# A request waits this long for an unresponsive Redis.
REDIS_TIMEOUT_S = 2

_creation_lock = threading.Lock()


def get_queue(app):
    """Return the queue of the application. It is created on first use, so that an application without jobs creates no file."""
    with _creation_lock:
        if "queue" not in app.extensions:
            app.extensions["queue"] = _create_queue(app)
    return app.extensions["queue"]


def _create_queue(app):
    queue = _open(app.config["QUEUE_URL"])
    _add_tasks(queue, app)
    return queue


def _open(url):
    # Imported here because huey imports redis, which takes a quarter of a second.
    from huey import RedisHuey, SqliteHuey

    if url.startswith(SQLITE_PREFIX):
        file = Path(url.removeprefix(SQLITE_PREFIX))
        file.parent.mkdir(parents=True, exist_ok=True)
        create_private_file(file)
        return SqliteHuey("joindin", filename=str(file), results=False, serializer=JsonSerializer())

    from redis import ConnectionPool

    pool = ConnectionPool.from_url(url, socket_connect_timeout=REDIS_TIMEOUT_S, socket_timeout=REDIS_TIMEOUT_S)
    return RedisHuey("joindin", connection_pool=pool, results=False, serializer=JsonSerializer())


def _add_tasks(queue, app):
    from huey import crontab

    outages = CauseLog("Jobs cannot be done")

    @queue.periodic_task(crontab(), name="deliver_mail")
    def deliver_mail():
        with job_context(app, outages):
            deliver_due_mail(db.session, app.config)

    @queue.periodic_task(crontab(hour="4", minute="20"), name="purge_expired")
    def purge():
        with job_context(app, outages):
            purge_expired(db.session, app.config, utc_now())
            db.session.commit()

    @queue.periodic_task(crontab(hour="5", minute="40"), name="send_feedback_digests")
    def send_digests():
        with job_context(app, outages):
            send_feedback_digests(db.session)

    @queue.periodic_task(crontab(minute="*/5"), name="mark_started_events")
    def mark_started():
        with job_context(app, outages):
            mark_started_events(db.session, utc_now())
            db.session.commit()

    @queue.periodic_task(crontab(minute="*/30"), name="create_due_occurrences")
    def create_occurrences():
        with job_context(app, outages):
            create_due_occurrences(db.session)

    @queue.periodic_task(crontab(minute="*/5"), name="do_crew_work")
    def crew_work():
        with job_context(app, outages):
            do_crew_work(db.session)

    @queue.periodic_task(crontab(), name="locate_events")
    def locate_events():
        with job_context(app, outages):
            locate_new_events(db.session)

    queue.deliver_mail = deliver_mail
