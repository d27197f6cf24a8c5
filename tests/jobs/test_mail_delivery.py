"""Delivering: once, later again, or not at all."""

import asyncio
import datetime as dt
import email
import logging
import stat
import threading
from email.policy import default

import pytest
from sqlalchemy import select, update

from joindin.config import DEFAULT_MAIL_FROM
from joindin.extensions import db
from joindin.jobs.mail_delivery import LEASE, DeliveryResult, deliver_due_mail
from joindin.models import Mail
from joindin.operations.outbox import enqueue_mail
from tests.factories import NOW
from tests.jobs.smtp_server import plain_text_part
from tests.services import free_port

MINUTE = dt.timedelta(minutes=1)
SECOND = dt.timedelta(seconds=1)


def enqueue_due_mail(session, *recipients, kind="password_reset", token="0123456789abcdef"):
    """Mail that is due from NOW on."""
    enqueue_mail(session, kind, recipients or ["paul@example.org"], full_name="Paul Plain", token=token)
    session.flush()
    session.execute(update(Mail).values(created_at=NOW, due_at=NOW))
    session.commit()


def mails():
    """Return the current rows of the outbox in their order."""
    db.session.rollback()
    return db.session.scalars(select(Mail).order_by(Mail.id).execution_options(populate_existing=True)).all()


def state(mail):
    return mail.attempts, mail.due_at, mail.sent_at, mail.last_error, bool(mail.context)


def test_a_mail_goes_out_once_and_its_facts_are_forgotten(session, smtp_server, deliver):
    enqueue_due_mail(session)
    now = NOW + MINUTE

    rounds = [deliver(now), deliver(now), deliver(now + dt.timedelta(days=1))]

    assert rounds == [DeliveryResult(sent=1), DeliveryResult(), DeliveryResult()]
    assert [letter["To"] for letter in smtp_server.messages] == ["paul@example.org"]
    assert [state(mail) for mail in mails()] == [(1, None, now, None, False)]


def test_each_recipient_gets_a_message_of_their_own(session, smtp_server, deliver):
    enqueue_due_mail(session, "a@example.org", "", None, "b@example.org")

    deliver()

    assert smtp_server.envelopes == [("info@joind.in", ["a@example.org"]), ("info@joind.in", ["b@example.org"])]
    assert [letter["To"] for letter in smtp_server.messages] == ["a@example.org", "b@example.org"]
    assert len({letter["Message-ID"] for letter in smtp_server.messages}) == 2


def test_a_mail_that_is_put_off_is_tried_again_when_its_time_has_come(session, smtp_server, deliver):
    enqueue_due_mail(session)
    now = NOW + MINUTE
    smtp_server.answers = ["451 Not now"]

    rounds = [deliver(now)]
    put_off = state(mails()[0])
    rounds += [deliver(now + MINUTE - SECOND), deliver(now + MINUTE)]

    assert rounds == [DeliveryResult(failed=1), DeliveryResult(), DeliveryResult(sent=1)]
    assert put_off == (1, now + MINUTE, None, "message refused: 451", True)
    assert state(mails()[0]) == (2, None, now + MINUTE, None, False)
    assert [letter["To"] for letter in smtp_server.messages] == ["paul@example.org"]


def test_every_attempt_is_the_same_message_so_that_a_double_can_be_recognised(session, smtp_server, deliver):
    enqueue_due_mail(session)
    smtp_server.answers = ["451 I kept it, but you will never know"]

    deliver(NOW + MINUTE)
    deliver(NOW + 2 * MINUTE)

    first, second = smtp_server.received
    assert (first["Message-ID"], first["Date"], first["Subject"]) == (
        second["Message-ID"],
        second["Date"],
        second["Subject"],
    )
    assert plain_text_part(first) == plain_text_part(second)


def test_pauses_double_up_to_six_hours_and_the_twelfth_failure_is_the_last(session, smtp_server, deliver):
    enqueue_due_mail(session)
    smtp_server.answers = ["451 Not now"] * 13
    now, pauses = NOW + MINUTE, []

    while mails()[0].due_at is not None:
        deliver(now)
        due_at = mails()[0].due_at or now
        pauses.append((due_at - now) // MINUTE)
        now = due_at

    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 0]
    assert state(mails()[0]) == (12, None, None, "message refused: 451", True)
    assert deliver(now + dt.timedelta(days=9)) == DeliveryResult()


