"""``joindin check``."""

import datetime as dt
import json
import os
import time

import pytest
from sqlalchemy import update

from joindin.cli import check as command
from joindin.db.dialects import dialect_of
from joindin.extensions import db
from joindin.jobs.heartbeat import HEARTBEAT_TIMEOUT_S, record_heartbeat
from joindin.models import Authenticator, Event, Mail
from joindin.operations.accounts.second_factors import ENCRYPTION_PURPOSE
from joindin.security.encryption import encrypt
from joindin.utils.datetimes import utc_now
from joindin.utils.media.local_folder import LocalFolder
from joindin.utils.media.open_storage import open_storage
from tests.cli.check_output import lines_of
from tests.factories import NOW, make_user

ANOTHER_KEY = "the key of another installation"
SECRET = "JBSWY3DPEHPK3PXP"


def add_authenticator(session, key):
    sealed = encrypt(key, ENCRYPTION_PURPOSE, SECRET)
    session.add(Authenticator(user_id=make_user(session).id, secret=sealed, created_at=NOW))


@pytest.mark.slow("checks a whole installation")
def test_an_installation_without_problems_has_only_ok(ready_copy):
    record_heartbeat(f"sqlite:///{ready_copy.folder / 'queue.sqlite'}")

    done = ready_copy.run("check", "--full")

    *results, summary = done.stdout.splitlines()
    assert (done.returncode, done.stderr, summary) == (0, "", f"{len(results)} ok, 0 warning, 0 failed")
    assert {line.partition(":")[0] for line in results} == {
        f"ok       {name}"
        for name in (
            "settings", "files", "disk", "images", "job worker", "database", "writing", "clock", "secret key", "mails", "counters",
        )
    }  # fmt: skip


def test_an_installation_before_its_setup_fails_and_nothing_is_created(instance):
    done = instance.run("check")

    assert done.returncode == 1
    assert lines_of(done, "files") == [("failed", f"The folder {instance.folder} is missing: run `joindin setup`")]
    assert lines_of(done, "database") == [("failed", "The database has not been set up: run `joindin setup`")]
    assert not instance.folder.exists()


@pytest.mark.runs_once("the database is away")
def test_the_other_checks_run_while_the_database_is_away(ready_copy, free_port):
    url = f"postgresql://ann:hidden@127.0.0.1:{free_port}/none"

    done = ready_copy.run("check", "--full", JOINDIN_DATABASE_URL=url)

    [(status, message)] = lines_of(done, "database")
    assert (done.returncode, done.stderr, status) == (1, "", "failed")
    assert message.startswith("The database does not answer: ")
    assert "hidden" not in done.stdout
    assert [lines_of(done, name)[0][0] for name in ("settings", "files", "images")] == ["ok"] * 3
    assert lines_of(done, "counters") == []


def test_a_database_of_an_older_release_fails(run, at_revision):
    at_revision("-1")

    reply = run("check")

    [(status, message)] = lines_of(reply, "database")
    assert (reply.exit_code, status) == (1, "failed")
    assert "not at that of this version: run `joindin setup`" in message


@pytest.mark.runs_once("settings")
def test_unknown_variables_are_warnings(ready_copy):
    done = ready_copy.run("check", JOINDIN_SITENAME="Tidewater")

    warning = "JOINDIN_SITENAME is no setting and has no effect; is JOINDIN_SITE_NAME meant?"
    assert (done.returncode, lines_of(done, "settings")) == (0, [("warning", warning)])


@pytest.mark.runs_once("settings")
def test_insecure_values_are_warnings(run, app, session, monkeypatch):
    monkeypatch.setitem(app.config, "MODE", "production")
    monkeypatch.setitem(app.config, "ALLOW_AUTO_VERIFY_USERS", True)

    reply = run("check")

    message = "JOINDIN_ALLOW_AUTO_VERIFY_USERS is for test platforms"
    assert ("warning", True) in [(status, text.startswith(message)) for status, text in lines_of(reply, "settings")]


@pytest.mark.runs_once("files")
@pytest.mark.parametrize(("mode", "status"), [(0o640, "warning"), (0o604, "failed")])
def test_a_secret_that_other_users_can_read_is_a_problem(ready_copy, mode, status):
    file = ready_copy.folder / "secret-key"
    file.chmod(mode)

    done = ready_copy.run("check")

    message = f"Other users have access to {file}: run `chmod go-rwx {file}`"
    assert lines_of(done, "files") == [(status, message)]
    assert done.returncode == (1 if status == "failed" else 0)


