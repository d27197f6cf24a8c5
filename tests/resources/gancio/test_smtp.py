"""Mail server that admins set through the Gancio API (contract, section 14)."""

import socket
import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.models import AuditEntry, SiteSetting
from joindin.operations.agenda.smtp_settings import reencrypt_smtp_password
from joindin.operations.outbox import enqueue_mail
from joindin.queries.agenda.site_settings import list_site_settings
from joindin.utils import smtp_client
from tests.factories import NOW, newest
from tests.jobs.smtp_server import SmtpServer
from tests.services import free_port

PASSWORD = "right:/@ pass"
SUBJECT = "[joind.in] Your SMTP configuration is working"


@pytest.fixture
def boss(gancio, admin):
    return gancio(admin)


@pytest.fixture
def private_servers_allowed(app, monkeypatch):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)


@pytest.fixture
def server(private_servers_allowed):
    with SmtpServer(auth_required=True, auth_require_tls=False) as running:
        yield running


def describe(server, password=PASSWORD, **fields):
    auth = {"user": "agenda", "pass": password}
    return {"smtp": {"host": "127.0.0.1", "port": server.port, "secure": False, "auth": auth} | fields}


def test_a_server_is_stored_after_it_has_accepted_a_mail(gancio, boss, server, session):
    reply = boss.post("/api/settings/smtp", describe(server))

    assert (reply.status_code, reply.text) == (200, "OK")
    assert [(mail["Subject"], mail["To"], mail["From"]) for mail in server.messages] == [
        (SUBJECT, "boss@example.org", "info@joind.in")
    ]
    shown = boss.get("/api/settings/smtp")
    assert shown.json == {"host": "127.0.0.1", "port": server.port, "secure": False, "auth": {"user": "agenda"}}
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.subject_name, entry.changes) == ("site.set", "smtp", {})


def test_the_password_is_encrypted_and_never_leaves(boss, server, session):
    boss.post("/api/settings/smtp", describe(server))

    assert PASSWORD not in str(session.execute(text("SELECT value FROM site_settings")).all())
    assert "smtp" not in list_site_settings(session)
    assert PASSWORD not in boss.get("/api/settings").text + boss.get("/api/settings/smtp").text


def test_the_address_of_the_site_gets_and_sends_the_test(boss, server, session):
    session.add(SiteSetting(key="admin_email", value="agenda@example.org", updated_at=NOW))

    boss.post("/api/settings/test_smtp", describe(server))

    [mail] = server.messages
    assert (mail["To"], mail["From"]) == ("agenda@example.org", "agenda@example.org")
    assert session.get(SiteSetting, "smtp") is None


def test_the_stored_server_is_tested_and_keeps_its_password(boss, server):
    assert boss.post("/api/settings/test_smtp", {}).status_code == 400
    boss.post("/api/settings/smtp", describe(server))

    assert boss.post("/api/settings/test_smtp", {}).status_code == 200
    assert boss.post("/api/settings/smtp", describe(server, "")).status_code == 200
    assert server.sign_ins == [("agenda", PASSWORD)] * 3


def test_the_stored_password_is_not_sent_to_another_server(boss, server):
    boss.post("/api/settings/smtp", describe(server))
    with SmtpServer(auth_required=True, auth_require_tls=False) as other:
        reply = boss.post("/api/settings/smtp", describe(other, ""))

    assert (reply.status_code, [password for _, password in other.sign_ins if password]) == (400, [])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"auth": {"user": "agenda", "pass": "wrong"}}, "Error: the server does not accept the user and the password"),
        ({"port": free_port()}, "Error: the server cannot be used (ConnectionRefusedError)"),
        ({"secure": True}, "Error: the server cannot be used (SSLError)"),
        ({"host": ""}, "host must be the name of a mail server"),
        ({"host": 5}, "host must be the name of a mail server"),
        ({"host": "a b"}, "host must be the name of a mail server"),
        ({"host": "x" * 300}, "host must be the name of a mail server"),
        ({"port": 0}, "port must be a number from 1 to 65535"),
        ({"port": 2**70}, "port must be a number from 1 to 65535"),
        ({"port": [25]}, "port must be a number from 1 to 65535"),
        ({"auth": ["a"]}, "auth must be an object"),
        ({"auth": {"user": 5}}, "auth.user must be a text of at most 500 characters"),
        ({"auth": {"user": "a\r\nRSET", "pass": "x"}}, "auth.user must be a text of at most 500 characters"),
    ],
)
def test_a_server_that_does_not_work_is_not_stored(boss, server, session, fields, message):
    reply = boss.post("/api/settings/smtp", describe(server, **fields))

    assert reply.status_code == 400
    assert reply.text == message or (
        message.startswith("Error: the server cannot") and reply.text.startswith("Error: the server cannot")
    )
    assert (session.get(SiteSetting, "smtp"), server.messages) == (None, [])


