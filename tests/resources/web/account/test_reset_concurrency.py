"""Password resets beside simultaneous sign-ins and redemptions: none of them keeps access."""

import pytest
from sqlalchemy import func, select

from joindin.models import AccessToken, BrowserSession, Mail
from joindin.operations.accounts.passwords import send_password_reset
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, Browser, make_user_with_password
from tests.concurrency import run_concurrently
from tests.factories import make_client, newest
from tests.oauth2.flow import CALLBACK, SECRET, VERIFIER, Flow

NEW_PASSWORD = "another horse battery"


@pytest.fixture
def ann(session):
    return make_user_with_password(session, "ann")


@pytest.fixture
def reset(app, session, ann):
    """Return a function that resets the password, and returns the status."""
    send_password_reset(session, ann, now=utc_now())
    body = {"token": newest(session, Mail).context["token"], "password": NEW_PASSWORD}
    session.commit()
    return lambda: app.test_client().post("/v2.1/users/passwords", json=body).status_code


def count_valid(session, model):
    return session.scalar(select(func.count()).where(model.revoked_at.is_(None)))


def test_a_sign_in_with_the_old_password_keeps_no_token(app, session, ann, reset):
    make_client(session, "web2", SECRET)
    form = {
        "grant_type": "password",
        "username": "ann",
        "password": PASSWORD,
        "client_id": "web2",
        "client_secret": SECRET,
    }

    def sign_in():
        return app.test_client().post("/v2.1/token", json=form).status_code

    statuses = run_concurrently(session, [reset, *[sign_in] * 6])

    assert (statuses[0], set(statuses[1:]) <= {200, 403}) == (204, True)
    assert count_valid(session, AccessToken) == 0


def test_a_sign_in_on_the_page_keeps_no_session(app, session, ann, reset):
    browsers = [Browser(app) for _ in range(6)]
    forms = [{"csrfmiddlewaretoken": browser.token(), "username": "ann", "password": PASSWORD} for browser in browsers]

    def signing_in(browser, form):
        return lambda: browser._client.post("/accounts/login/", data=form).status_code

    statuses = run_concurrently(session, [reset, *map(signing_in, browsers, forms)])

    assert (statuses[0], set(statuses[1:]) <= {200, 302}) == (204, True)
    assert count_valid(session, BrowserSession) == 0


def test_a_code_that_is_redeemed_meanwhile_gives_no_lasting_token(app, session, ann, reset):
    browser = Browser(app)
    browser.sign_in(ann)
    flow = Flow(browser, make_client(session, "app", SECRET, callback_url=CALLBACK))
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "client_id": "app",
        "client_secret": SECRET,
    }
    codes = [flow.code() for _ in range(5)]

    def redeeming(code):
        return lambda: app.test_client().post("/api/oauth/token/", data=form | {"code": code}).status_code

    statuses = run_concurrently(session, [reset, *map(redeeming, codes)])

    assert (statuses[0], set(statuses[1:]) <= {200, 400}) == (204, True)
    assert count_valid(session, AccessToken) == 0
