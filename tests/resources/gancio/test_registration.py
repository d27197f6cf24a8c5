"""Registration in the Gancio API, and new passwords by a mailed code (contract, section 5)."""

import datetime as dt
from functools import partial

import pytest
import time_machine
from sqlalchemy import select

from joindin.jobs.mail_delivery import deliver_due_mail
from joindin.models import Mail, PasswordReset, SiteSetting, User
from joindin.queries.accounts.personal_data import collect_personal_data
from joindin.utils.datetimes import utc_now
from tests.concurrency import run_concurrently
from tests.conftest import WEBSITE_URL
from tests.factories import NOW, make_user, newest
from tests.jobs.smtp_server import SmtpServer, plain_text_part
from tests.resources.gancio.test_users import PASSWORD, mails, sign_in

CAT = {"email": "cat@example.org", "password": PASSWORD, "description": "Let me in"}


def account(session, email):
    return session.scalars(select(User).where(User.email == email)).one_or_none()


@pytest.mark.parametrize("path", ["/api/user/register", "/api/user"])
def test_the_first_to_register_is_an_active_admin(gancio, session, path):
    reply = gancio().post(path, {"email": "boss@example.org", "password": "boss-pass-1234", "role": "user"})

    assert (reply.status_code, reply.json["role"], reply.json["is_admin"], reply.json["is_active"]) == (
        200, "admin", True, True
    )  # fmt: skip
    assert {"password", "password_hash"} & set(reply.json) == set()
    assert sign_in(gancio, "boss@example.org", "boss-pass-1234").status_code == 200


def test_the_first_may_be_named_admin(gancio, session):
    reply = gancio().post("/api/user/register", {"email": "admin", "password": "boss-pass-1234"})

    assert (reply.status_code, reply.json["email"]) == (200, "admin")
    assert sign_in(gancio, "admin", "boss-pass-1234").status_code == 200


def test_the_reason_of_a_registration_is_shown_to_admins_and_the_person(gancio, admin, session, api, browser):
    gancio().post("/api/user/register", CAT)
    cat = account(session, "cat@example.org")
    gancio(admin).put(f"/api/user/{cat.id}", {"is_active": True})
    browser.sign_in_directly(admin)

    assert [gancio(each).get("/api/user").json["description"] for each in (cat, admin)] == ["Let me in", None]
    assert gancio(admin).get("/api/users").json[0]["description"] == "Let me in"
    assert "Let me in" in browser.get(f"/desk/people/{cat.id}/").text
    mail = session.scalars(select(Mail).where(Mail.kind == "registration_to_review")).first()
    assert mail.context["note"] == "Let me in"
    assert collect_personal_data(session, cat)["users"][0]["registration_note"] == "Let me in"
    paths = [f"/v2.1/users/{cat.id}?verbose=yes", "/v2.1/users?username=cat&verbose=yes", f"/user/{cat.username}"]
    public = [caller.get(path) for caller in (api, api.signed_in(admin)) for path in paths]
    assert [(reply.status_code, "Let me in" in reply.text) for reply in public] == [(200, False)] * 6


@pytest.mark.parametrize("as_form", [False, True])
def test_others_wait_for_an_admin(gancio, admin, editor, session, as_form):
    body = CAT | {"role": "admin", "is_active": "true"}
    reply = gancio().post("/api/user/register", **({"data": body} if as_form else {"json": body}))

    cat = account(session, "cat@example.org")
    assert (reply.status_code, reply.text) == (200, "OK")
    assert (cat.username, cat.is_active, cat.is_verified, cat.is_admin, cat.is_trusted, cat.registration_note) == (
        "cat", False, False, False, False, "Let me in"
    )  # fmt: skip
    assert mails(session) == [
        ("registration_received", "cat@example.org"),
        ("registration_to_review", "boss@example.org"),
        ("registration_to_review", "ed@example.org"),
    ]
    assert sign_in(gancio, "cat@example.org").status_code == 403

    gancio(admin).put("/api/user", {"id": cat.id, "is_active": True})

    assert sign_in(gancio, "cat@example.org").status_code == 200


def test_the_address_of_the_site_hears_of_registrations_too(gancio, admin, session):
    session.add(SiteSetting(key="admin_email", value="agenda@example.org", updated_at=NOW))

    gancio().post("/api/user/register", CAT)

    assert mails(session)[1:] == [
        ("registration_to_review", "boss@example.org"),
        ("registration_to_review", "agenda@example.org"),
    ]


