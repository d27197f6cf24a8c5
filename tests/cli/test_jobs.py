"""``joindin jobs run``, in this process for one round and as a process of its own until told to stop."""

import asyncio
import datetime as dt
import os
import signal
import subprocess
import sys
import time

import pytest
import redis
from sqlalchemy import select

from joindin import create_app
from joindin.cli.jobs import jobs
from joindin.extensions import db
from joindin.jobs.mail_delivery import LEASE, DeliveryResult, deliver_due_mail
from joindin.models import Mail
from joindin.operations.outbox import enqueue_mail
from tests.factories import make_user
from tests.faults.services import full, small_file_system
from tests.jobs.smtp_server import SmtpServer

pytestmark = pytest.mark.runs_once("processes and queues do not depend on the database")

COMMAND = [sys.executable, "-c", "from joindin.cli import main; main()", "jobs", "run"]
REDIS = "redis://127.0.0.1:6379/15"

# Well below the minute after which mail is looked for unannounced.
SOON = 30


@pytest.fixture
def smtp_server():
    with SmtpServer() as smtp_server:
        yield smtp_server


@pytest.fixture
def run_once(app, smtp_server, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_URL", smtp_server.url)
    return lambda: app.test_cli_runner().invoke(jobs, ["run", "--once"])


@pytest.fixture
def start(settings, smtp_server):
    """Starts the command as a process of its own, with a queue."""
    started = []

    def starting(queue_url, *options):
        environment = {
            **os.environ,
            "JOINDIN_INSTANCE": settings["INSTANCE"],
            "JOINDIN_DATABASE_URL": settings["DATABASE_URL"],
            "JOINDIN_SECRET_KEY": settings["SECRET_KEY"],
            "JOINDIN_WEBSITE_URL": settings["WEBSITE_URL"],
            "JOINDIN_QUEUE_URL": queue_url,
            "JOINDIN_MAIL_URL": smtp_server.url,
            "JOINDIN_MAIL_FROM": settings["MAIL_FROM"],
        }
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        started.append(subprocess.Popen([*COMMAND, *options], env=environment, **pipes))
        return started[-1]

    yield starting
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def queue_url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'queue.sqlite'}"
        return
    server = redis.Redis.from_url(REDIS)
    try:
        server.ping()
    except redis.ConnectionError:
        pytest.skip("no Redis answers at 127.0.0.1:6379")
    # One run at a time: the consumer of another would take our announcements.
    with server.lock("joindin-tests", timeout=90):
        _forget_queue(server)
        yield REDIS
        _forget_queue(server)
    server.close()


def _forget_queue(server):
    for key in server.scan_iter("huey.*joindin*"):
        server.delete(key)


@pytest.fixture
def announcing_app(settings, queue_url):
    """An application like the one that answers requests, whose commits are announced to that queue."""
    app = create_app({**settings, "QUEUE_URL": queue_url})
    app.config["ENQUEUE_JOBS"] = True
    yield app
    with app.app_context():
        db.engine.dispose()


def remind(*recipients):
    enqueue_mail(db.session, "username_reminder", recipients, full_name="Paul", username="paul")
    db.session.commit()


def wait_until(fulfilled, seconds=SOON):
    end = time.monotonic() + seconds
    while not fulfilled() and time.monotonic() < end:
        time.sleep(0.05)
    return fulfilled()


def mails():
    db.session.rollback()
    return db.session.scalars(select(Mail).order_by(Mail.id).execution_options(populate_existing=True)).all()


def test_one_round_says_what_it_sent(session, smtp_server, run_once):
    remind("a@example.org", "b@example.org")

    result = run_once()

    assert (result.exit_code, result.stdout) == (0, "2 sent, 0 failed\n")
    assert [letter["To"] for letter in smtp_server.messages] == ["a@example.org", "b@example.org"]


def test_one_round_with_nothing_to_do_is_a_success(session, run_once):
    result = run_once()

    assert (result.exit_code, result.stdout) == (0, "0 sent, 0 failed\n")


