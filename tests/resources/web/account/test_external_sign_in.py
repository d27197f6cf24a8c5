"""Sign-in with an external OpenID provider: which account an identity signs in to, and which not."""

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from joindin.extensions import db
from joindin.jobs.cleanup import purge_expired
from joindin.models import BrowserSession, ExternalIdentity, ExternalSignIn, Mail, User
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text, make_user_with_password
from tests.factories import days_from_now
from tests.resources.web.account.conftest import CALLBACK, CLAIMS


class RedirectedBrowser(Browser):
    """A browser that follows the redirects to the provider and back."""

    def visit_provider(self, reply=None):
        """Follow the redirect (or the page with it) to the provider; return the parameters of the callback."""
        reply = reply or self.get("/accounts/external/login/")
        assert reply.status_code in (200, 302), reply.text
        url = reply.headers.get("Location") or reply.headers["Refresh"].partition("url=")[2]
        try:
            urllib.request.build_opener(_NoRedirects).open(url, timeout=10)
        except urllib.error.HTTPError as redirect:
            return {name: value for name, (value,) in parse_qs(urlsplit(redirect.headers["Location"]).query).items()}

    def call_back(self, params=None):
        return self.get(f"{CALLBACK}?{urlencode(self.visit_provider() if params is None else params)}")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def browser(app, session):
    return RedirectedBrowser(app)


def connect(session, user, provider, subject="emily-1", **fields):
    session.add(
        ExternalIdentity(
            user_id=user.id, issuer=provider.issuer, subject=subject, name="emily", connected_at=utc_now(), **fields
        )
    )
    session.commit()
    return user


def connected_identities(session):
    return session.execute(
        select(User.username, ExternalIdentity.subject).join_from(ExternalIdentity, User).order_by(User.id)
    ).all()


def test_new_user_gets_an_account_and_is_signed_in(browser, session, provider):
    make_user_with_password(session, "first")

    reply = browser.call_back(browser.visit_provider(browser.get("/accounts/external/login/?next=/user/emily")))

    emily = session.scalar(select(User).where(User.username == "emily"))
    assert (reply.status_code, reply.headers["Location"]) == (302, "/user/emily")
    assert "Emily Elm" in browser.get("/accounts/").text
    assert (emily.email, emily.is_verified, emily.password_hash, emily.is_admin) == (
        "emily@example.org", True, None, False,
    )  # fmt: skip
    assert connected_identities(session) == [("emily", "emily-1")]


def test_same_identity_signs_in_to_the_same_account_again(browser, session, provider):
    emily = connect(session, make_user_with_password(session, "em", email="old@example.org"), provider)
    provider.sign_in("emily-1", email="new@example.org", email_verified=True)

    browser.call_back()

    assert browser.is_signed_in
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert session.get(User, emily.id).email == "old@example.org"
    assert session.scalar(select(ExternalIdentity.last_used_at)) is not None


def test_taken_username_gets_a_number(browser, session, provider):
    make_user_with_password(session, "emily", email="another@example.org")

    browser.call_back()

    assert connected_identities(session) == [("emily2", "emily-1")]


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({**CLAIMS, "preferred_username": "boss@example.org"}, "emily"),
        ({**CLAIMS, "preferred_username": "<b>/</b>\0"}, "guest"),
        ({**CLAIMS, "preferred_username": "x" * 500}, "x" * 60),
        ({**CLAIMS, "preferred_username": ["a"], "name": {"a": 1}}, "emily"),
    ],
)
def test_username_of_the_provider_is_cleaned(browser, session, provider, claims, name):
    make_user_with_password(session, "first")
    provider.sign_in("emily-1", **claims)

    reply = browser.call_back()

    assert reply.status_code == 302
    assert connected_identities(session) == [(name, "emily-1")]


@pytest.mark.parametrize("claims", [{}, {**CLAIMS, "email_verified": False}, {**CLAIMS, "email_verified": "true"}])
def test_unverified_email_neither_signs_in_nor_creates_an_account(browser, session, provider, monkeypatch, app, claims):
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    make_user_with_password(session, "emily", email="emily@example.org")
    provider.sign_in("emily-1", **claims)

    reply = browser.call_back()

    assert (reply.status_code, "did not send a verified e-mail address of yours" in reply.text) == (400, True)
    assert (browser.is_signed_in, connected_identities(session)) == (False, [])


