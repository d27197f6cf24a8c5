"""Sign-in and sign-out, sessions and cookies."""

import datetime as dt

import pytest
import time_machine
from sqlalchemy import select

from joindin.models import BrowserSession, EmailVerification
from joindin.security.tokens import hash_token
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, form_fields, main_text, make_user_with_password
from tests.factories import days_from_now, newest

WRONG = "That name and that password do not fit together"


@pytest.mark.parametrize("name", ["ann", "ANN", "ann@example.org", "Ann@Example.org"])
def test_user_signs_in_with_name_or_address(browser, session, name):
    make_user_with_password(session, "ann", full_name="Ann Ash")

    reply = browser.send("/accounts/login/", {"username": name, "password": PASSWORD})

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/")
    assert "Ann Ash" in browser.get("/accounts/").text


def test_only_the_hash_of_the_cookie_is_stored(browser, session):
    ann = make_user_with_password(session)

    reply = browser.post(
        "/accounts/login/",
        {"username": ann.username, "password": PASSWORD, "csrfmiddlewaretoken": browser.token()},
        headers={"User-Agent": "A browser"},
    )

    kept = newest(session, BrowserSession)
    assert kept.token_hash == hash_token(browser.cookie("sessionid"))
    assert (kept.user_id, kept.ip_address, kept.user_agent, kept.revoked_at) == (ann.id, "127.0.0.1", "A browser", None)
    assert kept.expires_at - kept.created_at == dt.timedelta(days=30)
    assert PASSWORD not in reply.text


@pytest.mark.parametrize(
    "fields",
    [
        {"username": "ann", "password": "wrong"},
        {"username": "nobody", "password": PASSWORD},
        {"username": "left", "password": PASSWORD},
        {"username": "no password", "password": ""},
        {"username": "ann", "password": PASSWORD + "x" * 2000},
        {"username": "a\0nn", "password": "wrong"},
    ],
)
def test_wrong_name_or_password_is_refused(browser, session, fields):
    make_user_with_password(session, "ann")
    make_user_with_password(session, "left", is_active=False)
    make_user_with_password(session, "no password", password_hash=None)

    reply = browser.send("/accounts/login/", fields)

    assert reply.status_code == 200
    assert ("There is a problem" in main_text(reply), browser.cookie("sessionid")) == (True, None)
    assert 'type="password" value=""' in reply.text


def test_sign_in_does_not_reveal_accounts(app, session):
    make_user_with_password(session, "ann", email="ann@example.org")
    make_user_with_password(session, "gone", email="gone@example.org", is_active=False)
    make_user_with_password(session, "unproven", email="unproven@example.org", is_verified=False)

    answers = set()
    for name in ("ann@example.org", "gone@example.org", "unproven@example.org", "not1@example.org"):
        browser = Browser(app)
        browser.get("/accounts/login/")
        token = browser.token()
        reply = browser.post("/accounts/login/", {"username": name, "password": "wrong", "csrfmiddlewaretoken": token})
        # Another one, if the clock has moved on.
        token = form_fields(reply.text)["csrfmiddlewaretoken"]
        answers.add((reply.status_code, reply.text.replace(token, "").replace(name, "")))

    assert len(answers) == 1


def test_unverified_user_can_request_the_mail_again(browser, session):
    ann = make_user_with_password(session, is_verified=False)

    refused = browser.sign_in(ann)
    before = session.query(EmailVerification).count()
    sent = browser.post("/accounts/login/confirmation/", form_fields(refused.text))
    again = browser.send("/accounts/login/confirmation/", {}, page="/accounts/login/")

    text = main_text(refused)
    assert "Your password is right, but you have not confirmed your e-mail address yet" in text
    assert "Send the confirmation mail again" in text
    assert (before, newest(session, EmailVerification).user_id, browser.cookie("sessionid")) == (0, ann.id, None)
    assert (sent.location, again.location) == ("/accounts/login/", "/accounts/login/")
    assert session.query(EmailVerification).count() == 1


def test_the_confirmation_mail_is_not_offered_before_the_password_is_checked(browser, session):
    ann = make_user_with_password(session, is_verified=False)

    reply = browser.send("/accounts/login/", {"username": ann.username, "password": "wrong"})
    refused = browser.post("/accounts/login/confirmation/", form_fields(reply.text))

    assert "confirm" not in main_text(reply)
    assert (refused.location, session.query(EmailVerification).count()) == ("/accounts/login/", 0)


