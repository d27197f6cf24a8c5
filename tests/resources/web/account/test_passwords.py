"""Pages for forgotten, new and changed passwords."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Mail, PasswordReset
from joindin.operations.rate_limits import MAIL_ACCOUNT
from joindin.security.passwords import check_password, hash_password
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, main_text, make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import newest

ANOTHER = "battery staple horse"


def mails(session):
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def request_reset(browser, name):
    return browser.send("/accounts/password/reset/", {"username": name})


def token(session):
    return newest(session, Mail).context["token"]


def test_forgotten_password_is_replaced(browser, another_browser, session):
    ann = make_user_with_password(session)
    another_browser.sign_in(ann)
    request_reset(browser, ann.email)
    link_token = token(session)

    reply = browser.send(
        "/accounts/password/new/",
        {"token": link_token, "password": ANOTHER},
        page=f"/accounts/password/new/?token={link_token}",
    )

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/login/")
    assert check_password(ANOTHER, ann.password_hash)
    assert not another_browser.is_signed_in
    assert mails(session) == [("password_forgotten", ann.email), ("password_changed", ann.email)]
    assert browser.sign_in(ann, ANOTHER).status_code == 302


def test_reset_does_not_reveal_accounts(app, session):
    make_user_with_password(session, "ann", email="ann@example.org")
    make_user_with_password(session, "gone", email="gone@example.org", is_active=False)
    make_user_with_password(session, "mailless", email=None)

    answers = set()
    for name in ("ann", "ann@example.org", "gone@example.org", "mailless", "nobody", "nobody@example.org", "\0"):
        browser = Browser(app)
        reply = request_reset(browser, name)
        answers.add((reply.status_code, reply.headers.get("Location"), reply.text if reply.location else name))
        answers.add(browser.get("/accounts/password/reset/sent/").text)

    assert len([each for each in answers if isinstance(each, tuple) and each[0] == 302]) == 1
    assert len([each for each in answers if isinstance(each, str)]) == 1
    assert mails(session) == [("password_forgotten", "ann@example.org")] * 2


def test_reset_mails_are_rate_limited(app, session):
    ann = make_user_with_password(session)

    replies = [request_reset(Browser(app), ann.username) for _ in range(MAIL_ACCOUNT.max_count + 2)]

    assert {(reply.status_code, reply.headers["Location"]) for reply in replies} == {
        (302, "/accounts/password/reset/sent/")
    }
    assert len(mails(session)) == MAIL_ACCOUNT.max_count


def test_link_works_once_under_concurrency(app, browser, session):
    ann = make_user_with_password(session)
    request_reset(browser, ann.username)
    link_token, browsers = token(session), [Browser(app) for _ in range(4)]
    forms = [
        {
            "token": link_token,
            "password": f"{ANOTHER} {number}",
            "csrfmiddlewaretoken": each.token("/accounts/password/new/"),
        }
        for number, each in enumerate(browsers)
    ]

    def send(each, form):
        return lambda: each._client.post("/accounts/password/new/", data=form)

    replies = run_concurrently(session, [send(each, form) for each, form in zip(browsers, forms)])

    [winner] = [form for form, reply in zip(forms, replies) if reply.status_code == 302]
    assert sorted(reply.status_code for reply in replies) == [302, 400, 400, 400]
    assert check_password(winner["password"], ann.password_hash)


def test_expired_link_is_refused(browser, session):
    ann = make_user_with_password(session)
    request_reset(browser, ann.username)
    newest(session, PasswordReset).created_at = utc_now() - dt.timedelta(days=1)

    reply = browser.send("/accounts/password/new/", {"token": token(session), "password": ANOTHER})

    assert reply.status_code == 400
    assert "This link is no longer valid" in main_text(reply)
    assert check_password(PASSWORD, ann.password_hash)


def test_changed_password_ends_other_sessions(browser, another_browser, session):
    ann = make_user_with_password(session)
    for each in (browser, another_browser):
        each.sign_in(ann)

    reply = browser.send("/accounts/password/", {"old_password": PASSWORD, "password": ANOTHER})

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/")
    assert (browser.is_signed_in, another_browser.is_signed_in) == (True, False)
    assert check_password(ANOTHER, ann.password_hash)
    assert mails(session) == [("password_changed", ann.email)]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"old_password": "wrong", "password": ANOTHER}, "That is not your current password"),
        ({"old_password": "", "password": ANOTHER}, "Enter your current password"),
        ({"old_password": PASSWORD, "password": "short"}, "Passwords must be at least 10 characters long"),
    ],
)
def test_password_change_needs_the_current_password(browser, session, fields, message):
    ann = make_user_with_password(session)
    browser.sign_in(ann)

    reply = browser.send("/accounts/password/", fields)

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert check_password(PASSWORD, ann.password_hash)


def test_guesses_of_the_current_password_are_rate_limited(browser, session):
    browser.sign_in(make_user_with_password(session))
    csrf_token = browser.token("/accounts/password/")

    replies = [
        browser.post(
            "/accounts/password/", {"old_password": "wrong", "password": ANOTHER, "csrfmiddlewaretoken": csrf_token}
        )
        for _ in range(11)
    ]

    assert [reply.status_code for reply in replies] == [200] * 10 + [429]
    assert 0 < int(replies[-1].headers["Retry-After"]) <= 900


def test_password_changed_with_the_api_ends_all_sessions(api, browser, another_browser, session):
    ann, bob = make_user_with_password(session), make_user_with_password(session)
    browser.sign_in(ann)
    another_browser.sign_in(bob)
    request_reset(Browser(browser._client.application), bob.username)
    link_token = token(session)

    changed = api.signed_in(ann).put(
        f"/v2.1/users/{ann.id}",
        json={"full_name": "Ann", "email": ann.email, "password": ANOTHER, "old_password": PASSWORD},
    )
    reset = api.post("/v2.1/users/passwords", json={"token": link_token, "password": ANOTHER})

    assert (changed.status_code, reset.status_code) == (204, 204)
    assert (browser.is_signed_in, another_browser.is_signed_in) == (False, False)


@pytest.mark.parametrize(
    "common_password", ["password1234", "Joind.in 2026!", "ann.example-123", "somebody@example.org"]
)
def test_common_password_is_refused(browser, session, common_password):
    ann = make_user_with_password(session, "ann.example", email="somebody@example.org")
    request_reset(browser, ann.email)
    link_token = token(session)

    chosen = browser.send(
        "/accounts/password/new/",
        {"token": link_token, "password": common_password},
        page=f"/accounts/password/new/?token={link_token}",
    )
    browser.sign_in(ann)
    changed = browser.send("/accounts/password/", {"old_password": PASSWORD, "password": common_password})

    for reply in (chosen, changed):
        assert reply.status_code == 200
        assert "That password is easy to guess. Choose another" in main_text(reply)
    assert check_password(PASSWORD, ann.password_hash)


def test_stored_common_password_still_works(browser, session):
    ann = make_user_with_password(session, "ann", password_hash=hash_password("password"))

    reply = browser.sign_in(ann, "password")

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/")
