"""Recent sign-ins: which pages need one, and that it includes every factor of the account."""

import datetime as dt
import re
from urllib.parse import quote

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from joindin.http.surface_routing import WEB, surface_for_path
from joindin.http.trailing_slash import REDIRECT_ENDPOINT_SUFFIX
from joindin.models import Authenticator, BrowserSession, Client, Grant
from joindin.operations.accounts.second_factors import add_authenticator
from joindin.operations.accounts.sessions import record_authentication
from joindin.security.passwords import check_password
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, form_fields, make_user_with_password
from tests.factories import make_client, newest
from tests.oauth2.flow import CALLBACK, Flow
from tests.resources.web.account.test_external_sign_in import RedirectedBrowser, connect

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SECURITY = "/accounts/security/"
CONFIRM = "/accounts/confirm/"
NEW_PASSWORD = "another horse battery"

# The pages that change credentials, addresses, second factors, tokens, applications or roles, or list keys. {} is an id.
RECENT = {
    "/accounts/applications/",
    "/accounts/applications/register/",
    "/accounts/applications/{}/",
    "/accounts/applications/{}/delete/",
    "/accounts/applications/{}/secret/",
    "/accounts/applications/{}/update/",
    "/accounts/data/",
    "/accounts/delete/",
    "/accounts/email/",
    "/accounts/external/",
    "/accounts/external/connect/",
    "/accounts/external/disconnect/",
    "/accounts/password/",
    "/accounts/security/authenticator/",
    "/accounts/security/authenticator/remove/",
    "/accounts/security/codes/",
    "/accounts/security/passkeys/add/",
    "/accounts/security/passkeys/{}/remove/",
    "/accounts/security/password/",
    "/api/settings/applications/",
    "/api/settings/applications/register/",
    "/api/settings/applications/{}/",
    "/api/settings/applications/{}/delete/",
    "/api/settings/applications/{}/secret/",
    "/api/settings/applications/{}/update/",
    "/api/settings/token/",
    "/api/settings/token/create/",
    "/api/settings/token/reveal/{}/",
    "/api/settings/token/revoke/",
    "/api/settings/token/withdraw/",
    "/desk/people/{}/removal/",
    "/desk/people/{}/roles/",
    "/desk/people/{}/secure/",
    "/desk/people/{}/talk_comments/",
}
# Members of a group have its permissions.
# Secret addresses, and administration of the federation.
RECENT |= {
    "/me/calendar/",
    "/settings/calendar/",
    "/settings/federation/",
    "/settings/federation/guests/add/",
    "/settings/federation/guests/{}/delete/",
    "/settings/federation/hosts/add/",
    "/settings/federation/hosts/{}/delete/",
    "/settings/federation/invite/{}/",
    "/settings/federation/invite/{}/delete/",
}
RECENT_WHEN_SENT = {
    "/desk/groups/",
    "/desk/groups/{}/members/",
    "/desk/groups/{}/members/{}/removal/",
    "/desk/groups/{}/name/",
    "/desk/groups/{}/permissions/",
    "/desk/groups/{}/permissions/{}/removal/",
    "/desk/groups/{}/presets/",
    "/desk/groups/{}/removal/",
}
ENDING_THE_SESSION = {"/accounts/logout/", "/accounts/logout/everywhere/"}


@pytest.fixture
def browser(app, session):
    return RedirectedBrowser(app)


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann", is_admin=True)


@pytest.fixture
def authenticator(session, ann):
    """Ann's app, whose last used code is of five minutes ago."""
    then = utc_now() - dt.timedelta(minutes=5)
    key = "used in tests only"
    add_authenticator(session, ann, SECRET, pyotp.TOTP(SECRET).at(then), secret_key=key, now=then)
    session.commit()


def age_session(session, minutes=16):
    """Let the last authentication of the newest session be some minutes ago, with both factors."""
    aged = newest(session, BrowserSession)
    aged.authenticated_at = utc_now() - dt.timedelta(minutes=minutes)
    if aged.second_factor_at:
        aged.second_factor_at = aged.authenticated_at
    session.commit()