def test_verified_email_alone_does_not_sign_in(browser, session, provider):
    make_user_with_password(session, "emily", email="emily@example.org")

    reply = browser.call_back()

    assert (reply.status_code, "Sign in to it as usual, then connect it" in reply.text) == (409, True)
    assert (browser.is_signed_in, connected_identities(session)) == (False, [])


def test_verified_email_signs_in_if_the_settings_allow_it(browser, session, provider, monkeypatch, app):
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    make_user_with_password(session, "em", email="Emily@Example.org", email_proven_at=utc_now())

    browser.call_back()

    assert browser.is_signed_in
    assert connected_identities(session) == [("em", "emily-1")]
    assert session.scalars(select(Mail.kind)).all() == ["external_connected"]


def test_unverified_account_is_not_linked_by_email(browser, session, provider, monkeypatch, app):
    """An attacker could have registered with the address of the user before."""
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    make_user_with_password(session, "thief", email="emily@example.org", is_verified=False)

    reply = browser.call_back()

    assert (reply.status_code, browser.is_signed_in, connected_identities(session)) == (409, False, [])


@pytest.mark.parametrize(
    "account",
    [
        {"email_proven_at": None},
        {"email": "émily@example.org", "email_proven_at": utc_now()},
        {"email": "emily@éxample.org", "email_proven_at": utc_now()},
        {"email": "emily@example.org.example", "email_proven_at": utc_now()},
    ],
    ids=["may sign in, address not proven", "accent in the name", "accent in the domain", "longer domain"],
)
def test_only_the_same_proven_address_links_an_account(browser, session, provider, monkeypatch, app, account):
    """An account may be verified by an import, the operator or a setting; that proves no address."""
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    monkeypatch.setitem(app.config, "OIDC_REGISTRATION", False)
    make_user_with_password(session, "em", **{"email": "emily@example.org", **account})

    browser.call_back()

    assert (browser.is_signed_in, connected_identities(session)) == (False, [])


def test_no_account_is_created_if_the_settings_forbid_it(browser, session, provider, monkeypatch, app):
    monkeypatch.setitem(app.config, "OIDC_REGISTRATION", False)
    make_user_with_password(session, "first")

    reply = browser.call_back()

    assert (reply.status_code, "No account here is connected to that one" in reply.text) == (400, True)
    assert session.scalar(select(func.count()).select_from(User)) == 1


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("is_active", "Your account here is deactivated"),
        ("is_verified", "The address of your account here is not confirmed"),
    ],
)
def test_closed_account_stays_closed(browser, session, provider, column, message):
    connect(session, make_user_with_password(session, "em", **{column: False}), provider)

    reply = browser.call_back()

    assert (reply.status_code, browser.is_signed_in) == (400, False)
    assert message in main_text(reply)
    assert session.scalar(select(func.count()).select_from(BrowserSession)) == 0
    assert connected_identities(session) == [("em", "emily-1")]


def test_user_connects_an_identity_and_is_notified_by_mail(browser, session, provider):
    ann = make_user_with_password(session, "ann")
    browser.sign_in(ann)

    reply = browser.call_back(
        browser.visit_provider(browser.send("/accounts/external/connect/", page="/accounts/external/"))
    )

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/external/")
    assert "You can now sign in with Example Provider." in browser.get("/accounts/external/").text
    assert connected_identities(session) == [("ann", "emily-1")]
    assert session.execute(select(Mail.kind, Mail.recipient)).all() == [("external_connected", "ann@example.org")]


def test_identity_of_another_account_cannot_be_connected(browser, session, provider):
    connect(session, make_user_with_password(session, "em"), provider)
    browser.sign_in(make_user_with_password(session, "ann"))

    reply = browser.call_back(
        browser.visit_provider(browser.send("/accounts/external/connect/", page="/accounts/external/"))
    )

    assert (reply.status_code, "connected to another user" in reply.text) == (409, True)
    assert connected_identities(session) == [("em", "emily-1")]