def test_a_reviewer_who_opted_out_gets_no_mail(gancio, admin, session):
    gancio(admin).put("/api/user", {"id": admin.id, "to_notify": False})

    gancio().post("/api/user/register", CAT)

    assert mails(session) == [("registration_received", "cat@example.org")]


def test_a_username_that_is_taken_gets_a_number(gancio, admin, session):
    make_user(session, "cat", email="other@example.org")

    gancio().post("/api/user/register", CAT)

    assert account(session, "cat@example.org").username == "cat2"


@pytest.mark.parametrize(
    ("body", "status", "answer"),
    [
        (CAT | {"email": "cat"}, 404, "Invalid email"),
        (CAT | {"email": ""}, 404, "Invalid email"),
        ({}, 400, {"errors": [{"message": "password is required"}]}),
        (CAT | {"password": ""}, 400, {"errors": [{"message": "password is required"}]}),
        (CAT | {"password": 123456}, 400, {"errors": [{"message": "password must be a text"}]}),
        (CAT | {"email": "BOSS@example.org"}, 400, {"errors": [{"message": "error.email_taken", "path": "email"}]}),
        (CAT | {"description": "x" * 5001}, 400, {"errors": [{"message": "description must not be longer than 5000 characters"}]}),
    ],
)  # fmt: skip
def test_a_refused_registration_stores_nothing(gancio, admin, session, count_rows, body, status, answer):
    session.commit()
    before = count_rows()

    reply = gancio().post("/api/user/register", body)

    assert (reply.status_code, reply.json) == (status, answer)
    after = count_rows()
    # The limit of requests is counted.
    assert {name: number for name, number in after.items() if name != "rate_limit_counters"} == {
        name: number for name, number in before.items() if name != "rate_limit_counters"
    }


def test_nobody_registers_where_registration_is_closed(gancio, admin, session):
    session.add(SiteSetting(key="allow_registration", value=False, updated_at=NOW))

    reply = gancio().post("/api/user/register", CAT)

    assert (reply.status_code, reply.text, account(session, "cat@example.org")) == (404, "Not Found", None)


def test_a_forgotten_password_is_replaced_by_a_mailed_code(gancio, user, session):
    own = gancio(user)
    reply = gancio().post("/api/user/recover", {"email": "Ann@example.org"})

    code = newest(session, Mail).context["token"]
    assert (reply.status_code, reply.text, mails(session)) == (200, "OK", [("password_recovery", "ann@example.org")])
    assert newest(session, PasswordReset).token_hash != code
    assert gancio().post("/api/user/check_recover_code", {"recover_code": code}).json == {"email": "ann@example.org"}
    assert own.get("/api/user").json["recover_code"] == ""

    body = {"recover_code": code, "password": "ann-new-12345"}
    first, second = gancio().post("/api/user/recover_password", body), gancio().post("/api/user/recover_password", body)

    assert (first.status_code, first.text) == (200, "OK")
    assert (second.status_code, second.text) == (400, "Bad Request")
    assert sign_in(gancio, "ann@example.org", "ann-new-12345").status_code == 200
    assert own.get("/api/user").status_code == 403


def test_a_code_expires_after_a_day(gancio, user, session):
    gancio().post("/api/user/recover", {"email": "ann@example.org"})
    code = newest(session, Mail).context["token"]

    with time_machine.travel(utc_now() + dt.timedelta(hours=25)):
        reply = gancio().post("/api/user/recover_password", {"recover_code": code, "password": PASSWORD})

    assert (reply.status_code, user.password_hash) == (400, None)


@pytest.mark.parametrize("email", ["unknown@example.org", "off@example.org", "", None, 5, ["a"], "a\0b", "x" * 9999])
def test_recovery_of_other_addresses_mails_nothing_and_answers_the_same(gancio, session, email):
    make_user(session, "off", is_active=False)

    reply = gancio().post("/api/user/recover", {"email": email})

    assert (reply.status_code, reply.text, mails(session)) == (200, "OK", [])


@pytest.mark.parametrize("code", [None, "", "0" * 32, 5, ["a"], {"a": 1}, "x" * 5000])
@pytest.mark.parametrize("path", ["/api/user/check_recover_code", "/api/user/recover_password"])
def test_an_unknown_code_is_refused(gancio, path, code):
    reply = gancio().post(path, {"recover_code": code, "password": "x-pass-12345"})

    assert (reply.status_code, reply.text) == (400, "Bad Request")


