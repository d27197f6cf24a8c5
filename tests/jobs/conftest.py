import pytest

from joindin.extensions import db
from joindin.jobs.mail_delivery import deliver_due_mail
from tests.jobs.smtp_server import SmtpServer


@pytest.fixture
def sink():
    with SmtpServer() as sink:
        yield sink


@pytest.fixture
def deliver(app, sink):
    """Delivers what is due to the sink, with any settings changed by name."""

    def delivering(now=None, **changed):
        db.session.commit()
        settings = {**app.config, "MAIL_URL": sink.url, **changed}
        return deliver_due_mail(db.session, settings, **({"now": lambda: now} if now else {}))

    return delivering