def test_account_has_at_most_one_identity(browser, session, provider):
    browser.sign_in(connect(session, make_user_with_password(session, "em"), provider, subject="other"))

    reply = browser.call_back(
        browser.visit_provider(
            browser.post("/accounts/external/connect/", {"csrfmiddlewaretoken": browser.token("/accounts/external/")})
        )
    )

    assert (reply.status_code, "already connected" in reply.text) == (409, True)
    assert connected_identities(session) == [("em", "other")]


def test_user_disconnects_an_identity(browser, session, provider):
    browser.sign_in(connect(session, make_user_with_password(session, "em"), provider))

    browser.send("/accounts/external/disconnect/", page="/accounts/external/")

    assert connected_identities(session) == []


def test_only_way_to_sign_in_cannot_be_disconnected(browser, session, provider):
    browser.call_back()

    reply = browser.send("/accounts/external/disconnect/", page="/accounts/")

    assert (reply.status_code, "Choose a password first" in reply.text) == (409, True)
    assert connected_identities(session) == [("emily", "emily-1")]


def test_connecting_and_disconnecting_need_the_csrf_token(browser, session, provider):
    browser.sign_in(connect(session, make_user_with_password(session, "em"), provider))

    replies = [browser.post(f"/accounts/external/{what}/") for what in ("connect", "disconnect", "confirm")]

    assert [reply.status_code for reply in replies] == [403, 403, 403]
    assert connected_identities(session) == [("em", "emily-1")]
    assert session.scalar(select(func.count()).select_from(ExternalSignIn)) == 0


def test_callback_works_once(browser, session, provider):
    params = browser.visit_provider()
    browser.call_back(params)
    browser.send("/accounts/logout/", page="/accounts/")

    reply = browser.call_back(params)

    assert (reply.status_code, "Please start again" in reply.text) == (400, True)
    assert (browser.is_signed_in, provider.request_counts["token"] > 0) == (False, True)


def test_callback_works_only_in_the_browser_that_started(browser, app, session, provider):
    """Otherwise an attacker could sign a victim in to the attacker's account."""
    params = browser.visit_provider()
    another = RedirectedBrowser(app)
    another.visit_provider()

    reply = another.call_back(params)

    assert (reply.status_code, another.is_signed_in) == (400, False)
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("state", ["", "x", "\0", "x" * 5000])
def test_unknown_state_is_rejected(browser, session, provider, state):
    params = browser.visit_provider()

    reply = browser.call_back({**params, "state": state})

    assert reply.status_code == 400
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_expired_sign_in_is_rejected_and_purged(browser, session, provider):
    params = browser.visit_provider()

    with time_machine.travel(days_from_now(0.01)):
        reply = browser.call_back(params)
        purge_expired(session, {"AUDIT_DAYS": 0, "AUDIT_ADDRESS_DAYS": 0, "MEDIA_DIR": "none"}, utc_now())

    assert reply.status_code == 400
    assert session.scalar(select(func.count()).select_from(ExternalSignIn)) == 0


@pytest.mark.parametrize(
    "change",
    [{"code": "another"}, {"code": ""}, {"iss": "https://other.example"}, {"code": "", "error": "access_denied"}],
    ids=["code", "no code", "issuer", "refused"],
)
def test_failed_sign_in_redirects_to_the_sign_in_page(browser, session, provider, change):
    params = browser.visit_provider()

    reply = browser.call_back({**params, **change})

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/login/")
    assert "Signing in at Example Provider did not work" in main_text(browser.get("/accounts/login/"))
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize(
    "claims", [{"nonce": "another"}, {"aud": "another-user"}, {"exp": 1}, {"iss": "https://x.example"}]
)
def test_id_token_for_another_sign_in_is_rejected(browser, session, provider, caplog, claims):
    provider.claims = claims

    reply = browser.call_back()

    assert (reply.headers["Location"], browser.is_signed_in) == ("/accounts/login/", False)
    assert session.scalar(select(func.count()).select_from(User)) == 0
    assert "sign-in at" in caplog.text


