"""Secrets that were given out are not in the database or in the files of the server."""

import re
from pathlib import Path

import pyotp
import pytest

from joindin.db.base import Base
from joindin.models import Mail
from tests.browser_client import PASSWORD, Browser, form_fields, make_user_with_password
from tests.factories import make_client, make_event, newest
from tests.file_search import files_containing
from tests.oauth2.flow import CALLBACK, Flow

# One-time tokens wait in the outbox until their mail is sent. Reading the table decrypts them.
OUTBOX = Mail.__tablename__


def stored_text(session):
    """Return all values of all tables as one text by table."""
    session.commit()
    return {
        table.name: "\n".join(str(tuple(row)) for row in session.execute(table.select()))
        for table in Base.metadata.sorted_tables
    }


def tables_with(session, secret):
    return {name for name, content in stored_text(session).items() if secret in content}


def files_with(app, secret):
    """Return the files of the instance folder and of the database that contain the secret."""
    folder = Path(app.config["INSTANCE"])
    database = app.config["DATABASE_URL"].removeprefix("sqlite:///").partition("?")[0]
    files = (
        [*folder.rglob("*"), *Path(database).parent.glob(f"{Path(database).name}*")] if database else folder.rglob("*")
    )
    return files_containing(secret, files)


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann")


def test_a_password_is_stored_as_a_hash(app, session, browser, ann):
    browser.sign_in(ann)
    browser.send(
        "/accounts/password/",
        {"old_password": PASSWORD, "password": "another horse battery", "new_password": "another horse battery"},
    )

    assert tables_with(session, PASSWORD) == set()
    assert tables_with(session, "another horse battery") == set()
    assert files_with(app, "another horse battery") == set()


def test_the_cookie_of_a_session_is_stored_as_a_hash(app, session, browser, ann):
    browser.sign_in(ann)
    cookie = browser.cookie("sessionid")

    assert len(cookie) > 40
    assert tables_with(session, cookie) == set()
    assert files_with(app, cookie) == set()


def test_tokens_and_codes_of_applications_are_stored_as_hashes(app, session, browser, ann):
    client = make_client(session, is_trusted=False, secret="oracle-secret", callback_url=CALLBACK, owner_id=ann.id)
    browser.sign_in_directly(ann)
    flow = Flow(browser, client)
    code = flow.code()
    tokens = flow.redeem(code).json
    secrets = [code, tokens["access_token"], tokens["refresh_token"], flow.secret]

    assert [tables_with(session, secret) for secret in secrets] == [set()] * 4
    assert [files_with(app, secret) for secret in secrets] == [set()] * 4


def test_a_v2_1_token_is_stored_as_a_hash(app, session, api, ann):
    make_client(session, "web2", "web2secret")
    reply = api.post(
        "/v2.1/token",
        json={
            "grant_type": "password",
            "username": "ann",
            "password": PASSWORD,
            "client_id": "web2",
            "client_secret": "web2secret",
        },
    )

    secrets = [reply.json["access_token"], "web2secret"]
    assert [tables_with(session, secret) for secret in secrets] == [set(), set()]
    assert [files_with(app, secret) for secret in secrets] == [set(), set()]


def test_the_seed_of_an_authenticator_is_encrypted(app, session, browser, ann):
    browser.sign_in_directly(ann)
    page = browser.get("/accounts/security/authenticator/")
    fields = form_fields(page.text)
    seed = "".join(re.search(r"<code[^>]*>([A-Z2-7 ]{16,})</code>", page.text)[1].split())
    reply = browser.post("/accounts/security/authenticator/", fields | {"code": pyotp.TOTP(seed).now()})
    codes = re.findall(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b", browser.get("/accounts/security/").text + reply.text)

    assert reply.status_code in (200, 302, 303)
    assert [tables_with(session, secret) for secret in [seed, *codes]] == [set()] * (1 + len(codes))
    assert [files_with(app, secret) for secret in [seed, *codes]] == [set()] * (1 + len(codes))


def test_a_mailed_token_is_stored_as_a_hash_and_encrypted_in_the_outbox(app, session, ann):
    Browser(app).send("/accounts/password/reset/", {"username": "ann"})
    token = newest(session, Mail).context["token"]

    assert tables_with(session, token) <= {OUTBOX}
    assert files_with(app, token) == set()


def test_the_token_of_an_invitation_is_stored_as_a_hash(app, session, browser, ann):
    event = make_event(session, host=ann)
    browser.sign_in_directly(ann).send(f"/event/{event.slug}/manage/people/", {"login": "new@example.org"})
    token = newest(session, Mail).context["token"]

    assert tables_with(session, token) == {OUTBOX}
    assert files_with(app, token) == set()