def test_a_recipient_refused_for_good_is_given_up_at_once(session, smtp_server, deliver):
    enqueue_due_mail(session, "gone@example.org", "paul@example.org")
    smtp_server.recipient_replies = ["550 5.1.1 No such user"]

    done = deliver(NOW)

    assert done == DeliveryResult(sent=1, failed=1)
    gone, paul = mails()
    assert state(gone) == (1, None, None, "recipient refused: 550 5.1.1 No such user", True)
    assert paul.sent_at == NOW


def test_a_recipient_refused_for_now_is_tried_again(session, smtp_server, deliver):
    enqueue_due_mail(session)
    smtp_server.recipient_replies = ["450 4.2.1 Greylisted"]

    rounds = [deliver(NOW), deliver(NOW + MINUTE)]

    assert rounds == [DeliveryResult(failed=1), DeliveryResult(sent=1)]
    assert mails()[0].attempts == 2


@pytest.mark.parametrize(
    "recipient",
    [
        "nobody",
        "jörg@example.org",
        "a..b@example.org",
        "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org",
    ],
)
def test_an_invalid_address_is_not_sent_to_the_server(session, smtp_server, deliver, recipient):
    enqueue_due_mail(session, recipient)

    done = deliver(NOW)

    assert done == DeliveryResult(failed=1)
    assert state(mails()[0]) == (1, None, None, "the recipient is not an e-mail address", True)
    assert smtp_server.received == []


def test_the_default_sender_and_operators_mailboxes_at_a_host_without_a_dot_are_accepted(session, smtp_server, deliver):
    enqueue_due_mail(session, "root@mailhost")

    done = deliver(NOW, MAIL_FROM=DEFAULT_MAIL_FROM)

    assert done == DeliveryResult(sent=1)
    assert [(mail["From"], mail["To"]) for mail in smtp_server.messages] == [("joindin@localhost", "root@mailhost")]


def test_an_address_with_other_letters_in_its_domain_is_reached(session, smtp_server, deliver):
    enqueue_due_mail(session, "paul@bücher.example", "x@straße.example")

    done = deliver(NOW)

    assert done == DeliveryResult(sent=2)
    assert smtp_server.envelopes == [
        ("info@joind.in", ["paul@xn--bcher-kva.example"]),
        ("info@joind.in", ["x@xn--strae-oqa.example"]),
    ]


def test_when_the_server_is_down_the_round_ends_and_nothing_is_lost(session, smtp_server, deliver):
    enqueue_due_mail(session, "a@example.org", "b@example.org")

    done = deliver(NOW, MAIL_URL=f"smtp://127.0.0.1:{free_port()}")

    assert done == DeliveryResult(failed=1)
    tried, untried = mails()
    assert state(tried) == (1, NOW + MINUTE, None, "ConnectionRefusedError: [Errno 111] Connection refused", True)
    assert (untried.attempts, untried.last_error) == (0, None)
    assert deliver(NOW + MINUTE) == DeliveryResult(sent=2)
    assert {letter["To"] for letter in smtp_server.messages} == {"a@example.org", "b@example.org"}


def test_a_mail_that_cannot_be_composed_does_not_block_the_others(session, smtp_server, deliver, caplog):
    enqueue_due_mail(session, "a@example.org", kind="carrier_pigeon")
    enqueue_due_mail(session, "b@example.org", kind="event_approved")
    enqueue_due_mail(session, "c@example.org")

    done = deliver(NOW)

    assert done == DeliveryResult(sent=1, failed=2)
    assert [letter["To"] for letter in smtp_server.messages] == ["c@example.org"]
    unknown, factless, _ = mails()
    assert state(unknown) == (1, NOW + MINUTE, None, "KeyError", True)
    assert state(factless) == (1, NOW + MINUTE, None, "KeyError", True)
    assert "could not be composed" in caplog.text


