"""E-mail addresses in the Joind.in API: what is refused, and which spellings are one address."""

import pytest
from sqlalchemy import select

from joindin.jobs.mail_messages import build_message
from joindin.models import Mail, User
from tests.factories import make_user, newest

INVALID = "A valid entry for 'email' is required"
TAKEN = "That email is already associated with another account"
REQUIRED = "The email address must be supplied"

UNREACHABLE = [
    ".a@example.org",
    "a..b@example.org",
    "a.@example.org",
    f"a@{'b' * 64}.org",
    "jörg@example.org",
    "a\u200b@example.org",
    "a@exam\u00adple.org",
    "a\u202e@example.org",
    "a\u0000@example.org",
    "a<b>c</b>@example.org",
    "a@example.invalid",
    "Ada <a@example.org>",
    "a@example.org, b@example.org",
]

SPELLINGS = [
    ("joe@exämple.net", "joe@xn--exmple-cua.net"),
    ("joe@xn--exmple-cua.net", "JOE@EXÄMPLE.NET"),
    ("joe@exämple.net", "joe@exa\u0308mple.net"),
    ("a@xn--e1afmkfd.xn--p1ai", "a@пример.рф"),
    ("x@straße.de", "x@xn--strae-oqa.de"),
]


@pytest.fixture(autouse=True)
def _inhabited(session):
    """The first account, because it becomes an admin."""
    make_user(session, "first", is_admin=True)


def register(api, email, username="joe"):
    body = {"username": username, "full_name": "Joe", "password": "correct horse", "email": email}
    return api.post("/v2.1/users", json=body)


def edit(caller, user, email):
    return caller.put(f"/v2.1/users/{user.id}", json={"full_name": "Joe", "email": email})


@pytest.mark.parametrize("email", UNREACHABLE)
def test_an_unreachable_address_is_refused_everywhere_and_nothing_is_stored(api, session, count_rows, email):
    user = make_user(session, "ann", email="ann@example.org")
    caller = api.signed_in(user)
    session.commit()
    before = count_rows()

    replies = [
        register(api, email),
        edit(caller, user, email),
        api.post("/v2.1/emails/verifications", json={"email": email}),
        api.post("/v2.1/emails/reminders/username", json={"email": email}),
    ]

    assert [(reply.status_code, reply.json) for reply in replies] == [
        (400, [INVALID]),
        (400, [INVALID]),
        (400, [REQUIRED]),
        (400, [REQUIRED]),
    ]
    assert count_rows() == before
    assert user.email == "ann@example.org"


@pytest.mark.parametrize(("email", "other"), SPELLINGS)
def test_two_spellings_of_an_address_belong_to_one_account(api, session, email, other):
    bea = make_user(session, "bea")

    first, second = register(api, email), register(api, other, "joe2")
    edited = edit(api.signed_in(bea), bea, other)
    reminded = api.post("/v2.1/emails/reminders/username", json={"email": other})

    assert [reply.status_code for reply in (first, second, edited, reminded)] == [201, 400, 400, 202]
    assert (second.json, edited.json) == ([TAKEN], [TAKEN])
    assert newest(session, User).email == email
    assert newest(session, Mail).recipient == email


def test_addresses_that_differ_in_an_accent_belong_to_two_accounts(api, session):
    replies = [register(api, "ada@demo.example", "ada"), register(api, "ada@démo.example", "eve")]

    assert [reply.status_code for reply in replies] == [201, 201]
    assert session.scalars(select(User.email_key).order_by(User.id).offset(1)).all() == [
        "ada@demo.example",
        "ada@xn--dmo-bma.example",
    ]


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [("x@straße.de", "x@xn--strae-oqa.de"), ("a@xn--e1afmkfd.xn--p1ai", "a@xn--e1afmkfd.xn--p1ai")],
)
def test_the_verification_is_mailed_to_the_ascii_form(api, app, session, email, mailbox):
    reply = register(api, email)

    assert reply.status_code == 201
    assert build_message(newest(session, Mail), app.config)["To"] == mailbox


def test_a_stored_address_that_is_invalid_breaks_nothing(api, session):
    user = make_user(session, "jörg", email="jörg@example..org")

    caller = api.signed_in(user)
    shown = caller.get(f"/v2.1/users/{user.id}?verbose=yes")
    reminded = api.post("/v2.1/emails/reminders/password", json={"username": "jörg"})
    edited = edit(caller, user, "joerg@example.org")

    assert [reply.status_code for reply in (shown, reminded, edited)] == [200, 202, 204]
    assert shown.json["users"][0]["email"] == "jörg@example..org"