def test_old_session_is_confirmed_at_the_provider(browser, session, provider):
    browser.sign_in(connect(session, make_user_with_password(session, "em"), provider))

    with time_machine.travel(days_from_now(0.5)):
        asked = browser.get("/accounts/external/")
        confirming = browser.send(
            "/accounts/external/confirm/", {"next": "/accounts/external/"}, page=asked.headers["Location"]
        )
        stale = browser.call_back(browser.visit_provider(confirming))
    provider.claims = {"auth_time": int(days_from_now(0.5).timestamp()), "iat": int(days_from_now(0.5).timestamp()),
                    "exp": int(days_from_now(0.6).timestamp())}  # fmt: skip
    with time_machine.travel(days_from_now(0.5)):
        again = browser.send("/accounts/external/confirm/", {"next": "/accounts/external/"}, page="/accounts/confirm/")
        fresh = browser.call_back(browser.visit_provider(again))
        after = browser.get("/accounts/external/")

    assert asked.headers["Location"].startswith("/accounts/confirm/")
    assert stale.status_code != 200
    assert (fresh.status_code, fresh.headers["Location"], after.status_code) == (302, "/accounts/external/", 200)


def test_another_identity_does_not_confirm_the_session(browser, session, provider):
    browser.sign_in(connect(session, make_user_with_password(session, "em"), provider, subject="another-user"))

    confirming = browser.send("/accounts/external/confirm/", page="/accounts/confirm/")
    reply = browser.call_back(browser.visit_provider(confirming))

    assert (reply.status_code, "You signed in to another account" in reply.text) == (400, True)


def test_connection_started_by_another_user_is_rejected(browser, session, provider):
    browser.sign_in(make_user_with_password(session, "ann"))
    params = browser.visit_provider(browser.send("/accounts/external/connect/", page="/accounts/external/"))
    browser.send("/accounts/logout/", page="/accounts/")

    reply = browser.call_back(params)

    assert (reply.status_code, connected_identities(session)) == (400, [])


def test_no_transaction_is_open_during_requests_to_the_provider(browser, session, provider, monkeypatch):
    pool = db.engine.pool
    checked_out = []
    monkeypatch.setattr(provider, "on_request", lambda: checked_out.append(pool.checkedout()))
    session.remove()

    reply = browser.call_back()

    assert (reply.status_code, len(checked_out) > 3, set(checked_out)) == (302, True, {0})


def test_unavailable_provider_is_reported(browser, session, provider, monkeypatch, app, caplog):
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "http://127.0.0.1:1")

    reply = browser.get("/accounts/external/login/")

    assert (reply.status_code, "Example Provider does not respond" in reply.text) == (400, True)
    assert "is not available" in caplog.text


def test_pages_do_not_exist_without_a_provider(browser, session):
    browser.sign_in(make_user_with_password(session))

    replies = [browser.get(f"/accounts/external/{what}") for what in ("", "callback/")]
    signed_out = Browser(browser._client.application).get("/accounts/external/login/")

    assert [reply.status_code for reply in (*replies, signed_out)] == [404, 404, 404]
    assert "Sign in with" not in browser.get("/accounts/login/").text


def test_sign_in_page_links_to_the_provider(browser, session, provider):
    page = browser.get("/accounts/login/?next=/event/a%26b").text

    assert "Sign in with Example Provider" in page
    assert 'href="/accounts/external/login/?next=/event/a%26b"' in page


def test_sign_ins_at_the_provider_are_rate_limited(browser, session, provider, monkeypatch):
    from joindin.operations import rate_limits
    from joindin.resources.web.account import external_sign_in

    monkeypatch.setattr(
        external_sign_in,
        "EXTERNAL_SIGN_IN",
        rate_limits.RateLimit("external sign-in", 2, rate_limits.SIGN_IN_ACCOUNT_FROM_NETWORK.window),
    )

    replies = [browser.get("/accounts/external/login/") for _ in range(3)]

    assert [reply.status_code for reply in replies] == [302, 302, 429]
    assert int(replies[-1].headers["Retry-After"]) > 0