@pytest.mark.runs_once("files")
def test_a_folder_that_other_users_can_write_to_fails(ready_copy):
    ready_copy.folder.chmod(0o777)

    done = ready_copy.run("check")

    [(status, message)] = lines_of(done, "files")
    assert (done.returncode, status, "chmod go-w" in message) == (1, "failed", True)


@pytest.mark.runs_once("storage of images")
def test_a_folder_of_images_that_cannot_be_created_fails(run, app, session, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setitem(app.extensions, "media_storage", LocalFolder(tmp_path / "file" / "media"))

    reply = run("check")

    assert (reply.exit_code, [status for status, _ in lines_of(reply, "images")]) == (1, ["failed"])


@pytest.mark.runs_once("storage of images")
def test_a_bucket_is_requested(run, app, object_storage, monkeypatch):
    replies = []
    for url in (object_storage.create_bucket(), "s3://missing-bucket/images"):
        monkeypatch.setitem(app.extensions, "media_storage", open_storage(url, timeout_s=60))
        replies += lines_of(run("check"), "images")

    assert [status for status, _ in replies] == ["ok", "failed"]
    assert replies[1][1].startswith("s3://missing-bucket/images is not available: ")


@pytest.mark.runs_once("the heartbeat is a file")
def test_a_job_worker_that_has_ended_fails(run, app, session, tmp_path, monkeypatch):
    monkeypatch.setitem(app.config, "QUEUE_URL", f"sqlite:///{tmp_path / 'queue.sqlite'}")
    never = run("check")
    record_heartbeat(app.config["QUEUE_URL"])
    long_ago = time.time() - HEARTBEAT_TIMEOUT_S - 100
    os.utime(tmp_path / "queue.sqlite.heartbeat", (long_ago, long_ago))

    ended = run("check")

    assert (never.exit_code, lines_of(never, "job worker")[0][0]) == (0, "warning")
    assert (ended.exit_code, lines_of(ended, "job worker")[0][0]) == (1, "failed")


def test_secrets_of_another_key_fail(run, session, heartbeat):
    add_authenticator(session, ANOTHER_KEY)

    reply = run("check")

    [(status, message)] = lines_of(reply, "secret key")
    assert (reply.exit_code, status) == (1, "failed")
    assert message.startswith("The secret key does not decrypt: authenticator apps (1 of 1); ")
    assert SECRET not in reply.output


def test_single_secrets_of_another_key_are_a_warning(run, session, app, heartbeat):
    add_authenticator(session, ANOTHER_KEY)
    add_authenticator(session, app.config["SECRET_KEY"])

    reply = run("check")

    assert (reply.exit_code, lines_of(reply, "secret key")[0][0]) == (0, "warning")


def test_tokens_in_mails_are_decrypted_too(run, session, app, monkeypatch):
    session.add(Mail(kind="password_reset", recipient="a@example.org", context={"token": "a"}, created_at=NOW))
    session.commit()

    right = run("check")
    monkeypatch.setitem(app.config, "SECRET_KEYS", (ANOTHER_KEY,))
    wrong = run("check")

    assert lines_of(right, "secret key") == [("ok", "The secret key decrypts what the database has encrypted")]
    assert lines_of(wrong, "secret key")[0][1].startswith("The secret key does not decrypt: tokens in mails (1 of 1)")


def test_a_late_mail_fails(run, session):
    due_at = utc_now() - dt.timedelta(hours=1)
    session.add(Mail(kind="welcome", recipient="ann@example.org", created_at=due_at, due_at=due_at))

    reply = run("check")

    assert (reply.exit_code, lines_of(reply, "mails")[0][0]) == (1, "failed")


def test_counters_are_recomputed_on_request_and_not_repaired(run, session, event, heartbeat):
    session.execute(update(Event.__table__).values(attendee_count=9))

    short, full = run("check"), run("check", "--full")

    assert (short.exit_code, lines_of(short, "counters")) == (0, [])
    [(status, message)] = lines_of(full, "counters")
    assert (full.exit_code, status, message.startswith("1 counters")) == (1, "failed", True)
    session.refresh(event)
    assert event.attendee_count == 9


def test_a_clock_that_differs_from_the_database_server_is_a_warning(run, session, monkeypatch):
    monkeypatch.setattr(command, "utc_now", lambda: utc_now() + dt.timedelta(hours=1))

    reply = run("check")

    [(status, _message)] = lines_of(reply, "clock")
    assert status == ("warning" if dialect_of(db.engine).is_server else "ok")


def test_json_has_all_results_and_the_worst_status(run, session, heartbeat):
    reply = run("check", "--json")

    result = json.loads(reply.output)
    assert (reply.exit_code, result["status"]) == (0, "ok")
    assert {"name": "mails", "status": "ok", "message": "No mail is late"} in result["checks"]
