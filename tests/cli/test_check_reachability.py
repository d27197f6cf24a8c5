"""``joindin check --mail`` and ``--address``."""

from threading import Thread

import pytest
from werkzeug.serving import make_server

from joindin.operations.agenda.smtp_settings import store_smtp_server
from joindin.utils.smtp_client import SmtpServer as SiteServer
from tests.cli.check_output import lines_of
from tests.factories import NOW, make_user
from tests.jobs.smtp_server import SmtpServer
from tests.object_storage import QuietHandler
from tests.services import free_port


@pytest.fixture
def smtp_server():
    with SmtpServer() as server:
        yield server


def test_a_test_mail_is_sent_through_the_configured_server(run, app, session, heartbeat, smtp_server, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", smtp_server.url)

    reply = run("check", "--mail", "ann@example.org")

    message = "The mail server has accepted a test mail to ann@example.org"
    assert (reply.exit_code, lines_of(reply, "mail server")) == (0, [("ok", message)])
    assert smtp_server.envelopes == [("info@joind.in", ["ann@example.org"])]
    assert smtp_server.messages[0]["Subject"] == "Test mail of joind.in"


def test_a_test_mail_is_sent_through_the_server_of_the_site(run, app, session, heartbeat, smtp_server, monkeypatch):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", True)
    server = SiteServer("127.0.0.1", smtp_server.port)
    store_smtp_server(session, server, actor=make_user(session, is_admin=True), now=NOW)

    reply = run("check", "--mail", "ann@example.org")

    assert (reply.exit_code, lines_of(reply, "mail server")[0][0]) == (0, "ok")
    assert smtp_server.envelopes == [("info@joind.in", ["ann@example.org"])]


@pytest.mark.runs_once("SMTP does not depend on the database")
def test_the_error_of_a_mail_server_is_printed(run, app, session, smtp_server, monkeypatch):
    smtp_server.recipient_replies.append("550 No such user")
    monkeypatch.setitem(app.config, "MAIL_URL", smtp_server.url)
    refused = run("check", "--mail", "ann@example.org")
    monkeypatch.setitem(app.config, "MAIL_URL", f"smtp://ann:hidden@127.0.0.1:{free_port()}")
    unreachable = run("check", "--mail", "ann@example.org")

    assert lines_of(refused, "mail server") == [
        (
            "failed",
            "The test mail was not accepted: recipient refused: 550 No such user. Check JOINDIN_MAIL_URL",
        )
    ]
    [(status, message)] = lines_of(unreachable, "mail server")
    assert (unreachable.exit_code, status, "refused" in message, "hidden" in message) == (1, "failed", True, False)


@pytest.mark.runs_once("SMTP does not depend on the database")
def test_without_a_mail_server_a_test_mail_is_a_file(run, app, session, heartbeat, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_DIR", str(tmp_path / "mail"))

    reply = run("check", "--mail", "ann@example.org")

    assert (reply.exit_code, lines_of(reply, "mail server")[0][0]) == (0, "warning")
    [file] = (tmp_path / "mail").iterdir()
    assert "To: ann@example.org" in file.read_text()


@pytest.mark.runs_once("arguments")
def test_an_invalid_recipient_is_refused(run, session):
    reply = run("check", "--mail", "ann")

    assert (reply.exit_code, "'ann' is not an e-mail address" in reply.output) == (2, True)


@pytest.mark.runs_once("HTTP does not depend on the database")
def test_the_address_of_the_web_site_is_requested(run, app, session, heartbeat, monkeypatch):
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        monkeypatch.setitem(app.config, "WEBSITE_URL", url)
        answered = run("check", "--address")
        monkeypatch.setitem(app.config, "WEBSITE_URL", f"{url}/elsewhere")
        another = run("check", "--address")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    away = run("check", "--address")

    assert (answered.exit_code, lines_of(answered, "address")) == (0, [("ok", f"{url}/healthz answers")])
    assert (another.exit_code, lines_of(another, "address")[0][0]) == (1, "failed")
    assert "is not this server (status 404)" in lines_of(another, "address")[0][1]
    assert "does not answer" in lines_of(away, "address")[0][1]