def test_a_weak_password_is_refused_and_the_code_stays(gancio, user, session):
    gancio().post("/api/user/recover", {"email": "ann@example.org"})
    code = newest(session, Mail).context["token"]

    weak = gancio().post("/api/user/recover_password", {"recover_code": code, "password": "ann"})

    assert (weak.status_code, weak.text) == (400, "Passwords must be at least 6 characters long")
    assert gancio().post("/api/user/recover_password", {"recover_code": code, "password": PASSWORD}).status_code == 200


def test_a_code_of_an_inactive_user_is_worth_nothing(gancio, admin, user, session):
    gancio().post("/api/user/recover", {"email": "ann@example.org"})
    code = newest(session, Mail).context["token"]
    gancio(admin).put("/api/user", {"id": user.id, "is_active": False})

    body = {"recover_code": code, "password": PASSWORD}
    replies = [gancio().post(f"/api/user/{name}", body) for name in ("check_recover_code", "recover_password")]

    assert [(reply.status_code, reply.text) for reply in replies] == [(400, "Bad Request")] * 2
    assert user.password_hash is None


def test_of_two_first_accounts_one_is_the_admin(gancio, session):
    bodies = [{"email": f"{name}@example.org", "password": PASSWORD} for name in ("ann", "bob", "cat")]

    replies = run_concurrently(session, [partial(gancio().post, "/api/user/register", body) for body in bodies])

    assert [reply.status_code for reply in replies] == [200] * 3
    users = session.scalars(select(User)).all()
    assert sorted((user.is_admin, user.is_active) for user in users) == [(False, False), (False, False), (True, True)]


def test_of_simultaneous_registrations_of_an_address_one_succeeds(gancio, admin, session):
    bodies = [CAT, CAT | {"email": "CAT@example.org"}, CAT]

    replies = run_concurrently(session, [partial(gancio().post, "/api/user/register", body) for body in bodies])

    assert sorted(reply.status_code for reply in replies) == [200, 400, 400]
    assert [kind for kind, _ in mails(session)] == ["registration_received", "registration_to_review"]


def test_the_mails_have_the_subjects_and_links_of_the_contract(app, gancio, admin, session):
    session.add(SiteSetting(key="title", value="Test agenda", updated_at=NOW))
    gancio().post("/api/user/register", CAT)
    cat = account(session, "cat@example.org")
    gancio(admin).put("/api/user", {"id": cat.id, "is_active": True})
    gancio().post("/api/user/recover", {"email": "cat@example.org"})
    recover_code = newest(session, Mail).context["token"]
    gancio(admin).post("/api/user", {"email": "yan@example.org"})
    confirm_code = newest(session, Mail).context["token"]

    with SmtpServer() as smtp_server:
        deliver_due_mail(session, app.config | {"MAIL_URL": smtp_server.url})

    letters = {(mail["To"], mail["Subject"]): plain_text_part(mail) for mail in smtp_server.messages}
    assert [*letters] == [
        ("cat@example.org", "[Test agenda] Registration request received"),
        ("boss@example.org", "[Test agenda] New registration"),
        ("cat@example.org", "[Test agenda] You can now start publishing events"),
        ("cat@example.org", "[Test agenda] Password recovery"),
        ("yan@example.org", "[Test agenda] You can now start publishing events"),
    ]
    assert {mail["From"] for mail in smtp_server.messages} == {"📅 Test agenda <info@joind.in>"}
    registration, review, activation, recovery, confirmation = letters.values()
    assert WEBSITE_URL not in registration
    assert f"<{WEBSITE_URL}/admin>" in review
    assert "E-mail address: cat@example.org" in review
    assert "> Let me in" in review
    assert WEBSITE_URL not in activation
    assert f"<{WEBSITE_URL}/recover/{recover_code}>" in recovery
    assert f"<{WEBSITE_URL}/user_confirm/{confirm_code}>" in confirmation


@pytest.mark.parametrize("path", ["/recover/0123456789abcdef", "/user_confirm/0123456789abcdef"])
def test_a_link_in_a_mail_leads_to_the_page_for_a_new_password(browser, path):
    reply = browser.get(path)

    assert (reply.status_code, reply.location) == (302, "/accounts/password/new/?token=0123456789abcdef")


def test_the_link_to_the_administration_leads_to_the_accounts(browser):
    assert browser.get("/admin").location == "/desk/people/"
