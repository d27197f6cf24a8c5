"""Registration on the web site: mails, confirmation, and no account enumeration."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.models import EmailVerification, Mail, Registration, User
from joindin.operations.accounts.users import send_verification
from joindin.queries.accounts.users import get_user_by_username
from joindin.security.passwords import check_password
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text, make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import newest

NEW = {"username": "hedy", "full_name": "Hedy Lamarr", "email": "hedy@example.org", "password": "hop the frequencies"}


def register(browser, **changes):
    return browser.send("/accounts/register/", {**NEW, **changes})


def mails(session):
    return [(mail.kind, mail.recipient) for mail in session.scalars(select(Mail).order_by(Mail.id))]


def count_rows(session, model):
    return session.scalar(select(func.count()).select_from(model))


def token(session):
    return newest(session, Mail).context["token"]


def test_user_registers_confirms_the_address_and_signs_in(browser, session):
    make_user_with_password(session, "first")
    asked = register(browser)
    link = f"/accounts/verify/?token={token(session)}"
    shown = browser.get(link)
    before = get_user_by_username(session, "hedy")
    confirmed = browser.send("/accounts/verify/", {"token": token(session)}, page=link)
    entered = browser.send("/accounts/login/", {"username": "hedy", "password": NEW["password"]})

    hedy = get_user_by_username(session, "hedy")
    assert (asked.status_code, asked.headers["Location"]) == (302, "/accounts/register/sent/")
    assert mails(session) == [("registration", "hedy@example.org")]
    assert "hedy@example.org" in main_text(shown)
    assert before is None
    assert (confirmed.status_code, confirmed.headers["Location"]) == (302, "/accounts/login/")
    assert (entered.status_code, entered.headers["Location"]) == (302, "/accounts/")
    assert (hedy.full_name, hedy.email, hedy.is_verified, hedy.is_admin) == (
        "Hedy Lamarr",
        "hedy@example.org",
        True,
        False,
    )
    assert check_password(NEW["password"], hedy.password_hash)
    assert count_rows(session, Registration) == 0


def test_registration_does_not_reveal_accounts(app, session):
    make_user_with_password(session, "ann", email="ann@example.org")
    make_user_with_password(session, "gone", email="gone@example.org", is_active=False)

    answers, pages = set(), set()
    for number, email in enumerate(("new@example.org", "ann@example.org", "ANN@example.org", "gone@example.org")):
        browser = Browser(app)
        reply = register(browser, email=email, username="somebody")
        answers.add((reply.status_code, reply.headers["Location"], reply.text, number == 9))
        pages.add(browser.get("/accounts/register/sent/").text)
        # A name that is taken suddenly would tell, too.
        assert get_user_by_username(session, "somebody") is None

    assert (len(answers), len(pages)) == (1, 1)
    assert mails(session) == [
        ("registration", "new@example.org"),
        ("registration_existing_account", "ann@example.org"),
        ("registration_existing_account", "ann@example.org"),
    ]
    assert count_rows(session, User) == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": ""}, "Choose a username"),
        ({"username": "<b></b>"}, "Choose a username"),
        ({"username": "x" * 101}, "The username must have at most 100 characters"),
        ({"username": "ann@example.org"}, "A username must not contain @ or /"),
        ({"username": "a\u200bda"}, "without line breaks and invisible characters"),
        ({"username": "\u202eada"}, "without line breaks and invisible characters"),
        ({"username": ".."}, "A username must not be empty, a dot or two dots"),
        ({"username": "аdmin"}, "A username must not mix the letters of several alphabets"),
        ({"username": "Αnn"}, "A username must not mix the letters of several alphabets"),
        ({"username": "ａｎｎ"}, "That username is already in use. Choose another"),
        ({"full_name": "\u200b\u3164"}, "Enter your name"),
        ({"password": "pass\u200bword \u202etwo"}, "Passwords must not contain control or invisible characters"),
        ({"username": "ÄNN"}, "That username is already in use. Choose another"),
        ({"full_name": " "}, "Enter your name"),
        ({"full_name": "x" * 201}, "The name must have at most 200 characters"),
        ({"email": "nobody"}, "Enter an e-mail address, like name@example.org"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "Enter an e-mail address, like name@example.org"),
        ({"email": ".a@b.example"}, "Enter an e-mail address, like name@example.org"),
        ({"email": "a\x00b\u200b@c.example"}, "Enter an e-mail address, like name@example.org"),
        ({"email": "jörg@b.example"}, "Enter an e-mail address, like name@example.org"),
        ({"password": "too short"}, "Passwords must be at least 10 characters long"),
        ({"password": "aaaaaaaaaaaa"}, "That password is easy to guess. Choose another"),
        ({"password": "Password1234"}, "That password is easy to guess. Choose another"),
        ({"password": "Hedy Lamarr 1914"}, "That password is easy to guess. Choose another"),
        ({"password": "ab12" * 300}, "Passwords must be at most 1024 characters long"),
    ],
)
def test_invalid_registration_is_not_stored(browser, session, changes, message):
    make_user_with_password(session, "ann")

    reply = register(browser, **changes)

    assert reply.status_code == 200
    assert main_text(reply).count(message) == 2
    assert 'class="problems" role="alert"' in reply.text
    assert (mails(session), count_rows(session, Registration)) == ([], 0)


def test_link_works_once(browser, session):
    register(browser)
    first = browser.send("/accounts/verify/", {"token": token(session)})
    second = browser.send("/accounts/verify/", {"token": newest(session, Mail).context["token"]})

    assert (first.status_code, second.status_code) == (302, 400)
    assert "This link is no longer valid" in main_text(second)
    assert count_rows(session, User) == 1


def test_link_works_once_under_concurrency(app, browser, session):
    register(browser)
    link_token, browsers = token(session), [Browser(app) for _ in range(4)]
    forms = [{"token": link_token, "csrfmiddlewaretoken": each.token("/accounts/verify/")} for each in browsers]

    def send(each, form):
        return lambda: each._client.post("/accounts/verify/", data=form)

    replies = run_concurrently(session, [send(each, form) for each, form in zip(browsers, forms)])

    assert sorted(reply.status_code for reply in replies) == [302, 400, 400, 400]
    assert count_rows(session, User) == 1


@pytest.mark.parametrize("link_token", ["", "x", "0" * 5000, "\0"])
def test_unknown_link_is_refused(browser, session, link_token):
    reply = browser.send("/accounts/verify/", {"token": link_token})

    assert (reply.status_code, count_rows(session, User)) == (400, 0)


def test_expired_link_is_refused(browser, session):
    register(browser)
    newest(session, Registration).created_at = utc_now() - dt.timedelta(days=3)

    reply = browser.send("/accounts/verify/", {"token": token(session)})

    assert (reply.status_code, count_rows(session, User)) == (400, 0)


def test_opening_the_link_changes_nothing(browser, session):
    register(browser)

    for _ in range(2):
        browser.get(f"/accounts/verify/?token={token(session)}")

    assert (count_rows(session, User), count_rows(session, Registration)) == (0, 1)


def test_username_taken_in_the_meantime_is_replaced(browser, session):
    register(browser)
    link = f"/accounts/verify/?token={token(session)}"
    make_user_with_password(session, "Hedy", email="other@example.org")

    asked = browser.get(link)
    refused = browser.send("/accounts/verify/", {"token": token(session)}, page=link)
    refused_again = browser.send("/accounts/verify/", {"token": token(session), "username": "HEDY"}, page=link)
    done = browser.send("/accounts/verify/", {"token": token(session), "username": "hedy2"}, page=link)

    assert 'name="username"' in asked.text
    assert "That username is already in use" in main_text(refused)
    assert "That username is already in use" in main_text(refused_again)
    assert (done.status_code, get_user_by_username(session, "hedy2").email) == (302, "hedy@example.org")


def test_two_registrations_of_one_address_create_one_account(browser, another_browser, session):
    register(browser)
    first = token(session)
    register(another_browser, username="hedy2")
    second = token(session)

    replies = [browser.send("/accounts/verify/", {"token": each}) for each in (second, first)]

    assert [reply.status_code for reply in replies] == [302, 400]
    assert session.scalars(select(User.username)).all() == ["hedy2"]


def test_link_mailed_by_the_api_works(browser, session):
    ann = make_user_with_password(session, is_verified=False)
    send_verification(session, ann, now=utc_now())

    reply = browser.send("/accounts/verify/", {"token": token(session)})

    assert (reply.status_code, ann.is_verified, count_rows(session, EmailVerification)) == (302, True, 0)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/user/verification?token=a", "/accounts/verify/?token=a"),
        ("/user/new-password?token=a", "/accounts/password/new/?token=a"),
        ("/user/login", "/accounts/login/"),
    ],
)
def test_links_in_mails_of_the_api_redirect_to_the_pages(app, session, monkeypatch, path, page):
    monkeypatch.setitem(app.config, "PUBLIC_URL", "http://api.example")

    here, elsewhere = Browser(app, "http://web.example").get(path), Browser(app, "http://api.example").get(path)

    assert (here.status_code, here.headers["Location"]) == (302, page)
    assert (elsewhere.status_code, elsewhere.headers["Location"]) == (302, f"http://web.example{path}")