def test_the_permission_to_request_the_mail_expires(browser, session):
    ann = make_user_with_password(session, is_verified=False)
    reply = browser.sign_in(ann)

    with time_machine.travel(utc_now() + dt.timedelta(minutes=16)):
        browser.post("/accounts/login/confirmation/", form_fields(reply.text))

    assert session.query(EmailVerification).count() == 0


@pytest.mark.parametrize("path", ["/accounts/", "/event/x?a=b&c=d", "/user/J%C3%BCrgen"])
def test_sign_in_redirects_to_next(browser, session, path):
    reply = browser.sign_in(make_user_with_password(session), next=path)

    assert (reply.status_code, reply.headers["Location"]) == (302, path)


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\/evil.example",
        "/\t/evil.example/",
        "/ /evil.example/",
        "///evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:evil.example",
        "/%0d%0aSet-Cookie:a=b\r\nX: y",
        "",
    ],
)
def test_sign_in_does_not_redirect_to_other_sites(browser, session, path):
    reply = browser.sign_in(make_user_with_password(session), next=path)

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/")


def test_protected_page_redirects_to_sign_in_and_back(browser, session):
    sent = browser.get("/accounts/?a=b")

    shown = browser.get(sent.headers["Location"])

    assert (sent.status_code, sent.headers["Location"]) == (302, "/accounts/login/?next=/accounts/%3Fa%3Db")
    assert 'value="/accounts/?a=b"' in shown.text


def test_sign_in_creates_a_new_session(browser, session):
    browser.set_cookie("sessionid", "chosen by somebody else")
    ann = make_user_with_password(session)

    browser.sign_in(ann)
    first = browser.cookie("sessionid")
    browser.post(
        "/accounts/login/",
        {"username": ann.username, "password": PASSWORD, "csrfmiddlewaretoken": browser.token("/accounts/")},
    )

    assert first not in ("chosen by somebody else", browser.cookie("sessionid"))
    assert [
        each.revoked_at is None for each in session.scalars(select(BrowserSession).order_by(BrowserSession.id))
    ] == [
        False,
        True,
    ]


def test_sign_out_invalidates_the_cookie(browser, another_browser, session):
    browser.sign_in(make_user_with_password(session))
    another_browser.set_cookie("sessionid", browser.cookie("sessionid"))
    assert another_browser.is_signed_in

    reply = browser.send("/accounts/logout/", page="/accounts/")

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/login/")
    assert "You are signed out." in browser.get("/accounts/login/").text
    assert (browser.cookie("sessionid"), another_browser.is_signed_in) == (None, False)


def test_sign_out_needs_a_post_with_token(browser, session):
    browser.sign_in(make_user_with_password(session))

    reply = browser.get("/accounts/logout/")

    assert (reply.status_code, browser.is_signed_in) == (405, True)


def test_sign_out_everywhere_ends_all_sessions_of_the_user(app, browser, another_browser, session):
    ann, bob = make_user_with_password(session), make_user_with_password(session)
    bobs = Browser(app)
    for each, who in ((browser, ann), (another_browser, ann), (bobs, bob)):
        each.sign_in(who)

    browser.send("/accounts/logout/everywhere/", page="/accounts/")

    assert [each.is_signed_in for each in (browser, another_browser, bobs)] == [False, False, True]


@pytest.mark.parametrize(
    ("change", "is_in"),
    [
        ({}, True),
        ({"expires_at": days_from_now(-0.001)}, False),
        ({"last_seen_at": days_from_now(-13)}, True),
        ({"last_seen_at": days_from_now(-15)}, False),
        ({"revoked_at": days_from_now(-1)}, False),
    ],
    ids=["live", "expired", "used", "idle", "revoked"],
)
def test_session_expires(browser, session, change, is_in):
    browser.sign_in(make_user_with_password(session))

    for name, value in change.items():
        setattr(newest(session, BrowserSession), name, value)

    assert browser.is_signed_in is is_in


def test_session_ends_with_deactivation_or_deletion(browser, another_browser, session):
    ann, bob = make_user_with_password(session), make_user_with_password(session)
    browser.sign_in(ann)
    another_browser.sign_in(bob)

    ann.is_active = False
    session.delete(bob)

    assert (browser.is_signed_in, another_browser.is_signed_in) == (False, False)


