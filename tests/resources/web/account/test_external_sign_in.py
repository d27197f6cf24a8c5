"""Signing in with an account elsewhere: whose account that opens, and whose it does not."""

import urllib.error
import urllib.request
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from sqlalchemy import func, select

from joindin.jobs.cleanup import purge_expired
from joindin.models import ExternalIdentity, ExternalSignIn, Mail, User
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text, make_user_with_password
from tests.conftest import WEBSITE_URL
from tests.factories import days_from_now
from tests.oidc.fake_provider import FakeProvider

CALLBACK = "/accounts/external/callback/"
TOLD = {"email": "emily@example.org", "email_verified": True, "name": "Emily Elm", "preferred_username": "emily"}


@pytest.fixture(scope="module")
def running_house():
    with FakeProvider(f"{WEBSITE_URL}{CALLBACK}") as house:
        yield house


@pytest.fixture
def house(app, running_house, monkeypatch):
    for name, value in running_house.settings.items():
        monkeypatch.setitem(app.config, name, value)
    app.extensions.pop("oidc", None)
    running_house.claims, running_house.metadata_overrides = {}, {}
    running_house.sign_in("emily-1", **TOLD)
    return running_house


class Traveller(Browser):
    """A browser that follows links to the other house and back."""

    def leave(self, reply=None):
        """To the provider, by the redirect or the page that leads there; the answer to come back with."""
        reply = reply or self.get("/accounts/external/login/")
        assert reply.status_code in (200, 302), reply.text
        address = reply.headers.get("Location") or reply.headers["Refresh"].partition("url=")[2]
        try:
            urllib.request.build_opener(_Stay).open(address, timeout=10)
        except urllib.error.HTTPError as sent:
            return {name: value for name, (value,) in parse_qs(urlsplit(sent.headers["Location"]).query).items()}

    def come_back(self, answer=None):
        return self.get(f"{CALLBACK}?{urlencode(self.leave() if answer is None else answer)}")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def browser(app, session):
    return Traveller(app)


def connected(session, user, house, subject="emily-1", **fields):
    session.add(
        ExternalIdentity(
            user_id=user.id, issuer=house.issuer, subject=subject, name="emily", connected_at=utc_now(), **fields
        )
    )
    session.commit()
    return user


def identities(session):
    return session.execute(
        select(User.username, ExternalIdentity.subject).join_from(ExternalIdentity, User).order_by(User.id)
    ).all()


def test_a_newcomer_gets_an_account_and_is_signed_in(browser, session, house):
    make_user_with_password(session, "first")

    reply = browser.come_back(browser.leave(browser.get("/accounts/external/login/?next=/user/emily")))

    emily = session.scalar(select(User).where(User.username == "emily"))
    assert (reply.status_code, reply.headers["Location"]) == (302, "/user/emily")
    assert "Emily Elm" in browser.get("/accounts/").text
    assert (emily.email, emily.is_verified, emily.password_hash, emily.is_admin) == (
        "emily@example.org", True, None, False,
    )  # fmt: skip
    assert identities(session) == [("emily", "emily-1")]


def test_the_same_person_comes_again_to_the_same_account(browser, session, house):
    emily = connected(session, make_user_with_password(session, "em", email="old@example.org"), house)
    house.sign_in("emily-1", email="new@example.org", email_verified=True)

    browser.come_back()

    assert browser.is_signed_in
    assert session.scalar(select(func.count()).select_from(User)) == 1
    assert session.get(User, emily.id).email == "old@example.org"
    assert session.scalar(select(ExternalIdentity.last_used_at)) is not None


def test_a_name_that_is_taken_gets_a_number(browser, session, house):
    make_user_with_password(session, "emily", email="another@example.org")

    browser.come_back()

    assert identities(session) == [("emily2", "emily-1")]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({**TOLD, "preferred_username": "boss@example.org"}, "emily"),
        ({**TOLD, "preferred_username": "<b>/</b>\0"}, "guest"),
        ({**TOLD, "preferred_username": "x" * 500}, "x" * 60),
        ({**TOLD, "preferred_username": ["a"], "name": {"a": 1}}, "emily"),
    ],
)
def test_a_strange_name_is_made_a_plain_one(browser, session, house, told, name):
    make_user_with_password(session, "first")
    house.sign_in("emily-1", **told)

    reply = browser.come_back()

    assert reply.status_code == 302
    assert identities(session) == [(name, "emily-1")]


@pytest.mark.parametrize("told", [{}, {**TOLD, "email_verified": False}, {**TOLD, "email_verified": "true"}])
def test_an_unproven_address_opens_and_makes_nothing(browser, session, house, monkeypatch, app, told):
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    make_user_with_password(session, "emily", email="emily@example.org")
    house.sign_in("emily-1", **told)

    reply = browser.come_back()

    assert (reply.status_code, "no address of yours that is proven" in reply.text) == (400, True)
    assert (browser.is_signed_in, identities(session)) == (False, [])