@pytest.mark.parametrize("body", [{}, {"smtp": None}, {"smtp": "x"}, {"smtp": []}, {"smtp": 5}])
def test_a_server_has_to_be_described(boss, body):
    assert boss.post("/api/settings/smtp", body).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "0.0.0.0", "192.168.1.1"])
def test_servers_in_private_networks_are_not_contacted(boss, session, host):
    with SmtpServer() as server:
        reply = boss.post("/api/settings/smtp", {"smtp": {"host": host, "port": 25}})

    assert (reply.status_code, reply.text, server.messages) == (
        400, "Error: the server is not on the public internet", []
    )  # fmt: skip


@pytest.mark.parametrize("port", [80, 22, 6379, 5432])
def test_only_ports_of_mail_servers_are_contacted(boss, port):
    reply = boss.post("/api/settings/smtp", {"smtp": {"host": "192.0.2.1", "port": port}})

    assert (reply.status_code, reply.text) == (400, "Error: the port must be one of 25, 465, 587, 2525")


@contextmanager
def slow_server():
    """Yield the port of a server that sends one byte after the other, and no line."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended, sent = threading.Event(), iter([b"\x16\x03\x03\x3f\xff"])

    def drip():
        connection, _ = listener.accept()
        with connection:
            while not ended.wait(0.05):
                try:
                    # The first bytes are also the head of a long TLS record.
                    connection.sendall(next(sent, b"2"))
                except OSError:
                    return

    threading.Thread(target=drip, daemon=True).start()
    yield listener.getsockname()[1]
    ended.set()
    listener.close()


@pytest.mark.parametrize("is_tls", [True, False])
def test_a_slow_server_is_left_in_time(boss, private_servers_allowed, monkeypatch, is_tls):
    monkeypatch.setattr(smtp_client, "DEADLINE_S", 0.3)
    with slow_server() as port:
        reply = boss.post("/api/settings/smtp", {"smtp": {"host": "127.0.0.1", "port": port, "secure": is_tls}})

    assert reply.status_code == 400


@pytest.mark.parametrize("has_own", [True, False])
def test_mails_go_through_the_server_of_the_site_if_the_operator_has_none(app, boss, server, session, has_own):
    boss.post("/api/settings/smtp", describe(server))
    enqueue_mail(session, "registration_received", ["ann@example.org"], name="ann", site_title="Agenda")
    session.commit()
    with SmtpServer() as of_operator:
        deliver_due_mail(session, app.config | {"MAIL_URL": of_operator.url if has_own else None})

    subjects = [[mail["Subject"] for mail in each.messages] for each in (server, of_operator)]
    received = "[Agenda] Registration request received"
    assert subjects == ([[SUBJECT], [received]] if has_own else [[SUBJECT, received], []])


def test_the_password_survives_a_new_secret_key(app, boss, server, session, monkeypatch):
    boss.post("/api/settings/smtp", describe(server))
    keys = ("a new secret key of the tests", *app.config["SECRET_KEYS"])
    reencrypt_smtp_password(session, keys)
    session.commit()

    monkeypatch.setitem(app.config, "SECRET_KEYS", keys[:1])

    assert boss.post("/api/settings/test_smtp", {}).status_code == 200
    assert server.sign_ins[-1] == ("agenda", PASSWORD)


def test_only_admins_see_and_set_the_server(gancio, editor, user):
    for client in (gancio(), gancio(user), gancio(editor)):
        replies = [
            client.get("/api/settings/smtp"),
            client.post("/api/settings/smtp", {}),
            client.post("/api/settings/test_smtp", {}),
        ]
        assert [reply.status_code for reply in replies] == [403] * 3
