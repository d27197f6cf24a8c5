import pytest

from joindin.extensions import db
from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.jobs.queue import get_queue
from tests.jobs.smtp_server import SmtpServer


@pytest.fixture
def smtp_server():
    with SmtpServer() as smtp_server:
        yield smtp_server


@pytest.fixture
def deliver(app, smtp_server):
    """Delivers what is due to the smtp_server, with any settings changed by name."""

    def delivering(now=None, **changed):
        db.session.commit()
        settings = {**app.config, "MAIL_URL": smtp_server.url, **changed}
        return deliver_due_mail(db.session, settings, **({"now": lambda: now} if now else {}))

    return delivering


@pytest.fixture
def queue(app):
    """The queue of the application, which has none in other tests. Its file may have messages of earlier ones."""
    queue = get_queue(app)
    queue.flush()
    yield queue
    del app.extensions["queue"]
