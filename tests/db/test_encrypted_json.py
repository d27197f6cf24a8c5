"""Secrets in JSON columns, and what is left of them in the files of the database."""

from pathlib import Path

import pytest
from sqlalchemy import text

from joindin.db.encrypted_json import EncryptedJSON
from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.models import Mail
from joindin.operations.accounts.passwords import send_password_reset
from joindin.operations.accounts.users import send_verification
from joindin.utils.datetimes import utc_now
from tests.browser_client import make_user_with_password
from tests.factories import newest
from tests.file_search import files_containing

REGISTRATION = {
    "username": "hedy",
    "full_name": "Hedy Lamarr",
    "email": "hedy@example.org",
    "password": "correct horse battery",
}


def stored_context(session):
    """Return the context of the newest mail as the database has it."""
    return session.execute(text("SELECT CAST(context AS text) FROM outbox ORDER BY id DESC LIMIT 1")).scalar_one()


@pytest.fixture
def request_mail(session, api, browser):
    """``request_mail(kind)`` requests a mail with a one-time token of that kind."""

    def request(kind):
        user = make_user_with_password(session, "ada", full_name="Ada Lovelace")
        if kind == "email_change":
            browser.sign_in_directly(user).send("/accounts/email/", {"email": "new@example.org"})
        elif kind == "registration":
            browser.send("/accounts/register/", REGISTRATION)
        elif kind == "password_forgotten":
            browser.send("/accounts/password/reset/", {"username": "ada"})
        elif kind == "password_reset":
            send_password_reset(session, user, now=utc_now())
        else:
            send_verification(session, user, now=utc_now())
        session.commit()

    return request


@pytest.mark.parametrize(
    "kind", ["verification", "password_reset", "password_forgotten", "registration", "email_change"]
)
def test_one_time_tokens_are_encrypted_in_the_outbox_and_readable_in_the_mail(
    app, session, request_mail, tmp_path, kind
):
    request_mail(kind)

    mail = newest(session, Mail)
    token = mail.context["token"]
    stored = stored_context(session)
    deliver_due_mail(session, app.config | {"MAIL_DIR": str(tmp_path)})

    assert (mail.kind, token in stored, "encrypted_token" in stored) == (kind, False, True)
    assert [token in "".join(file.read_text().split("=\n")) for file in tmp_path.iterdir()].count(True) == 1
    assert token not in "".join(str(row) for row in session.execute(text("SELECT * FROM outbox")))


def test_a_sent_token_is_in_no_file_of_the_database(app, session, request_mail, tmp_path, database_server):
    if database_server:
        pytest.skip("the files of PostgreSQL belong to its server")
    request_mail("password_forgotten")
    token = newest(session, Mail).context["token"]
    database = Path(app.config["DATABASE_URL"].removeprefix("sqlite:///"))

    deliver_due_mail(session, app.config | {"MAIL_DIR": str(tmp_path)})
    files = list(database.parent.glob(f"{database.name}*"))

    assert sorted(file.name.removeprefix(database.name) for file in files) == ["", "-shm", "-wal"]
    assert files_containing(token, files) == set()


def test_deleted_rows_are_overwritten(app, session, database_server):
    if database_server:
        pytest.skip("PostgreSQL removes them by VACUUM")

    assert session.execute(text("PRAGMA secure_delete")).scalar() == 1


def test_a_former_key_still_reads_and_another_key_does_not():
    written = EncryptedJSON("token", lambda: ("old key",)).process_bind_param({"name": "Ada", "token": "secret"}, None)

    def read(*keys):
        return EncryptedJSON("token", lambda: keys).process_result_value(written, None)

    assert (read("old key"), read("new key", "old key")) == ({"token": "secret", "name": "Ada"},) * 2
    assert read("new key") == {"name": "Ada"}


@pytest.mark.parametrize("value", [None, {}, {"name": "Ada"}, {"token": "from before encryption"}])
def test_other_values_are_read_as_they_are_stored(value):
    column = EncryptedJSON("token", lambda: ("key",))

    assert column.process_result_value(value, None) == value
    if value is None or "token" not in value:
        assert column.process_bind_param(value, None) == value
