"""Users of a guest sign in at their own instance, and sign up here. Hostile guests are refused."""

import datetime as dt
import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from joindin.models.crew import CONFIRMED, FederatedSession, FederatedUser, Participation
from joindin.operations.crew.federation.guests import remove_guest
from joindin.operations.crew.federation.shares import share_event_with_guests
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text
from tests.crew_factories import make_crew_event, make_federation_guest, make_qualification, make_shift
from tests.factories import NOW, make_user
from tests.fake_instance import drip

ENGLISH = {"Accept-Language": "en"}
CALLBACK = "/api/federation/oauth-callback/"
TOKEN_PATH, PROFILE_PATH = "/api/oauth/token/", "/api/users/me/"
FAY = {
    "id": 7,
    "display_name": "Fay Federated",
    "date_of_birth": "1990-02-03",
    "email": "fay@guest.example",
    "qualifications": [],
}


@pytest.fixture
def guest(session, other):
    return make_federation_guest(session, "Guest Org", url=other.url, client_id="cid", client_secret="of host")


@pytest.fixture
def shift(session, guest):
    event = make_crew_event(session, "Street fair")
    share_event_with_guests(session, event.id, [guest.id], actor=make_user(session, "planner"))
    return make_shift(session, event)


@pytest.fixture
def page(shift, guest):
    return f"/events/shared/{shift.event_id}/{guest.id}/"


def begin(browser, page):
    """Open the page and return the parameters of the redirect to the guest."""
    reply = browser.get(page, headers=ENGLISH)
    assert reply.status_code == 302
    return {key: values[0] for key, values in parse_qs(urlsplit(reply.location).query).items()}


def sign_in(browser, other, page, profile=FAY, **token):
    other.answer("POST", TOKEN_PATH, 200, {"access_token": "t" * 30, "expires_in": 36000, **token})
    other.answer("GET", PROFILE_PATH, 200, profile)
    return browser.get(f"{CALLBACK}?code=c&state={begin(browser, page)['state']}", headers=ENGLISH)


@pytest.mark.parametrize("referer", ["http://[", "http://[evil]/", "\x00", "//"])
def test_an_odd_referer_names_no_guest(browser, shift, guest, referer):
    reply = browser.get(f"/events/shared/{shift.event_id}/", headers={"Referer": referer})

    assert (reply.status_code, reply.location) == (302, f"/events/shared/{shift.event_id}/{guest.id}/")


def test_a_user_of_a_guest_signs_in_and_signs_up(session, browser, other, guest, shift, page):
    parameters = begin(browser, page)
    other.answer("POST", TOKEN_PATH, 200, {"access_token": "t" * 30, "expires_in": 36000})
    other.answer("GET", PROFILE_PATH, 200, FAY)

    reply = browser.get(f"{CALLBACK}?code=the-code&state={parameters['state']}", headers=ENGLISH)

    assert (reply.status_code, reply.location) == (302, page)
    assert (parameters["client_id"], parameters["scope"], parameters["code_challenge_method"]) == (
        "cid",
        "ME_READ",
        "S256",
    )
    fields = other.sent(TOKEN_PATH)["fields"]
    verifier = fields.pop("code_verifier")
    assert fields == {
        "grant_type": "authorization_code",
        "code": "the-code",
        "client_id": "cid",
        "client_secret": "of host",
        "redirect_uri": f"http://web.example{CALLBACK}",
    }
    digest = hashlib.sha256(verifier.encode()).digest()
    assert urlsafe_b64encode(digest).decode().rstrip("=") == parameters["code_challenge"]
    assert other.sent(PROFILE_PATH)["token"] == f"Bearer {'t' * 30}"
    shown = browser.get(page, headers=ENGLISH)
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert "Fay Federated of Guest Org" in main_text(shown)

    signup = f"/shifts/shared/{shift.id}/{guest.id}/signup/"
    assert browser.get(signup, headers=ENGLISH).status_code == 200
    reply = browser.send(signup, {"signup_choice": "sign_up", "quick_action": "1"}, page=page)
    assert (reply.status_code, reply.location) == (302, page)
    fay = session.scalars(select(FederatedUser)).one()
    stored = session.scalars(select(Participation)).one()
    assert (stored.federated_user_id, stored.user_id, stored.state) == (fay.id, None, CONFIRMED)