def test_a_proven_address_alone_opens_no_account(browser, session, house):
    make_user_with_password(session, "emily", email="emily@example.org")

    reply = browser.come_back()

    assert (reply.status_code, "Sign in to it as usual and connect it" in reply.text) == (409, True)
    assert (browser.is_signed_in, identities(session)) == (False, [])


def test_a_proven_address_opens_its_account_where_the_settings_say_so(browser, session, house, monkeypatch, app):
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    make_user_with_password(session, "em", email="Emily@Example.org")

    browser.come_back()

    assert browser.is_signed_in
    assert identities(session) == [("em", "emily-1")]
    assert session.scalars(select(Mail.kind)).all() == ["external_connected"]


def test_an_account_that_never_proved_the_address_is_not_opened_by_it(browser, session, house, monkeypatch, app):
    """Somebody could have registered with your address, and wait for you to come."""
    monkeypatch.setitem(app.config, "OIDC_LINK_BY_EMAIL", True)
    make_user_with_password(session, "thief", email="emily@example.org", is_verified=False)

    reply = browser.come_back()

    assert (reply.status_code, browser.is_signed_in, identities(session)) == (409, False, [])


def test_nobody_gets_an_account_where_the_settings_say_so(browser, session, house, monkeypatch, app):
    monkeypatch.setitem(app.config, "OIDC_REGISTRATION", False)
    make_user_with_password(session, "first")

    reply = browser.come_back()

    assert (reply.status_code, "There is no account here that is connected" in reply.text) == (400, True)
    assert session.scalar(select(func.count()).select_from(User)) == 1


def test_a_closed_account_stays_closed(browser, session, house):
    connected(session, make_user_with_password(session, "em", is_active=False), house)

    reply = browser.come_back()

    assert (reply.status_code, browser.is_signed_in) == (400, False)


def test_somebody_signed_in_connects_their_account_and_is_told_by_mail(browser, session, house):
    ann = make_user_with_password(session, "ann")
    browser.sign_in(ann)

    reply = browser.come_back(browser.leave(browser.send("/accounts/external/connect/", page="/accounts/external/")))

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/external/")
    assert "You can now sign in with Harbour House." in browser.get("/accounts/external/").text
    assert identities(session) == [("ann", "emily-1")]
    assert session.execute(select(Mail.kind, Mail.recipient)).all() == [("external_connected", "ann@example.org")]


def test_an_account_elsewhere_opens_one_here_and_no_other(browser, session, house):
    connected(session, make_user_with_password(session, "em"), house)
    browser.sign_in(make_user_with_password(session, "ann"))

    reply = browser.come_back(browser.leave(browser.send("/accounts/external/connect/", page="/accounts/external/")))

    assert (reply.status_code, "connected to somebody else" in reply.text) == (409, True)
    assert identities(session) == [("em", "emily-1")]


def test_one_here_is_opened_by_one_elsewhere(browser, session, house):
    browser.sign_in(connected(session, make_user_with_password(session, "em"), house, subject="other"))

    reply = browser.come_back(
        browser.leave(
            browser.post("/accounts/external/connect/", {"csrfmiddlewaretoken": browser.token("/accounts/external/")})
        )
    )

    assert (reply.status_code, "connected already" in reply.text) == (409, True)
    assert identities(session) == [("em", "other")]


def test_a_connection_is_taken_back(browser, session, house):
    browser.sign_in(connected(session, make_user_with_password(session, "em"), house))

    browser.send("/accounts/external/disconnect/", page="/accounts/external/")

    assert identities(session) == []


def test_the_last_way_in_is_not_taken_back(browser, session, house):
    browser.come_back()

    reply = browser.send("/accounts/external/disconnect/", page="/accounts/")

    assert (reply.status_code, "Choose a password first" in reply.text) == (409, True)
    assert identities(session) == [("emily", "emily-1")]


def test_connecting_and_its_end_want_the_form_of_this_site(browser, session, house):
    browser.sign_in(connected(session, make_user_with_password(session, "em"), house))

    replies = [browser.post(f"/accounts/external/{what}/") for what in ("connect", "disconnect", "confirm")]

    assert [reply.status_code for reply in replies] == [403, 403, 403]
    assert identities(session) == [("em", "emily-1")]
    assert session.scalar(select(func.count()).select_from(ExternalSignIn)) == 0


def test_the_way_back_is_gone_once(browser, session, house):
    answer = browser.leave()
    browser.come_back(answer)
    browser.send("/accounts/logout/", page="/accounts/")

    reply = browser.come_back(answer)

    assert (reply.status_code, "Please start again" in reply.text) == (400, True)
    assert (browser.is_signed_in, house.request_counts["token"] > 0) == (False, True)


def test_the_way_back_is_for_the_browser_that_left(browser, app, session, house):
    """Else somebody could sign you in to their account, and read what you write there."""
    answer = browser.leave()
    another = Traveller(app)
    another.leave()

    reply = another.come_back(answer)

    assert (reply.status_code, another.is_signed_in) == (400, False)
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize("state", ["", "x", "\0", "x" * 5000])
def test_a_state_that_is_nobodys_leads_nowhere(browser, session, house, state):
    answer = browser.leave()

    reply = browser.come_back({**answer, "state": state})

    assert reply.status_code == 400
    assert session.scalar(select(func.count()).select_from(User)) == 0


