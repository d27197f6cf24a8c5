"""The health check for monitoring."""

import datetime as dt

from joindin.models import Mail
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text


def test_a_healthy_server_answers_200(browser):
    reply = browser.get("/healthcheck/", headers={"Accept-Language": "en"})

    assert (reply.status_code, main_text(reply)) == (200, "Health check Database: OK Delivery of mails: OK")
    assert reply.headers["Cache-Control"] == "no-store"


def test_a_mail_that_no_worker_delivers_answers_503_in_the_language_of_the_reader(session, browser):
    due_at = utc_now() - dt.timedelta(minutes=16)
    session.add(Mail(kind="contact", recipient="a@example.org", context={}, created_at=due_at, due_at=due_at))

    reply = browser.get("/healthcheck/", headers={"Accept-Language": "de"})

    assert (reply.status_code, main_text(reply)) == (
        503,
        "Zustand des Servers Datenbank: OK Versand von E-Mails: NICHT OK",
    )