def test_signing_up_without_a_token_of_the_form_is_refused(session, browser, other, guest, shift, page):
    sign_in(browser, other, page)

    reply = browser.post(
        f"/shifts/shared/{shift.id}/{guest.id}/signup/", {"signup_choice": "sign_up", "quick_action": "1"}
    )

    assert reply.status_code == 403
    assert session.scalars(select(Participation)).all() == []


def test_each_sign_in_refreshes_the_person(session, browser, another_browser, other, page):
    medic = make_qualification(session, "MED")
    sign_in(browser, other, page)
    qualified = {"uuid": medic.uuid, "title": "x", "abbreviation": "x", "category": "x", "includes": []}

    sign_in(another_browser, other, page, FAY | {"display_name": "Fay Farmer", "qualifications": [qualified]})

    assert session.scalars(select(FederatedUser.display_name)).all() == ["Fay Farmer"]
    assert "Fay Farmer of Guest Org" in main_text(browser.get(page, headers=ENGLISH))


def test_the_session_ends_with_the_token(session, browser, other, page):
    sign_in(browser, other, page, expires_in=60)
    stored = session.scalars(select(FederatedSession)).one()
    assert dt.timedelta(0) < stored.expires_at - utc_now() < dt.timedelta(minutes=10)
    stored.expires_at = utc_now()

    assert browser.get(page).status_code == 302


def test_an_event_that_is_not_shared_ends_the_session(session, browser, other, guest, page):
    sign_in(browser, other, page)
    hidden = make_shift(session, make_crew_event(session, "Hidden"))

    reply = browser.get(f"/events/shared/{hidden.event_id}/{guest.id}/", headers=ENGLISH)

    assert reply.status_code == 403
    assert "Hidden" not in reply.text
    assert session.scalars(select(FederatedSession)).all() == []
    assert browser.get(page).status_code == 302


def test_shifts_of_events_that_are_not_shared_are_refused(session, browser, other, guest, page):
    sign_in(browser, other, page)
    hidden = make_shift(session, make_crew_event(session, "Hidden"))
    signup = f"/shifts/shared/{hidden.id}/{guest.id}/signup/"

    reply = browser.send(signup, {"signup_choice": "sign_up", "quick_action": "1"}, page=page)

    assert reply.status_code == 403
    assert session.scalars(select(Participation)).all() == []


def test_a_draft_is_not_shown(session, browser, other, guest, page):
    sign_in(browser, other, page)
    draft = make_crew_event(session, "Draft", is_draft=True)
    share_event_with_guests(session, draft.id, [guest.id], actor=make_user(session))

    assert browser.get(f"/events/shared/{draft.id}/{guest.id}/").status_code == 403


def test_the_session_of_one_guest_is_none_of_another(session, browser, other, shift, page):
    sign_in(browser, other, page)
    second = make_federation_guest(session, url="http://second.example")

    reply = browser.get(f"/events/shared/{shift.event_id}/{second.id}/")

    assert reply.location.startswith("http://second.example/api/oauth/authorize/?")


def test_a_removed_guest_ends_the_sessions_of_its_users(session, browser, other, guest, page):
    sign_in(browser, other, page)
    remove_guest(session, guest.id, actor=None, now=NOW, timezone="UTC")

    assert browser.get(page).status_code == 403


def test_signing_out_ends_the_session(session, browser, other, page):
    sign_in(browser, other, page)

    reply = browser.send(f"{page}sign-out/", page=page)

    assert (reply.status_code, reply.location) == (302, f"{other.url}/events/external/")
    assert session.scalars(select(FederatedSession)).all() == []


@pytest.mark.parametrize(
    "query", ["code=c&state=wrong", "code=c", "state={state}", "error=access_denied", "code=c&state=%00ü"]
)
def test_a_wrong_state_leads_back_without_a_request_to_the_guest(session, browser, other, page, query):
    state = begin(browser, page)["state"]

    reply = browser.get(f"{CALLBACK}?{query.format(state=state)}")

    assert (reply.status_code, reply.location) == (302, f"{other.url}/events/external/?error=oauth_error")
    assert other.requests == []
    assert session.scalars(select(FederatedUser)).all() == []


def test_a_state_works_once_and_in_its_own_browser(session, browser, another_browser, other, page):
    other.answer("POST", TOKEN_PATH, 200, {"access_token": "t", "expires_in": 60})
    other.answer("GET", PROFILE_PATH, 200, FAY)
    address = f"{CALLBACK}?code=c&state={begin(browser, page)['state']}"

    assert another_browser.get(address).status_code == 403
    assert browser.get(address).location == page
    assert browser.get(address).status_code == 403
    assert len(session.scalars(select(FederatedSession)).all()) == 1


