"""Messages to the operators of the platform (spec 15)."""

import pytest
from sqlalchemy import func, select

from joindin import create_app
from joindin.jobs.mail_messages import build_message
from joindin.models import Mail
from tests.api_client import ApiClient
from tests.factories import make_client, make_user

LONGEST_EMAIL = f"{'e' * 64}@{'d' * 63}.{'c' * 63}.example"
NOT_BY_THIS_CLIENT = "This client cannot perform this action"


@pytest.fixture
def client(session):
    return make_client(session, "web2", "web2secret")


def message(**changes):
    return {
        "client_id": "web2",
        "client_secret": "web2secret",
        "name": "Ann Ash",
        "email": "ann@example.org",
        "subject": "My event",
        "comment": "When is it approved?\n\nRegards",
        **changes,
    }


def write(api, **changes):
    body = {name: value for name, value in message(**changes).items() if value is not ...}
    return api.post("/v2.1/contact", json=body)


def read_outcome(reply):
    return reply.status_code, reply.json if reply.data else None


def list_mails(session):
    return session.scalars(select(Mail).order_by(Mail.id)).all()


def test_a_message_reaches_the_contact_address(api, session, app, client):
    reply = write(api)

    [mail] = list_mails(session)
    letter = build_message(mail, app.config)
    assert read_outcome(reply) == (202, None)
    assert reply.headers["Content-Length"] == "0"
    assert letter["To"] == "feedback@joind.in"
    assert letter["From"] == "info@joind.in"
    assert letter["Reply-To"] == "ann@example.org, feedback@joind.in"
    assert letter["Subject"] == "joind.in contact: My event"
    assert letter.get_body(("plain",)).get_content().replace("\r\n", "\n").startswith(
        "You received a message through the contact form.\n\n"
        "Name: Ann Ash\n"
        "E-mail: ann@example.org\n"
        "Subject: My event\n"
        "Message:\n\n"
        "> When is it approved?\n>\n> Regards\n\n"
        "Reply to this mail to answer the sender.\n\n"
    )  # fmt: skip


def test_each_contact_address_gets_a_message_of_its_own(api, session, settings, client):
    several = create_app(settings | {"MAIL_CONTACT": "one@example.org, two@example.org"})

    reply = write(ApiClient(several))

    assert read_outcome(reply) == (202, None)
    assert [(mail.recipient, mail.reply_to) for mail in list_mails(session)] == [
        ("one@example.org", "ann@example.org, one@example.org"),
        ("two@example.org", "ann@example.org, two@example.org"),
    ]


@pytest.mark.parametrize(
    "email",
    [
        "ann",
        "änn@example.org",
        "ann.@example.org",
        "ann@example.org, eve@example.org",
        "ann@example.org\r\nBcc: eve@example.org",
        "<ann@example.org>x",
    ],
)
def test_an_invalid_address_is_shown_in_the_mail_but_not_in_reply_to(api, session, app, client, email):
    reply = write(api, email=email)

    [mail] = list_mails(session)
    letter = build_message(mail, app.config)
    assert read_outcome(reply) == (202, None)
    assert letter["Reply-To"] == "feedback@joind.in"
    assert letter["Bcc"] is None


def test_nothing_in_a_message_becomes_a_header_or_a_link(api, session, app, client):
    reply = write(
        api,
        name="[a](http://evil.example)",
        subject="{comment} %s\r\nBcc: eve@example.org\r\n\r\nText",
        comment="<script>x</script> **bold** [b](http://evil.example)",
    )

    [mail] = list_mails(session)
    letter = build_message(mail, app.config)
    html = letter.get_body(("html",)).get_content()
    assert read_outcome(reply) == (202, None)
    assert letter["Subject"] == "joind.in contact: {comment} %s Bcc: eve@example.org Text"
    assert letter["Bcc"] is None
    assert [mark for mark in ("<script", "<strong", 'href="http://evil') if mark in html] == []
    assert mail.context["comment"] == "<script>x</script> **bold** [b](http://evil.example)"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"client_secret": "wrong"},
        {"client_id": ...},
        {"client_secret": ...},
        {"client_id": "third", "client_secret": "secret"},
        {"client_id": None, "client_secret": None},
        {"client_id": 0, "client_secret": 0},
    ],
)
def test_only_a_trusted_client_writes_and_that_is_asked_first(api, session, client, changes):
    make_client(session, "third", "secret", is_trusted=False)

    reply = write(api, **changes, comment=..., email=["x"])

    assert read_outcome(reply) == (403, [NOT_BY_THIS_CLIENT])
    assert list_mails(session) == []


def test_the_writers_own_token_does_not_stand_for_the_client(api, session, client):
    caller = api.signed_in(make_user(session), client)

    reply = write(caller, client_id=...)

    assert read_outcome(reply) == (403, [NOT_BY_THIS_CLIENT])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (dict.fromkeys(("name", "email", "subject", "comment"), ...),
         "The fields 'name', 'email', 'subject', 'comment' are required."),
        ({"comment": ..., "email": ""}, "The fields 'email', 'comment' are required."),
        ({"name": ...}, "The field 'name' is required."),
        ({"email": None}, "The field 'email' is required."),
        ({"subject": " <b></b> "}, "The field 'subject' is required."),
        ({"comment": " \0\n "}, "The field 'comment' is required."),
        *(({name: value}, f"Expected parameter {name} is not a readable string")
          for name in ("client_id", "client_secret", "name", "email", "subject", "comment")
          for value in ([1], {"a": 1}, True)),
        *(({name: "x" * (most + 1)}, f"The field '{name}' must not be longer than {most} characters")
          for name, most in (("name", 200), ("email", 200), ("subject", 200), ("comment", 20_000))),
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_sent_is_refused(api, session, client, changes, expected):
    reply = write(api, **changes)

    assert read_outcome(reply) == (400, [expected])
    assert list_mails(session) == []


def test_the_longest_message_is_sent(api, session, app, client):
    reply = write(api, name="n" * 200, email=LONGEST_EMAIL, subject="s" * 200, comment="c\n" * 10_000)

    [mail] = list_mails(session)
    assert read_outcome(reply) == (202, None)
    assert build_message(mail, app.config)["Reply-To"] == f"{LONGEST_EMAIL}, feedback@joind.in"


def test_a_form_is_no_message(api, session, client):
    reply = api.post("/v2.1/contact", data=message())

    assert read_outcome(reply) == (403, [NOT_BY_THIS_CLIENT])
    assert list_mails(session) == []


def test_spam_is_refused(api, session, settings, client):
    # There is no server at this port: messages that cannot be checked count as spam.
    guarded = create_app(settings | {"AKISMET_KEY": "key", "AKISMET_URL": "http://127.0.0.1:9/"})

    reply = write(ApiClient(guarded))
    missing = write(ApiClient(guarded), name="")

    assert read_outcome(reply) == (400, ["Comment failed spam check"])
    assert read_outcome(missing) == (400, ["The field 'name' is required."])
    assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_there_is_nothing_to_read(api):
    replies = [api.request(method, "/v2.1/contact") for method in ("GET", "PUT", "DELETE")]

    assert [read_outcome(reply) for reply in replies] == [(405, ["Method not supported"])] * 3
