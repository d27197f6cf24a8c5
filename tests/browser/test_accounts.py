"""Registration, password reset, personal data and deletion in a browser, with the mails."""

import json
import zipfile

from sqlalchemy import func, select

from joindin.models import BrowserSession, User
from tests.browser_client import PASSWORD, make_user_with_password

ADDRESS = "hedy@example.org"
CHOSEN = "a boat made of paper"


def test_user_registers_confirms_the_address_and_signs_in(visitor, session, server):
    make_user_with_password(session, "first")
    session.commit()

    visitor.visit("/accounts/register/")
    visitor.check_page("register")
    visitor.press("Register")
    visitor.check_page("register, nothing filled in")
    visitor.fill(username="hedy", full_name="Hedy Hill", email=ADDRESS, password=CHOSEN)
    visitor.press("Register")
    visitor.check_page("registered")
    visitor.visit(server.link_in_mail(ADDRESS))
    visitor.check_page("confirm address")
    visitor.press("Confirm")
    confirmed = visitor.text
    visitor.fill(username=ADDRESS, password=CHOSEN)
    visitor.press("Sign in")

    visitor.visit("/accounts/")
    assert "Your address is confirmed. You can sign in now." in confirmed
    assert ("Hedy Hill" in visitor.text, ADDRESS in visitor.text) == (True, True)


def test_forgotten_password_is_replaced_with_a_mailed_link(visitor, session, server):
    make_user_with_password(session, "ann")
    session.commit()

    visitor.visit("/accounts/login/")
    visitor.press("Forgotten your password?", "link")
    visitor.check_page("password forgotten")
    visitor.fill(username="ann")
    visitor.press("Send the link")
    visitor.check_page("password mailed")
    visitor.visit(server.link_in_mail("ann@example.org", "Resetting"))
    visitor.check_page("new password")
    visitor.fill(password=CHOSEN)
    visitor.press("Change the password")
    visitor.fill(username="ann", password=CHOSEN)
    visitor.press("Sign in")

    visitor.visit("/accounts/")
    assert "ann@example.org" in visitor.text


def test_account_pages_are_valid(visitor, session):
    make_user_with_password(session, "ann", full_name="Ann Ash", biography="Sails.")
    session.commit()
    visitor.sign_in("ann", PASSWORD)

    for path in ("", "profile/", "email/", "password/", "sessions/", "data/", "delete/"):
        visitor.visit(f"/accounts/{path}")
        visitor.check_page(f"accounts {path}")


def test_personal_data_are_downloaded(visitor, session, tmp_path):
    make_user_with_password(session, "ann", full_name="Ann Ash")
    session.commit()
    visitor.sign_in("ann", PASSWORD)
    visitor.visit("/accounts/data/")

    with visitor.page.expect_download() as downloading:
        visitor.page.get_by_role("button", name="Download").click()
    downloading.value.save_as(tmp_path / "data.zip")

    with zipfile.ZipFile(tmp_path / "data.zip") as packed:
        told = {name: json.loads(packed.read(name)) for name in packed.namelist() if name.endswith(".json")}
    assert "Ann Ash" in json.dumps(told)


def test_sign_out_everywhere_ends_other_browsers(new_visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    here, there = new_visitor(), new_visitor()
    here.sign_in("ann", PASSWORD)
    there.sign_in("ann", PASSWORD)

    here.visit("/accounts/sessions/")
    listed = here.page.locator("main li").count()
    here.check_page("two browsers")
    here.press("Sign out everywhere")
    there.visit("/accounts/")

    assert listed == 2
    assert (here.path, there.path) == ("/accounts/login/", "/accounts/login/?next=/accounts/")
    open_ones = select(func.count()).select_from(BrowserSession).where(BrowserSession.revoked_at.is_(None))
    assert session.scalar(open_ones) == 0


def test_user_deletes_the_account(visitor, session):
    make_user_with_password(session, "first", is_admin=True)
    make_user_with_password(session, "ann")
    session.commit()
    visitor.sign_in("ann", PASSWORD)

    visitor.visit("/accounts/delete/")
    visitor.press("Delete my account")
    unsure = visitor.text
    visitor.page.get_by_label("I want to delete my account permanently").check()
    visitor.press("Delete my account")

    assert "Tick the box if you are sure" in unsure
    assert "Your account is deleted." in visitor.text
    assert session.scalars(select(User.username)).all() == ["first"]


def test_pages_work_without_scripts(new_visitor, session):
    make_user_with_password(session, "ann")
    session.commit()
    visitor = new_visitor(javascript=False)

    visitor.sign_in("ann", PASSWORD)
    visitor.visit("/accounts/profile/")
    visitor.fill(full_name="Ann Alder")
    visitor.page.locator("main form button").click()

    assert (visitor.path, "Ann Alder" in visitor.text) == ("/accounts/", True)