def test_whoever_stays_away_too_long_starts_again(browser, session, house):
    answer = browser.leave()

    with time_machine.travel(days_from_now(0.01)):
        reply = browser.come_back(answer)
        purge_expired(session, {"AUDIT_DAYS": 0, "AUDIT_ADDRESS_DAYS": 0}, utc_now())

    assert reply.status_code == 400
    assert session.scalar(select(func.count()).select_from(ExternalSignIn)) == 0


@pytest.mark.parametrize(
    "change",
    [{"code": "another"}, {"code": ""}, {"iss": "https://other.example"}, {"code": "", "error": "access_denied"}],
    ids=["code", "no code", "issuer", "refused"],
)
def test_who_is_not_proven_there_is_sent_to_sign_in_another_way(browser, session, house, change):
    answer = browser.leave()

    reply = browser.come_back({**answer, **change})

    assert (reply.status_code, reply.headers["Location"]) == (302, "/accounts/login/")
    assert "Harbour House did not tell us who you are" in main_text(browser.get("/accounts/login/"))
    assert session.scalar(select(func.count()).select_from(User)) == 0


@pytest.mark.parametrize(
    "claims", [{"nonce": "another"}, {"aud": "somebody-else"}, {"exp": 1}, {"iss": "https://x.example"}]
)
def test_a_token_for_another_sign_in_opens_nothing(browser, session, house, caplog, claims):
    house.claims = claims

    reply = browser.come_back()

    assert (reply.headers["Location"], browser.is_signed_in) == ("/accounts/login/", False)
    assert session.scalar(select(func.count()).select_from(User)) == 0
    assert "signing in at" in caplog.text


def test_who_signed_in_long_ago_shows_it_there_again(browser, session, house):
    browser.sign_in(connected(session, make_user_with_password(session, "em"), house))

    with time_machine.travel(days_from_now(0.5)):
        asked = browser.get("/accounts/external/")
        confirming = browser.send(
            "/accounts/external/confirm/", {"next": "/accounts/external/"}, page=asked.headers["Location"]
        )
        stale = browser.come_back(browser.leave(confirming))
    house.claims = {"auth_time": int(days_from_now(0.5).timestamp()), "iat": int(days_from_now(0.5).timestamp()),
                    "exp": int(days_from_now(0.6).timestamp())}  # fmt: skip
    with time_machine.travel(days_from_now(0.5)):
        again = browser.send("/accounts/external/confirm/", {"next": "/accounts/external/"}, page="/accounts/confirm/")
        fresh = browser.come_back(browser.leave(again))
        after = browser.get("/accounts/external/")

    assert asked.headers["Location"].startswith("/accounts/confirm/")
    assert stale.status_code != 200
    assert (fresh.status_code, fresh.headers["Location"], after.status_code) == (302, "/accounts/external/", 200)


def test_another_account_there_does_not_confirm_this_one(browser, session, house):
    browser.sign_in(connected(session, make_user_with_password(session, "em"), house, subject="somebody-else"))

    confirming = browser.send("/accounts/external/confirm/", page="/accounts/confirm/")
    reply = browser.come_back(browser.leave(confirming))

    assert (reply.status_code, "That was not your account" in reply.text) == (400, True)


def test_what_was_begun_by_one_person_is_not_ended_by_another(browser, session, house):
    browser.sign_in(make_user_with_password(session, "ann"))
    answer = browser.leave(browser.send("/accounts/external/connect/", page="/accounts/external/"))
    browser.send("/accounts/logout/", page="/accounts/")

    reply = browser.come_back(answer)

    assert (reply.status_code, identities(session)) == (400, [])


def test_a_provider_that_is_down_is_said_to_be(browser, session, house, monkeypatch, app, caplog):
    monkeypatch.setitem(app.config, "OIDC_ISSUER", "http://127.0.0.1:1")

    reply = browser.get("/accounts/external/login/")

    assert (reply.status_code, "Harbour House does not answer" in reply.text) == (400, True)
    assert "is not to be had" in caplog.text


def test_without_a_provider_there_is_no_such_page(browser, session):
    browser.sign_in(make_user_with_password(session))

    replies = [browser.get(f"/accounts/external/{what}") for what in ("", "callback/")]
    signed_out = Browser(browser._client.application).get("/accounts/external/login/")

    assert [reply.status_code for reply in (*replies, signed_out)] == [404, 404, 404]
    assert "Sign in with" not in browser.get("/accounts/login/").text


def test_the_way_to_the_provider_stands_where_people_sign_in(browser, session, house):
    page = browser.get("/accounts/login/?next=/event/a%26b").text

    assert "Sign in with Harbour House" in page
    assert 'href="/accounts/external/login/?next=/event/a%26b"' in page


def test_leaving_again_and_again_is_slowed_down(browser, session, house, monkeypatch):
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
