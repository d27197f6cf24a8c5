"""Sign-in with a browser, with the mouse and with the keyboard only."""

from tests.browser_client import PASSWORD, make_user_with_password


def test_user_signs_in_and_out(visitor, session):
    make_user_with_password(session, "ann", full_name="Ann Ash")
    session.commit()

    visitor.visit("/accounts/")
    visitor.check_page("sign in")
    visitor.fill(username="ann", password="wrong")
    visitor.press("Sign in")
    visitor.check_page("sign in, wrong password")
    refused = visitor.text
    visitor.fill(username="ann", password=PASSWORD)
    visitor.press("Sign in")
    visitor.check_page("account")
    inside = visitor.path
    visitor.press("Sign out")

    assert "The name or the password is wrong" in refused
    assert (inside, visitor.path) == ("/accounts/", "/accounts/login/")
    assert "You are signed out." in visitor.text


def test_sign_in_with_the_keyboard(visitor, session):
    make_user_with_password(session, "ann", full_name="Ann Ash")
    session.commit()
    keyboard = visitor.page.keyboard

    visitor.visit("/accounts/login/?next=/accounts/")
    visitor.tab_to("E-mail address or username")
    keyboard.type("ann@example.org")
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    with visitor.page.expect_navigation():
        keyboard.press("Enter")

    assert (visitor.path, "Ann Ash" in visitor.text) == ("/accounts/", True)


def test_external_account_signs_in_and_is_connected(visitor, session, provider):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.allow_host(provider.issuer)
    provider.sign_in(
        "emily-1", email="emily@example.org", email_verified=True, name="Emily Elm", preferred_username="emily"
    )

    visitor.visit("/accounts/login/?next=/accounts/")
    visitor.press("Sign in with Example Provider", "link")
    newcomer = visitor.text
    visitor.visit("/accounts/external/")
    visitor.check_page("external account connected")
    visitor.press("Sign out")
    provider.sign_in("ann-1")
    visitor.sign_in("ann", PASSWORD)
    visitor.visit("/accounts/external/")
    visitor.check_page("external account not connected")
    visitor.press("Connect")
    visitor.page.wait_for_url("**/accounts/external/")
    connected = visitor.text
    visitor.press("Disconnect")

    assert ("Emily Elm" in newcomer, "You can now sign in with Example Provider." in connected) == (True, True)
    assert "is disconnected" in visitor.text


def test_every_tab_stop_is_visible(visitor, session):
    visitor.visit("/accounts/login/")

    stops = visitor.tab_through()

    assert {"Skip to the content", "Sign in", "E-mail address or username", "Password"} <= {name for name, _ in stops}
    assert [name for name, outline in stops if not outline] == []