def confirm_password(browser, path):
    return browser.send(f"{CONFIRM}?next={quote(path)}", {"password": PASSWORD, "next": path})


def enter_code(browser, page):
    fields = form_fields(browser.get(page).text)
    return browser.post("/accounts/second/", {**fields, "code": pyotp.TOTP(SECRET).now(), "credential": ""})


def needs_confirmation(reply):
    return reply.status_code == 302 and reply.headers["Location"].startswith(CONFIRM)


def has_authenticator(session):
    return session.scalar(select(Authenticator.user_id)) is not None


def test_every_page_for_credentials_keys_and_roles_needs_all_factors(
    app, browser, session, ann, authenticator, provider
):
    """The session has just been confirmed with the password, but not with the second factor."""
    browser.sign_in_directly(ann)
    age_session(session)
    record_authentication(session, newest(session, BrowserSession), now=utc_now())
    token = browser.token("/accounts/profile/")
    found = {"GET": set(), "POST": set()}

    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", "{}", rule.rule)
        if (
            surface_for_path(path) != WEB
            or path in ENDING_THE_SESSION
            or rule.endpoint.endswith(REDIRECT_ENDPOINT_SUFFIX)
        ):
            continue
        for method in {"GET", "POST"} & rule.methods:
            data = {"csrfmiddlewaretoken": token} if method == "POST" else None
            if needs_confirmation(browser.request(method, path.replace("{}", "4711"), data=data)):
                found[method].add(path)

    assert found["GET"] | found["POST"] == RECENT | RECENT_WHEN_SENT
    assert found["GET"] <= RECENT


def test_the_second_factor_is_not_removed_after_a_change_of_the_password_with_the_password_alone(
    browser, session, ann, authenticator
):
    browser.sign_in_directly(ann)
    age_session(session)
    confirm_password(browser, "/accounts/password/")

    changed = browser.send(
        "/accounts/password/", {"old_password": PASSWORD, "password": NEW_PASSWORD}, page="/accounts/profile/"
    )
    removed = browser.send(f"{SECURITY}authenticator/remove/", page=SECURITY)

    assert [needs_confirmation(reply) for reply in (changed, removed)] == [True, True]
    assert has_authenticator(session)
    assert check_password(PASSWORD, ann.password_hash)


def test_a_changed_password_does_not_renew_the_confirmation(browser, session, ann):
    browser.sign_in_directly(ann)
    age_session(session, minutes=14)
    browser.send("/accounts/password/", {"old_password": PASSWORD, "password": NEW_PASSWORD})

    with time_machine.travel(utc_now() + dt.timedelta(minutes=2), tick=False):
        assert needs_confirmation(browser.get("/accounts/email/"))


def test_confirming_at_the_provider_still_needs_the_second_factor(browser, session, ann, authenticator, provider):
    browser.sign_in_directly(connect(session, ann, provider))
    age_session(session)
    confirming = browser.send("/accounts/external/confirm/", {"next": SECURITY}, page=CONFIRM)

    confirmed = browser.call_back(browser.visit_provider(confirming))
    removed = browser.send(f"{SECURITY}authenticator/remove/", page=SECURITY)
    completed = enter_code(browser, confirmed.headers["Location"])

    assert confirmed.headers["Location"] == f"/accounts/second/?next={SECURITY}"
    assert (needs_confirmation(removed), has_authenticator(session)) == (True, True)
    assert completed.headers["Location"] == SECURITY
    assert browser.get("/accounts/email/").status_code == 200