def test_no_token_reaches_the_logs_or_the_row(session, smtp_server, deliver, caplog):
    caplog.set_level(logging.DEBUG)
    enqueue_due_mail(session, token="5ec4e700000000ff")
    smtp_server.answers = ["554 Looks bad: http://web.example/user/new-password?token=5ec4e700000000ff"]

    deliver(NOW)
    deliver(NOW + MINUTE)

    [mail] = mails()
    assert mail.sent_at == NOW + MINUTE
    assert sorted(record.name for record in caplog.records if record.name.startswith("joindin.jobs")) == [
        "joindin.jobs.mail_delivery",
        "joindin.jobs.mail_transport",
    ]
    # The server's own log, under this name, is none of ours.
    assert "5ec4e700000000ff" not in "".join(r.getMessage() for r in caplog.records if r.name != "mail.log")


def test_two_workers_at_once_send_each_mail_exactly_once(app, session, smtp_server):
    recipients = [f"user{number}@example.org" for number in range(30)]
    enqueue_due_mail(session, *recipients)
    settings = {**app.config, "MAIL_URL": smtp_server.url}
    start, rounds = threading.Barrier(2), []

    async def take_time():
        await asyncio.sleep(0.01)

    def work():
        with app.app_context():
            start.wait()
            rounds.append(deliver_due_mail(db.session, settings))

    smtp_server.meanwhile = take_time
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(letter["To"] for letter in smtp_server.received) == sorted(recipients)
    assert sum(done.sent for done in rounds) == 30
    assert all(done.sent and not done.failed for done in rounds)


def test_a_slow_mail_server_does_not_block_the_database(app, session, smtp_server, deliver):
    enqueue_due_mail(session)
    seen = []

    async def write_meanwhile():
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(update(Mail).values(reply_to="changed@example.org"))
            seen.extend(connection.execute(select(Mail.due_at, Mail.attempts)))

    smtp_server.meanwhile = write_meanwhile
    done = deliver(NOW)

    assert done == DeliveryResult(sent=1)
    assert [tuple(row) for row in seen] == [(NOW + LEASE, 1)]
    assert mails()[0].reply_to == "changed@example.org"


def test_a_worker_that_lost_its_lease_does_not_put_off_what_another_sent(app, session, smtp_server, deliver):
    enqueue_due_mail(session)
    settings = {**app.config, "MAIL_URL": smtp_server.url}
    later = NOW + LEASE

    async def be_overtaken():
        smtp_server.meanwhile = None
        await asyncio.get_running_loop().run_in_executor(None, overtake)

    def overtake():
        with app.app_context():
            deliver_due_mail(db.session, settings, lambda: later)

    smtp_server.meanwhile = be_overtaken
    smtp_server.answers = ["250 OK", "451 Not now"]
    done = deliver(NOW)

    assert done == DeliveryResult(failed=1)
    assert len(smtp_server.messages) == 1
    assert state(mails()[0]) == (2, None, later, None, False)


def test_without_a_server_mails_become_files_and_the_log_says_so(session, deliver, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    enqueue_due_mail(session, "paul@example.org", token="5ec4e700000000ff")
    folder = tmp_path / "not yet" / "mail"

    done = deliver(NOW, MAIL_URL=None, MAIL_DIR=str(folder))

    assert done == DeliveryResult(sent=1)
    [mail] = mails()
    [file] = folder.iterdir()
    assert file.name == f"{mail.created_at:%Y%m%dT%H%M%SZ}-{mail.id}-password_reset.eml"
    letter = email.message_from_bytes(file.read_bytes(), policy=default)
    assert (letter["To"], letter["Subject"]) == ("paul@example.org", "Resetting your joind.in password")
    assert "token=5ec4e700000000ff" in plain_text_part(letter)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert state(mail) == (1, None, NOW, None, False)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("joindin")] == [
        f"No mail server is set (JOINDIN_MAIL_URL): mail {mail.id} is in {file}"
    ]


def test_a_file_that_cannot_be_written_is_tried_again(session, deliver, tmp_path):
    enqueue_due_mail(session)
    (tmp_path / "mail").write_text("in the way")

    done = deliver(NOW, MAIL_URL=None, MAIL_DIR=str(tmp_path / "mail"))

    assert done == DeliveryResult(failed=1)
    assert state(mails()[0]) == (1, NOW + MINUTE, None, "FileExistsError", True)
