"""``joindin apps``: registering applications."""

import pytest
from sqlalchemy import select

from joindin.models import AccessToken, Client
from joindin.queries.accounts.api_tokens import authenticate_trusted_client
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.api_client import issue_token
from tests.factories import make_client, make_user, newest


def test_create_registers_an_application_that_signs_people_in(run, session):
    reply = run("apps", "create", "Web site", "--key", "web2", "--secret", "web2secret", "--password-grant")

    client = newest(session, Client)
    assert (reply.exit_code, reply.output) == (0, f"Registered Web site (id {client.id}).\nKey:    web2\n")
    assert (client.name, client.key, client.secret_hash) == ("Web site", "web2", hash_token("web2secret"))
    assert authenticate_trusted_client(session, "web2", "web2secret") is client


def test_an_application_without_the_password_grant_gets_no_tokens(run, session):
    run("apps", "create", "Phone", "--key", "phone", "--secret", "phonesecret")

    assert newest(session, Client).key == "phone"
    assert authenticate_trusted_client(session, "phone", "phonesecret") is None


def test_an_absent_key_and_secret_are_made_up_and_shown(run, session):
    reply = run("apps", "create", "Phone")

    shown = dict(line.split() for line in reply.output.splitlines()[1:])
    client = newest(session, Client)
    assert (reply.exit_code, list(shown)) == (0, ["Key:", "Secret:"])
    assert (client.key, client.secret_hash) == (shown["Key:"], hash_token(shown["Secret:"]))
    assert len(shown["Secret:"]) == 32


def test_a_secret_is_read_from_standard_input(run, session):
    reply = run("apps", "create", "Phone", "--key", "phone", "--secret", "-", input="from a pipe\n")

    assert (reply.exit_code, newest(session, Client).secret_hash) == (0, hash_token("from a pipe"))
    assert "pipe" not in reply.output


def test_a_public_application_has_addresses_and_no_secret(run, session):
    words = ["--public", "--redirect-uri", "http://127.0.0.1/cb", "--redirect-uri", "https://app.example/cb"]
    reply = run("apps", "create", "Phone", "--key", "phone", *words)

    client = newest(session, Client)
    assert (reply.exit_code, reply.output) == (0, f"Registered Phone (id {client.id}).\nKey:    phone\n")
    assert (client.is_public, client.secret_hash) == (True, None)
    assert client.redirect_uris == ["http://127.0.0.1/cb", "https://app.example/cb"]


def test_a_service_speaks_for_itself(run, session):
    run("apps", "create", "Printer", "--key", "printer", "--secret", "s3cret", "--service")

    client = newest(session, Client)
    assert (client.is_service, client.is_trusted, client.is_public) == (True, False, False)


def test_a_key_that_is_taken_is_a_conflict(run, session):
    make_client(session, "web2")

    reply = run("apps", "create", "Another", "--key", "web2")

    assert (reply.exit_code, reply.stderr) == (1, "Error: There is an application with the key 'web2' already\n")
    assert len(session.scalars(select(Client)).all()) == 1


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([" "], "The name must have 1 to 255 characters"),
        (["n" * 256], "The name must have 1 to 255 characters"),
        (["Phone", "--key", "a b"], "The key must have 1 to 100 characters, without spaces or accents"),
        (["Phone", "--key", ""], "The key must have 1 to 100 characters, without spaces or accents"),
        (["Phone", "--key", "k" * 101], "The key must have 1 to 100 characters, without spaces or accents"),
        (["Phone", "--key", "self"], "The key 'self' is that of Gancio's sign-in. Choose another"),
        (["Phone", "--secret", ""], "The secret must not be empty"),
        (["Phone", "--public", "--secret", "x"], "A public application has no secret"),
        (["Phone", "--public", "--service"], "A public application can neither ask for passwords nor speak for itself"),
        (["Phone", "--public", "--password-grant"], "A public application can neither ask for passwords nor speak for itself"),
        (["Phone", "--redirect-uri", "app.example"], "app.example: It must begin with https://, or with a scheme of your own with a dot in it"),
    ],
)  # fmt: skip
def test_parts_that_are_no_good_are_refused(run, session, words, complaint):
    reply = run("apps", "create", *words)

    assert (reply.exit_code, reply.stderr.splitlines()[-1]) == (2, f"Error: {complaint}")
    assert session.scalars(select(Client)).all() == []


def test_a_disabled_application_gets_no_tokens_until_it_is_enabled(run, session):
    client = make_client(session, "app", "appsecret", name="App", owner_id=make_user(session).id)
    issue_token(session, make_user(session), client)

    disabled = run("apps", "disable", "app")
    while_disabled = authenticate_trusted_client(session, "app", "appsecret")
    enabled = run("apps", "enable", "app")
    as_user = client.is_first_party
    adopted = run("apps", "enable", "app", "--first-party")

    assert [reply.output for reply in (disabled, enabled, adopted)] == [
        "App is disabled, and its tokens are revoked.\n",
        "App is enabled.\n",
        "App is enabled, as an application of the operator.\n",
    ]
    assert (while_disabled, as_user, client.is_active, client.is_first_party) == (None, False, True, True)
    assert newest(session, AccessToken).revoked_at is not None
    assert authenticate_trusted_client(session, "app", "appsecret") is client


@pytest.mark.parametrize("command", ["enable", "disable"])
def test_an_unknown_application_is_reported(run, session, command):
    reply = run("apps", command, "nothing")

    assert (reply.exit_code, "There is no application with the key 'nothing'" in reply.output) == (1, True)


def test_an_application_of_the_console_is_the_operators(run, session):
    run("apps", "create", "Phone", "--public")

    assert newest(session, Client).is_first_party


def test_list_names_the_owner_and_the_state(run, session):
    ann = make_user(session, "ann")
    make_client(session, "web2", name="Web site", is_first_party=True)
    make_client(session, "phone", name="Phone", owner_id=ann.id, is_first_party=False)
    make_client(session, "old", name="Old", is_active=False, is_first_party=False)

    lines = [line.split("\t")[1:] for line in run("apps", "list").output.splitlines()]

    assert lines == [
        ["old", "Old", "nobody", "disabled"],
        ["phone", "Phone", "ann", "enabled"],
        ["web2", "Web site", "the operator", "enabled, first-party"],
    ]


def test_list_says_that_there_are_no_applications(run, session):
    assert run("apps", "list").stderr == "There are no applications.\n"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1)])
def test_delete_asks_first_and_revokes_the_tokens(run, session, answer, code):
    user, client = make_user(session), make_client(session, "phone")
    session.add(AccessToken(token_hash="a", user_id=user.id, client_id=client.id, created_at=utc_now()))

    reply = run("apps", "delete", "phone", input=answer)

    is_deleted = code == 0
    assert (reply.exit_code, session.query(Client).count()) == (code, 0 if is_deleted else 1)
    assert (session.scalars(select(AccessToken.revoked_at)).one() is not None) == is_deleted


def test_delete_of_an_unknown_application_fails(run, session):
    reply = run("apps", "delete", "nothing", "--yes")

    assert (reply.exit_code, reply.output) == (1, "Error: There is no application with the key 'nothing'\n")
