"""Personal tokens and registered applications in a browser."""

import json
import subprocess

from tests.browser_client import PASSWORD, make_user_with_password


def test_token_is_created_used_by_a_script_and_revoked(visitor, session, server):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.sign_in("ann", PASSWORD)

    visitor.visit("/api/settings/token/")
    visitor.check_page("no tokens")
    visitor.press("Create a token", "link")
    visitor.press("Create")
    visitor.check_page("make a token, nothing filled in")
    visitor.fill(description="Nightly export")
    visitor.page.get_by_label("Read public data").check()
    visitor.page.get_by_label("Read own personal data").check()
    visitor.press("Create")
    visitor.check_page("token, shown once")
    token = visitor.page.locator("code.secret").inner_text()
    known = call(server, token)
    visitor.press("Back to your tokens", "link")
    visitor.check_page("tokens")
    listed = visitor.text
    visitor.press("Revoke Nightly export")
    forgotten = call(server, token)

    assert known["meta"]["user_uri"].startswith(f"{server.url}/v2.1/users/")
    assert ("Nightly export valid" in listed, token in listed) == (True, False)
    assert "user_uri" not in forgotten["meta"]
    assert "revoked" in visitor.text


def call(server, token):
    """Request events with curl."""
    said = subprocess.run(
        ["curl", "--silent", "--header", f"Authorization: Bearer {token}", f"{server.url}/v2.1/events"],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(said.stdout)


def test_application_is_registered_edited_and_deleted(visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    visitor.sign_in("ann", PASSWORD)

    visitor.visit("/accounts/applications/")
    visitor.check_page("no applications")
    visitor.visit("/accounts/applications/register/")
    visitor.check_page("register an application")
    visitor.fill(name="Schedule", description="Shows talks", redirect_uris="https://schedule.example/back")
    visitor.page.locator("main form button").click()
    visitor.page.wait_for_load_state()
    visitor.check_page("application, secret shown once")
    secrets_shown = visitor.page.locator("code.secret").all_inner_texts()
    place = visitor.path
    visitor.visit(place)
    visitor.check_page("application")
    shown_later = visitor.text
    visitor.press("Change", "link")
    visitor.check_page("change an application")
    visitor.fill(name="Timetable")
    visitor.press("Save")
    visitor.press("Delete", "link")
    visitor.check_page("delete an application")
    visitor.press("Delete it")
    visitor.visit("/accounts/applications/")

    assert len(secrets_shown) == 2
    assert secrets_shown[0] not in shown_later
    assert "Timetable" not in visitor.page.locator(".cards").all_inner_texts()
