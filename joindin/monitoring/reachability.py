"""Checks that send something: a test mail through the configured server, and a request to the public address."""

import datetime as dt
from collections.abc import Mapping
from email.message import EmailMessage
from typing import Any

from joindin.jobs.mail_transport import DeliveryError, deliver
from joindin.models import Mail
from joindin.monitoring.check_results import FAILED, OK, WARNING, CheckResult
from joindin.utils.http_client import FetchFailed, fetch
from joindin.utils.smtp_client import SmtpServer
from joindin.utils.text import to_single_line

TEST_TEXT = "This mail shows that {} can send mails.\n"
HEALTHY = b"ok\n"


def check_mail_server(
    settings: Mapping[str, Any], recipient: str, site_server: SmtpServer | None, now: dt.datetime
) -> CheckResult:
    """Send a test mail. ``site_server`` is that of the admins, which is used if the operator has configured none."""
    recipient = settings["MAIL_FORWARD_ALL_TO"] or recipient
    name = to_single_line(settings["SITE_NAME"])
    message = EmailMessage()
    message["From"], message["To"] = settings["MAIL_FROM"], recipient
    message["Subject"] = f"Test mail of {name}"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEST_TEXT.format(name))
    try:
        deliver(message, Mail(kind="test", recipient=recipient, created_at=now), settings, site_server)
    except DeliveryError as error:
        return CheckResult("mail server", FAILED, f"The test mail was not accepted: {error}. Check JOINDIN_MAIL_URL")
    except OSError as error:
        return CheckResult("mail server", FAILED, f"The test mail could not be written: {error.strerror}")
    if not settings["MAIL_URL"] and site_server is None:
        where = settings["MAIL_DIR"]
        return CheckResult(
            "mail server", WARNING, f"No mail is sent: they are written to {where}. Set JOINDIN_MAIL_URL"
        )
    return CheckResult("mail server", OK, f"The mail server has accepted a test mail to {recipient}")


def check_public_address(url: str) -> CheckResult:
    """Request ``/healthz`` at the address of the web site, as visitors do."""
    address = f"{url.rstrip('/')}/healthz"
    remedy = "check that the server runs, JOINDIN_WEBSITE_URL, the proxy and the DNS"
    try:
        response = fetch(address, allow_private=True)
    except FetchFailed as failure:
        return CheckResult("address", FAILED, f"{address} does not answer: {failure}; {remedy}")
    if (response.status, response.body) != (200, HEALTHY):
        return CheckResult("address", FAILED, f"{address} is not this server (status {response.status}); {remedy}")
    return CheckResult("address", OK, f"{address} answers")
