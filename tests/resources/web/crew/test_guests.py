"""Pages of guests: registration by the share link, their page, and their sign-up."""

import pytest
from sqlalchemy import select

from joindin.models import Mail
from joindin.models.crew import (
    CONFIRMED,
    SHOWN_TO_EVERYONE,
    USER_DECLINED,
    CrewGuest,
    EventGuestShare,
    Participation,
    guest_qualifications,
)
from joindin.security.tokens import hash_token
from tests.browser_client import main_text
from tests.crew_factories import make_crew_event, make_event_type, make_participation, make_qualification, make_shift
from tests.factories import NOW, make_user

ENGLISH = {"Accept-Language": "en"}
GRETA = {"email": "Greta@example.org", "display_name": "Greta Guest"}
MAY_DECLINE = {"user_can_decline_confirmed": True}


@pytest.fixture
def event(session):
    event = make_crew_event(session, "Street fair")
    session.add(EventGuestShare(event_id=event.id, token="share"))
    session.flush()
    return event


@pytest.fixture
def greta(session, event):
    guest = CrewGuest(event_id=event.id, email="greta@example.org", display_name="Greta", created_at=NOW,
                      access_token_hash=hash_token("greta"))  # fmt: skip
    session.add(guest)
    session.flush()
    return guest


def register_path(event, token="share"):
    return f"/guests/register/{event.id}/{token}/"


def register(browser, event, **fields):
    return browser.send(register_path(event), GRETA | fields, headers=ENGLISH)


def guests(session):
    session.rollback()
    return session.scalars(select(CrewGuest.email).order_by(CrewGuest.id)).all()


def test_guest_registers_and_gets_the_link_by_mail(session, event, browser):
    medic = make_qualification(session)

    reply = register(browser, event, date_of_birth="1990-05-17", phone="0170 1", qualifications=[medic.id, "99", "x"])

    token = reply.location.removeprefix("/guests/").removesuffix("/")
    guest = session.scalars(select(CrewGuest)).one()
    assert reply.status_code == 302
    assert (guest.event_id, guest.email, guest.display_name, guest.phone, guest.access_token_hash) == (
        event.id, "greta@example.org", "Greta Guest", "0170 1", hash_token(token),
    )  # fmt: skip
    assert session.execute(select(guest_qualifications)).all() == [(guest.id, medic.id)]
    mail = session.scalars(select(Mail)).one()
    assert (mail.recipient, mail.context["token"]) == ("greta@example.org", token)
    page = browser.get(reply.location, headers=ENGLISH)
    assert "You are registered." in main_text(page)
    assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == ("no-store", "same-origin")


BAD_FIELDS = {
    "no address": {"email": "nomail"},
    "long address": {"email": f"{'x' * 250}@example.org"},
    "no name": {"display_name": " "},
    "long name": {"display_name": "x" * 255},
    "long phone": {"phone": "1" * 255},
    "no day": {"date_of_birth": "yesterday"},
    "day to come": {"date_of_birth": "2999-01-01"},
}


@pytest.mark.parametrize("fields", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_bad_registration_stores_nothing(session, event, browser, fields):
    reply = register(browser, event, **fields)

    assert (reply.status_code, "There is a problem" in main_text(reply), guests(session)) == (200, True, [])


def test_an_address_registers_once_for_an_event(session, event, browser, greta):
    reply = register(browser, event, email="GRETA@example.org")

    assert (reply.status_code, guests(session)) == (200, ["greta@example.org"])
    assert "This address is registered already." in main_text(reply)
    assert session.scalars(select(Mail)).all() == []


def test_wrong_and_inactive_links_and_drafts_are_forbidden(session, event, browser):
    draft = make_crew_event(session, is_draft=True)
    closed = make_crew_event(session)
    session.add(EventGuestShare(event_id=draft.id, token="draft"))
    session.add(EventGuestShare(event_id=closed.id, token="closed", is_active=False))
    paths = [register_path(event, "wrong"), register_path(draft, "draft"), register_path(closed, "closed"),
             "/guests/register/99999999999/share/", "/guests/unknown/"]  # fmt: skip

    assert [browser.get(path).status_code for path in paths] == [403] * 5


def test_guest_signs_up_and_withdraws(session, event, greta, browser):
    shift = make_shift(session, event, label="Early", signup_flow_configuration=MAY_DECLINE)
    action = f"/guests/greta/shifts/{shift.id}/signup-action/"

    replies, states = [], []
    for choice in ("sign_up", "decline"):
        fields = {"quick_action": "1", "signup_choice": choice}
        reply = browser.send(action, fields, page="/guests/greta/", headers=ENGLISH)
        replies.append((reply.status_code, reply.location))
        states += session.execute(select(Participation.guest_id, Participation.state)).all()

    assert replies == [(302, "/guests/greta/")] * 2
    assert states == [(greta.id, CONFIRMED), (greta.id, USER_DECLINED)]
    assert "You have successfully declined Early" in main_text(browser.get("/guests/greta/", headers=ENGLISH))


def test_guest_has_the_form_of_a_shift(session, event, greta, browser):
    shift = make_shift(session, event, label="Early")

    page = browser.get(f"/guests/greta/shifts/{shift.id}/signup-action/", headers=ENGLISH)

    assert (page.status_code, 'href="/guests/greta/"' in page.text) == (200, True)


def test_shifts_of_other_events_are_not_found(session, event, greta, browser):
    other = make_shift(session, make_crew_event(session))
    fields = {"quick_action": "1", "signup_choice": "sign_up"}

    statuses = [browser.send(f"/guests/greta/shifts/{shift_id}/signup-action/", fields, page="/accounts/login/").status_code
                for shift_id in (other.id, "9" * 30, "x")]  # fmt: skip

    assert statuses == [404] * 3
    assert session.scalars(select(Participation)).all() == []


def test_guest_sees_people_only_if_the_type_shows_them_to_everyone(session, event, greta, browser):
    shown = []
    for kind in (0, SHOWN_TO_EVERYONE):
        other = make_crew_event(session, type=make_event_type(session, participants_shown_to=kind))
        make_participation(session, make_shift(session, other), make_user(session, full_name="Ben Brown"))
        greta.event_id = other.id
        shown.append("Ben Brown" in browser.get("/guests/greta/").text)

    assert shown == [False, True]


def test_signed_in_users_are_led_to_the_event(session, event, greta, browser):
    browser.sign_in_directly(make_user(session))

    locations = [browser.get(path).location for path in (register_path(event), "/guests/greta/")]

    assert locations == [f"/events/{event.id}-street-fair/"] * 2