def test_one_round_in_which_something_failed_says_so(session, smtp_server, run_once):
    remind("a@example.org", "b@example.org")
    smtp_server.answers = ["451 Not now"]

    result = run_once()

    assert (result.exit_code, result.stdout) == (1, "1 sent, 1 failed\n")
    assert [letter["To"] for letter in smtp_server.messages] == ["b@example.org"]


@pytest.mark.parametrize(
    ("queue_url", "stop_signal"), [("sqlite", signal.SIGTERM), ("redis", signal.SIGINT)], indirect=["queue_url"]
)
def test_mail_is_sent_as_it_is_enqueued_until_the_process_is_stopped(
    session, smtp_server, start, queue_url, announcing_app, stop_signal
):
    make_user(session, "paul", email="paul@example.org")
    remind("early@example.org")
    process = start(queue_url)
    assert wait_until(lambda: len(smtp_server.messages) == 1), "what was never announced is sent at the start"

    reply = announcing_app.test_client().post("/v2.1/emails/reminders/username", json={"email": "paul@example.org"})
    wait_until(lambda: len(smtp_server.messages) == 2)
    process.send_signal(stop_signal)
    said, _ = process.communicate(timeout=SOON)

    assert reply.status_code == 202
    assert [letter["To"] for letter in smtp_server.messages] == ["early@example.org", "paul@example.org"]
    assert process.returncode == 0, said
    assert all(mail.sent_at and mail.due_at is None and mail.context == {} for mail in mails())


def test_a_process_told_to_stop_finishes_the_mail_in_hand(session, smtp_server, start, tmp_path):
    remind("paul@example.org")

    async def take_time():
        await asyncio.sleep(1)

    smtp_server.meanwhile = take_time
    process = start(f"sqlite:///{tmp_path / 'queue.sqlite'}")
    wait_until(lambda: smtp_server.received)
    process.terminate()
    said, _ = process.communicate(timeout=SOON)

    assert process.returncode == 0, said
    assert len(smtp_server.messages) == 1
    assert [(mail.attempts, mail.due_at) for mail in mails()] == [(1, None)]


def test_a_mail_whose_sender_was_killed_is_tried_again_after_the_lease(app, session, smtp_server, start, tmp_path):
    remind("paul@example.org")

    async def never_answer():
        await asyncio.sleep(SOON)

    smtp_server.meanwhile = never_answer
    process = start(f"sqlite:///{tmp_path / 'queue.sqlite'}", "--once")
    wait_until(lambda: smtp_server.received)
    process.kill()
    process.wait()
    smtp_server.meanwhile = None
    [mail] = mails()
    lease_ends_at = mail.due_at
    settings = {**app.config, "MAIL_URL": smtp_server.url}
    rounds = [
        deliver_due_mail(session, settings, lambda: lease_ends_at - dt.timedelta(seconds=1)),
        deliver_due_mail(session, settings, lambda: lease_ends_at),
    ]

    assert rounds == [DeliveryResult(), DeliveryResult(sent=1)]
    assert mail.created_at + LEASE <= lease_ends_at <= mail.created_at + LEASE + dt.timedelta(seconds=SOON)
    assert [letter["Message-ID"] for letter in smtp_server.received] == [smtp_server.messages[0]["Message-ID"]] * 2
    assert [letter["To"] for letter in smtp_server.messages] == ["paul@example.org"]


@pytest.mark.slow("fills the disk of the queue while a process starts")
def test_a_process_that_starts_while_the_disk_of_the_queue_is_full_waits_for_room(
    session, smtp_server, start, tmp_path
):
    remind("paul@example.org")
    with small_file_system(tmp_path / "volume", 1) as volume:
        with full(volume):
            process = start(f"sqlite:///{volume / 'queue.sqlite'}")
            line = process.stdout.readline()
        wait_until(lambda: smtp_server.messages)
        process.terminate()
        said, _ = process.communicate(timeout=SOON)

    assert "The job queue is not available: OperationalError: database or disk is full" in line
    assert (process.returncode, "Traceback" in said) == (0, False)
    assert [letter["To"] for letter in smtp_server.messages] == ["paul@example.org"]