@pytest.mark.parametrize("is_two_step", [False, True])
@pytest.mark.parametrize(
    ("auth_time", "is_recent"),
    [(-20 * 60, False), (-60, True), (None, True), (3600, True), (float("-inf"), True)],
)
def test_a_sign_in_at_the_provider_counts_from_the_authentication_there(
    request, browser, session, ann, provider, auth_time, is_recent, is_two_step
):
    if is_two_step:
        request.getfixturevalue("authenticator")
    connect(session, ann, provider)
    is_number = isinstance(auth_time, int)
    provider.claims = {"auth_time": int(utc_now().timestamp()) + auth_time if is_number else auth_time}

    reply = browser.call_back()
    if is_two_step:
        enter_code(browser, reply.headers["Location"])

    assert browser.is_signed_in
    assert needs_confirmation(browser.get("/accounts/email/")) is not is_recent


def test_a_session_without_the_second_factor_is_not_recent_once_the_account_has_one(browser, session, ann):
    browser.sign_in(ann)
    before = browser.get("/accounts/email/").status_code

    # In another browser.
    then = utc_now()
    key = "used in tests only"
    add_authenticator(session, ann, SECRET, pyotp.TOTP(SECRET).at(then), secret_key=key, now=then)

    assert (before, needs_confirmation(browser.get("/accounts/email/"))) == (200, True)
    assert needs_confirmation(browser.send(f"{SECURITY}authenticator/remove/", page=SECURITY))
    assert has_authenticator(session)


def test_the_browser_that_added_a_factor_stays_recent(browser, session, ann):
    browser.sign_in(ann)
    page = browser.get(f"{SECURITY}authenticator/")
    secret = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)[1].replace(" ", "")

    browser.post(f"{SECURITY}authenticator/", {**form_fields(page.text), "code": pyotp.TOTP(secret).now()})

    assert has_authenticator(session)
    assert browser.get("/accounts/email/").status_code == 200


def test_redirect_addresses_are_not_changed_without_a_recent_sign_in(browser, session, ann):
    application = make_client(session, owner_id=ann.id, name="App", callback_url="https://app.example/cb")
    browser.sign_in_directly(ann)
    age_session(session)

    reply = browser.send(
        f"/accounts/applications/{application.id}/update/",
        {"name": "App", "redirect_uris": "https://thief.example/cb"},
        page="/accounts/profile/",
    )

    assert needs_confirmation(reply)
    assert session.get(Client, application.id).redirect_uris == ["https://app.example/cb"]


def test_only_a_new_username_in_the_profile_needs_a_recent_sign_in(browser, session, ann):
    browser.sign_in_directly(ann)
    age_session(session)
    profile = {"username": "ann", "full_name": "Ann", "twitter_username": "", "biography": "Writes."}

    written = browser.send("/accounts/profile/", profile)
    renamed = browser.send("/accounts/profile/", profile | {"username": "anna"})

    assert (written.headers["Location"], needs_confirmation(renamed)) == ("/accounts/", True)
    assert (ann.username, ann.biography) == ("ann", "Writes.")


@pytest.mark.parametrize("path", ["/api/oauth/authorize/", "/oauth/authorize"])
def test_consent_for_an_application_needs_all_factors(browser, session, ann, authenticator, path):
    client = make_client(
        session, "app", callback_url=CALLBACK, kind="gancio" if path == "/oauth/authorize" else "oauth2"
    )
    browser.sign_in_directly(ann)
    address = Flow(browser, client).authorization_url().replace("/api/oauth/authorize/", path)
    address = address.replace("PUBLIC_READ+ME_READ", "event%3Awrite") if client.kind == "gancio" else address
    fields = form_fields(browser.get(address).text)
    age_session(session)

    asked = browser.get(address)
    allowed = browser.post(address, fields | {"allow": "Authorize"})
    confirmed = confirm_password(browser, address)
    between = browser.get(address)
    completed = enter_code(browser, confirmed.headers["Location"])

    assert [needs_confirmation(reply) for reply in (asked, allowed, between)] == [True] * 3
    assert session.scalar(select(Grant.id)) is None
    assert completed.headers["Location"] == address
    assert browser.post(address, fields | {"allow": "Authorize"}).headers["Location"].startswith(CALLBACK)