def test_a_replayed_code_that_the_guest_refuses_signs_no_one_in(session, browser, other, page):
    other.answer("POST", TOKEN_PATH, 400, {"error": "invalid_grant"})

    reply = browser.get(f"{CALLBACK}?code=used&state={begin(browser, page)['state']}")

    assert reply.location == f"{other.url}/events/external/?error=oauth_error"
    assert session.scalars(select(FederatedSession)).all() == []


HOSTILE_PROFILES = {
    "redirect": (302, None, {"Location": "http://127.0.0.1:1/"}),
    "huge": (200, b" " * (2 * 1024 * 1024), {}),
    "deep": (200, b"[" * 100_000, {}),
    "no json": (200, b"<html>", {}),
    "a list": (200, [FAY], {}),
    "no address": (200, FAY | {"email": None}, {}),
    "no mailbox": (200, FAY | {"email": "x" * 300}, {}),
    "a bad day": (200, FAY | {"date_of_birth": "2000-13-40"}, {}),
    "bad qualifications": (200, FAY | {"qualifications": {"uuid": 1}}, {}),
    "half a pair": (
        200,
        b'{"email": "\\ud800@x.example", "display_name": "x", "date_of_birth": null, "qualifications": []}',
        {},
    ),
    "an error": (500, FAY, {}),
}


@pytest.mark.parametrize("name", HOSTILE_PROFILES)
def test_a_hostile_profile_signs_no_one_in(session, browser, other, page, name):
    status, body, headers = HOSTILE_PROFILES[name]
    other.answer("POST", TOKEN_PATH, 200, {"access_token": "t", "expires_in": 60})
    other.answer("GET", PROFILE_PATH, status, body, **headers)

    reply = browser.get(f"{CALLBACK}?code=c&state={begin(browser, page)['state']}")

    assert (reply.status_code, reply.location) == (302, f"{other.url}/events/external/?error=oauth_error")
    assert session.scalars(select(FederatedUser)).all() == []


@pytest.mark.parametrize(
    "token",
    [{"access_token": None}, {"access_token": "a\r\nX: y"}, {"access_token": "x" * 5000}, {"expires_in": 10**30}],
)
def test_odd_tokens(session, browser, other, page, token):
    reply = sign_in(browser, other, page, **token)

    expected = page if "expires_in" in token else f"{other.url}/events/external/?error=oauth_error"
    assert reply.location == expected


def test_a_slow_guest_is_given_up_on(app, monkeypatch, session, browser, other, page):
    monkeypatch.setattr("joindin.federation.requests.SIGN_IN_TIMEOUT_S", 0.3)
    other.answer("POST", TOKEN_PATH, 200, drip)

    reply = browser.get(f"{CALLBACK}?code=c&state={begin(browser, page)['state']}")

    assert reply.location == f"{other.url}/events/external/?error=oauth_error"


def test_private_addresses_are_asked_only_where_that_is_allowed(app, monkeypatch, session, browser, other, page):
    monkeypatch.setitem(app.config, "ALLOW_PRIVATE_FETCHES", False)

    assert sign_in(browser, other, page).location == f"{other.url}/events/external/?error=oauth_error"
    assert other.requests == []


def test_a_link_without_the_guest_leads_to_the_only_one(session, browser, other, guest, shift, page):
    link = f"/events/shared/{shift.event_id}/"
    assert browser.get(link).location == page
    second = make_federation_guest(session, url="http://second.example")
    share_event_with_guests(session, shift.event_id, [guest.id, second.id], actor=make_user(session))

    assert browser.get(link).status_code == 403
    referer = {"Referer": "http://second.example/events/external/"}
    assert browser.get(link, headers=referer).location == f"/events/shared/{shift.event_id}/{second.id}/"


def test_unknown_guests_and_a_return_without_a_beginning_are_refused(session, browser, guest, shift):
    assert browser.get(f"/events/shared/{shift.event_id}/{guest.id + 1}/").status_code == 403
    reply = browser.get(f"{CALLBACK}?code=x&state=y", headers=ENGLISH)
    assert (reply.status_code, reply.mimetype) == (403, "text/html")
