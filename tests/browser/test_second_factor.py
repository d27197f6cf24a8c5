"""Sign-in with a second factor: codes of an authenticator app, and a passkey of Chromium's virtual authenticator."""

import re

import pyotp

from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password


def test_user_adds_an_authenticator_app(visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.sign_in("ann", PASSWORD)

    visitor.visit("/accounts/security/")
    visitor.check_page("second factor")
    visitor.press("Add an app", "link")
    visitor.check_page("add an app")
    app = pyotp.TOTP(visitor.page.locator("code.secret").inner_text().replace(" ", ""))
    visitor.fill(code="000000")
    visitor.press("Add the app")
    visitor.check_page("add an app, wrong code")
    visitor.fill(code=app.now())
    visitor.press("Add the app")
    visitor.check_page("recovery codes")
    codes = visitor.page.locator(".codes li").all_inner_texts()
    visitor.press("I have saved them", "link")
    visitor.check_page("second factor is on")
    visitor.press("Sign out")
    visitor.fill(username="ann", password=PASSWORD)
    visitor.press("Sign in")
    visitor.check_page("one step more")
    visitor.fill(code=codes[0])
    visitor.press("Continue")

    visitor.visit("/accounts/security/")
    assert re.search(rf"You have {len(codes) - 1} codes left", visitor.text)


def test_code_of_the_app_signs_in(visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.sign_in("ann", PASSWORD)
    visitor.visit("/accounts/security/authenticator/")
    app = pyotp.TOTP(visitor.page.locator("code.secret").inner_text().replace(" ", ""))
    visitor.fill(code=app.now())
    visitor.press("Add the app")
    visitor.press("Sign out")

    visitor.fill(username="ann", password=PASSWORD)
    visitor.press("Sign in")
    # The code of now is spent, and a step ahead is as far as clocks may be apart.
    visitor.fill(code=app.at(utc_now(), counter_offset=1))
    visitor.press("Continue")

    visitor.visit("/accounts/")
    assert "ann@example.org" in visitor.text


def test_passkey_signs_in(visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.add_virtual_authenticator()
    visitor.sign_in("ann", PASSWORD)

    visitor.visit("/accounts/security/passkeys/add/")
    visitor.check_page("add a passkey")
    visitor.fill(name="My key")
    with visitor.page.expect_navigation():
        visitor.press("Create a passkey")
    visitor.visit("/accounts/security/")
    visitor.check_page("second factor, passkey")
    listed = "My key" in visitor.text
    visitor.press("Sign out")
    visitor.fill(username="ann", password=PASSWORD)
    visitor.press("Sign in")
    visitor.check_page("one step more, passkey")
    halfway = visitor.path
    with visitor.page.expect_navigation():
        visitor.press("Use a passkey")

    visitor.visit("/accounts/")
    assert (listed, halfway.partition("?")[0]) == (True, "/accounts/second/")
    assert "ann@example.org" in visitor.text
