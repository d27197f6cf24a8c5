"""Servers that want TLS and a password, with a certificate made for the test."""

import shlex
import ssl
import subprocess

import pytest

from joindin.jobs.mail_delivery import DeliveryResult
from tests.factories import NOW
from tests.jobs.smtp_server import SmtpServer
from tests.jobs.test_mail_delivery import MINUTE, enqueue_due_mail, mails, state

pytestmark = pytest.mark.runs_once("SMTP does not depend on the database")

MAKE_CERTIFICATE = (
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    " -keyout key.pem -out cert.pem"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(shlex.split(MAKE_CERTIFICATE), cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture
def context(certificate):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    return context


@pytest.fixture
def trusted(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))


def test_starttls_comes_before_the_password(session, deliver, context, trusted):
    enqueue_due_mail(session)
    with SmtpServer(tls_context=context, require_starttls=True, auth_required=True) as smtp_server:
        done = deliver(NOW, MAIL_URL=f"smtp+starttls://us%40er:right%3A%2F%40%20pass@127.0.0.1:{smtp_server.port}")

        assert done == DeliveryResult(sent=1)
        assert smtp_server.sign_ins == [("us@er", "right:/@ pass")]
        assert [letter["To"] for letter in smtp_server.messages] == ["paul@example.org"]


def test_a_wrong_password_is_not_repeated_anywhere(session, deliver, context, trusted, caplog):
    enqueue_due_mail(session)
    with SmtpServer(tls_context=context, require_starttls=True, auth_required=True) as smtp_server:
        done = deliver(NOW, MAIL_URL=f"smtp+starttls://user:wr0ng-w0rd@127.0.0.1:{smtp_server.port}")

        assert done == DeliveryResult(failed=1)
        assert smtp_server.received == []
        assert state(mails()[0]) == (1, NOW + MINUTE, None, "SMTPAuthenticationError: 535", True)
        assert "wr0ng-w0rd" not in caplog.text


def test_an_untrusted_certificate_is_refused(session, deliver, context):
    enqueue_due_mail(session)
    with SmtpServer(tls_context=context, require_starttls=True, auth_required=True) as smtp_server:
        done = deliver(NOW, MAIL_URL=f"smtp+starttls://user:right%3A%2F%40%20pass@127.0.0.1:{smtp_server.port}")

        assert done == DeliveryResult(failed=1)
        assert (smtp_server.sign_ins, smtp_server.received) == ([], [])
        assert mails()[0].last_error.startswith("SSLCertVerificationError: ")


def test_smtps_is_encrypted_from_the_first_byte(session, deliver, context, trusted):
    enqueue_due_mail(session)
    with SmtpServer(ssl_context=context) as smtp_server:
        done = deliver(NOW, MAIL_URL=f"smtps://127.0.0.1:{smtp_server.port}")

        assert done == DeliveryResult(sent=1)
        assert [letter["To"] for letter in smtp_server.messages] == ["paul@example.org"]
