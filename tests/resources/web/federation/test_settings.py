"""Pages of the staff: invite codes, guests and hosts."""

import html
import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from joindin.federation.addresses import Invitation, decode_invitation, encode_invitation
from joindin.models import Client
from joindin.models.crew import FederationGuest, FederationHost, FederationInvite
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import main_text
from tests.crew_factories import make_federation_guest
from tests.factories import make_user
from tests.fake_instance import drip

ENGLISH = {"Accept-Language": "en"}
PATH, SETUP = "/settings/federation/", "/api/federation/setup/"
CODE, TOKEN = "ab" * 32, "cd" * 32


def count(session, model):
    session.rollback()
    return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def pages(browser, staff):
    """A browser of the staff that speaks English."""
    browser.sign_in_directly(staff)
    browser.set_cookie("django_language", "en")
    return browser


def share_code(other, guest_url="http://web.example", host_url=None):
    return encode_invitation(Invitation(guest_url, CODE, host_url or other.url))


def test_an_invite_code_is_shown_once(session, pages):
    reply = pages.send(f"{PATH}guests/add/", {"url": "https://guest.example/"})

    invite = session.scalars(select(FederationInvite)).one()
    assert (reply.status_code, reply.location) == (302, f"{PATH}invite/{invite.id}/")
    page = pages.get(reply.location)
    shown = decode_invitation(re.search(r"<code class=\"?secret\"?>([^<]+)", page.text)[1])
    assert (shown.guest_url, shown.host_url, len(shown.code)) == ("https://guest.example", "http://web.example", 64)
    assert "https://guest.example/settings/federation/hosts/add/?code=" in html.unescape(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert pages.get(reply.location).location == PATH
    assert "was shown before" in main_text(pages.get(PATH)) or "was shown before" in pages.get(PATH).text
    assert "https://guest.example" in main_text(pages.get(PATH))


def test_an_address_with_a_path_is_refused(session, pages):
    reply = pages.send(f"{PATH}guests/add/", {"url": "https://guest.example/below/"})

    assert "without a path" in main_text(reply)
    assert count(session, FederationInvite) == 0


def test_a_share_code_with_half_a_character_is_refused(session, pages, other):
    code = encode_invitation(Invitation("http://web.example", "\ud800", other.url))

    reply = pages.send(f"{PATH}hosts/add/", {"code": code})

    assert (reply.status_code, "Invalid code" in main_text(reply)) == (200, True)
    assert count(session, FederationHost) == 0


def test_an_open_invite_is_withdrawn(session, pages):
    pages.send(f"{PATH}guests/add/", {"url": "https://guest.example/"})
    invite_id = session.scalars(select(FederationInvite.id)).one()

    pages.send(f"{PATH}invite/{invite_id}/delete/", page=PATH)

    assert count(session, FederationInvite) == 0


def test_a_guest_is_removed(session, pages):
    guest = make_federation_guest(session, "Farm")
    path = f"{PATH}guests/{guest.id}/delete/"
    assert "Remove the guest Farm?" in main_text(pages.get(path))

    assert pages.send(path).location == PATH
    assert count(session, FederationGuest) == 0
    assert pages.get(path).status_code == 404


def test_a_host_is_joined_and_left(session, pages, other):
    other.answer("POST", SETUP, 201, {"id": 1, "access_token": TOKEN, "host_name": "Host Org"})
    code = share_code(other)
    assert other.url in main_text(pages.get(f"{PATH}hosts/add/?code={code}"))

    assert pages.send(f"{PATH}hosts/add/", {"code": code}).location == PATH

    host, client = session.scalars(select(FederationHost)).one(), session.scalars(select(Client)).one()
    assert (host.name, host.url, host.credentials) == ("Host Org", other.url, {"access_token": TOKEN})
    assert f'"client_id": "{client.key}"' in other.sent(SETUP)["body"]
    assert '"name": "joind.in"' in other.sent(SETUP)["body"]
    consent = {"response_type": "code", "client_id": client.key, "redirect_uri": client.callback_url, "scope": "ME_READ",
               "code_challenge": "c" * 43, "code_challenge_method": "S256"}  # fmt: skip
    assert "another crew, whose events are shared" in main_text(
        pages.get(f"/api/oauth/authorize/?{urlencode(consent)}")
    )
    other.answer("DELETE", "/api/federation/guest/delete/", 204)
    assert pages.send(f"{PATH}hosts/{host.id}/delete/").location == PATH
    assert other.sent("/api/federation/guest/delete/")["token"] == f"Bearer {TOKEN}"
    assert count(session, FederationHost) == count(session, Client) == 0


def test_a_host_that_does_not_answer_is_kept_until_the_staff_forgets_it(session, pages, other):
    session.add(FederationHost(name="Gone", url=other.url, credentials={"access_token": TOKEN}))
    session.flush()
    host_id = session.scalars(select(FederationHost.id)).one()
    other.answer("DELETE", "/api/federation/guest/delete/", 500)

    reply = pages.send(f"{PATH}hosts/{host_id}/delete/")
    assert "does not answer" in main_text(reply)
    assert count(session, FederationHost) == 1

    assert pages.send(f"{PATH}hosts/{host_id}/delete/", {"only_here": "y"}).location == PATH
    assert count(session, FederationHost) == 0


ANSWERS = {
    "unknown": (400, {"non_field_errors": ["Invite code is not valid"]}, {}, "does not know this invite code"),
    "expired": (400, {"non_field_errors": ["Invite code is expired"]}, {}, "The invite code has expired"),
    "odd reason": (400, {"non_field_errors": ["<b>Send money</b>"]}, {}, "The host refuses the invite code"),
    "odd json": (400, [["x"]], {}, "The host refuses the invite code"),
    "redirect": (307, None, {"Location": "http://127.0.0.1:1/"}, "does not answer as expected"),
    "huge": (201, b" " * (2 * 1024 * 1024), {}, "does not answer as expected"),
    "no token": (201, {"host_name": "x"}, {}, "does not answer as expected"),
    "odd token": (201, {"access_token": "a b\r\n", "host_name": "x"}, {}, "does not answer as expected"),
    "wrong status": (200, {"access_token": TOKEN, "host_name": "x"}, {}, "does not answer as expected"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_host_that_answers_otherwise_is_not_stored(session, pages, other, name):
    status, body, headers, message = ANSWERS[name]
    other.answer("POST", SETUP, status, body, **headers)

    reply = pages.send(f"{PATH}hosts/add/", {"code": share_code(other)})

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert "money" not in reply.text
    assert count(session, FederationHost) == count(session, Client) == 0


def test_a_slow_host_is_given_up_on(monkeypatch, session, pages, other):
    monkeypatch.setattr("joindin.federation.requests.SETUP_TIMEOUT_S", 0.3)
    other.answer("POST", SETUP, 201, drip)

    assert "does not answer" in main_text(pages.send(f"{PATH}hosts/add/", {"code": share_code(other)}))


def test_a_lost_answer_is_repeated_with_the_same_application(session, pages, other):
    other.answer("POST", SETUP, 500)
    pages.send(f"{PATH}hosts/add/", {"code": share_code(other)})
    other.answer("POST", SETUP, 201, {"access_token": TOKEN, "host_name": "Host Org"})
    pages.send(f"{PATH}hosts/add/", {"code": share_code(other)})

    first, second = [each["body"] for each in other.requests]
    assert first == second
    assert count(session, FederationHost) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [("%%%", "Invalid code"), ("", "Enter the invite code"), (None, "not issued for this instance")],
)
def test_other_codes_are_refused_without_a_request(session, pages, other, code, message):
    code = share_code(other, guest_url="http://else.example") if code is None else code

    reply = pages.send(f"{PATH}hosts/add/", {"code": code})

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert other.requests == []


def test_private_hosts_are_asked_only_where_that_is_allowed(app, monkeypatch, pages, other):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", False)

    assert "does not answer" in main_text(pages.send(f"{PATH}hosts/add/", {"code": share_code(other)}))
    assert other.requests == []


def test_only_those_with_the_permission_see_the_pages(session, browser, another_browser):
    user = make_user(session, "planner")
    browser.sign_in_directly(user)
    for path in ("", "guests/add/", "hosts/add/", "guests/1/delete/", "hosts/1/delete/", "invite/1/"):
        assert another_browser.get(f"{PATH}{path}").location.startswith("/accounts/login/")
        assert browser.get(f"{PATH}{path}").status_code == 403
    grant_permission(session, user, "manage_federation", actor=None)

    assert browser.get(PATH).status_code == 200