@pytest.mark.parametrize(("age", "is_stored"), [(5, False), (300, True)])
def test_last_use_is_stored_once_a_minute(browser, session, age, is_stored):
    browser.sign_in(make_user_with_password(session))
    kept = newest(session, BrowserSession)
    now = utc_now()
    kept.last_seen_at = now - dt.timedelta(seconds=age)
    session.commit()

    browser.get("/accounts/")

    session.refresh(kept)
    assert (kept.last_seen_at >= now) is is_stored
    assert (kept.last_seen_at == now - dt.timedelta(seconds=age)) is not is_stored


def test_session_costs_one_statement(browser, session, count_statements):
    browser.sign_in(make_user_with_password(session))

    with count_statements() as seen:
        browser.get("/accounts/profile/")

    assert len(seen) == 1


def test_visitor_costs_no_statement(browser, session, count_statements):
    with count_statements() as seen:
        browser.get("/accounts/login/")

    assert seen == []


@pytest.mark.parametrize(
    ("base_url", "headers", "secure"),
    [
        ("http://localhost", {}, False),
        ("https://localhost", {}, True),
        ("http://localhost", {"X-Forwarded-Proto": "https"}, False),
    ],
    ids=["plain", "TLS", "a caller's own word"],
)
def test_cookies_have_safe_attributes(app, session, base_url, headers, secure):
    browser, ann = Browser(app, base_url), make_user_with_password(session)
    token = browser.token()

    reply = browser.post(
        "/accounts/login/",
        {"username": ann.username, "password": PASSWORD, "csrfmiddlewaretoken": token},
        headers=headers,
    )

    host, path = ("__Host-", "__Secure-") if secure else ("", "")
    cookies = {each.partition("=")[0]: each.split("; ")[1:] for each in reply.headers.getlist("Set-Cookie")}
    assert {name: ("HttpOnly" in kept, "SameSite=Lax" in kept, "Secure" in kept) for name, kept in cookies.items()} == {
        f"{host}sessionid": (True, True, secure),
        f"{host}csrftoken": (False, True, secure),
        f"{host}joindin_memo": (True, True, secure),
        f"{path}device": (True, True, secure),
    }
    # Browsers refuse these names without the attributes.
    assert [
        name for name, kept in cookies.items() if name.startswith("__Host-") and {"Path=/", "Secure"} - {*kept}
    ] == []
    assert [name for name, kept in cookies.items() if any(each.startswith("Domain=") for each in kept)] == []


def test_a_session_that_another_host_of_the_domain_planted_is_ignored_over_tls(app, session):
    ann = make_user_with_password(session)
    planted = Browser(app).sign_in_directly(ann).cookie("sessionid")
    victim, own = Browser(app, "https://localhost"), Browser(app, "https://localhost")
    victim.set_cookie("sessionid", planted)
    own.set_cookie("__Host-sessionid", planted)

    assert (victim.is_signed_in, own.is_signed_in) == (False, True)


def test_trusted_proxy_sets_the_scheme(app, session, settings):
    from joindin import create_app

    behind = create_app({**settings, "TRUSTED_PROXIES": 1})
    browser, ann = Browser(behind), make_user_with_password(session)
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    page = browser.get("/accounts/login/", headers=proxied)
    token = page.text.partition('name="csrfmiddlewaretoken" type="hidden" value="')[2].partition('"')[0]
    # The client keeps cookies for TLS from plain requests, so they are sent by hand.
    cookies = "; ".join(each.partition(";")[0] for each in page.headers.getlist("Set-Cookie"))

    reply = browser.post(
        "/accounts/login/",
        {"username": ann.username, "password": PASSWORD, "csrfmiddlewaretoken": token},
        headers={**proxied, "Cookie": cookies},
    )

    assert reply.status_code == 302
    assert ["Secure" in each for each in reply.headers.getlist("Set-Cookie")] == [True] * 4
    assert reply.headers["Strict-Transport-Security"] == "max-age=63072000"
    assert newest(session, BrowserSession).ip_address == "203.0.113.9"


def test_session_ends_at_its_maximum_age(browser, session):
    now = utc_now()
    browser.sign_in(make_user_with_password(session))

    for day in (10, 20, 29):
        with time_machine.travel(now + dt.timedelta(days=day), tick=False):
            assert browser.is_signed_in, day
    with time_machine.travel(now + dt.timedelta(days=31), tick=False):
        assert not browser.is_signed_in


def test_an_odd_referer_leads_back_to_the_account(browser):
    fields = {"csrfmiddlewaretoken": browser.token()}

    reply = browser.post("/shifts/1/detach/", fields, headers={"Referer": "http://["})

    assert (reply.status_code, reply.location) == (302, "/accounts/login/?next=/accounts/")
