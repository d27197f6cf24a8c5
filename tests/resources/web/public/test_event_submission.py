"""The page on which visitors submit an event without an account."""

import datetime as dt
from functools import partial

import pytest
from sqlalchemy import select

from joindin.models import AnonymousSubmission, Event, EventHost, Mail, Place, SiteSetting
from joindin.operations.event_approval import approve_event
from joindin.utils.datetimes import UTC, get_timezone
from tests.browser_client import Browser, form_fields, main_text
from tests.concurrency import run_concurrently
from tests.factories import NOW, days_from_now, make_user

PAGE = "/event/submit/anonymous/"
ROME = get_timezone("Europe/Rome")
START = days_from_now(10).astimezone(ROME).replace(hour=19, minute=0, second=0, microsecond=0)
FIELDS = {
    "name": "Swap shop",
    "starts_at": f"{START:%Y-%m-%dT%H:%M}",
    "ends_at": f"{START:%Y-%m-%d}T22:00",
    "place_name": "Hall",
    "place_address": "Road 1",
    "description": "Bring things\n\nhttps://swap.example",
    "tags": "swap, free",
    "online_locations": "meet.example/room",
}


@pytest.fixture
def forbidden(session):
    session.add(SiteSetting(key="allow_anon_event", value=False, updated_at=NOW))
    session.commit()


def only_event(session):
    return session.scalars(select(Event)).one()


def test_visitors_get_the_form_without_an_account(browser):
    reply = browser.get("/event/submit")

    assert (reply.status_code, reply.location) == (302, PAGE)
    assert "Sign in to submit it" in main_text(browser.get(PAGE))
    assert 'lang="de"' in browser.get(PAGE, headers={"Accept-Language": "de"}).text


def test_an_event_without_account_waits_with_everything_of_the_form(session, browser, another_browser):
    reply = browser.send(PAGE, FIELDS)

    event = only_event(session)
    assert (reply.status_code, reply.location.partition("=")[0]) == (303, "/event/edit/?token")
    assert (event.name, event.is_pending, event.is_active, event.is_visible) == ("Swap shop", True, False, False)
    assert (event.starts_at, event.ends_at) == (START.astimezone(UTC), (START + dt.timedelta(hours=3)).astimezone(UTC))
    assert (event.location, event.online_locations) == ("Hall, Road 1", ["https://meet.example/room"])
    assert event.place_id == session.scalar(select(Place.id))
    assert session.scalars(select(EventHost)).all() == []
    assert "Keep the address of this page" in main_text(browser.get(reply.location))
    assert form_fields(browser.get(reply.location).text)["tags"] == "swap, free"
    assert another_browser.get(f"/event/{event.slug}").status_code == 404


def test_the_sender_is_mailed_the_address_and_the_decision(session, browser):
    reviewer = make_user(session, is_admin=True)
    browser.send(PAGE, FIELDS | {"email": "sam@example.org"})

    approve_event(session, only_event(session).id, reviewer=reviewer)
    session.commit()

    mails = session.execute(select(Mail.kind, Mail.recipient).order_by(Mail.id)).all()
    assert [mail.kind for mail in mails if mail.recipient == "sam@example.org"] == [
        "anonymous_event_received",
        "anonymous_event_approved",
    ]
    assert session.scalars(select(AnonymousSubmission)).all() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "x" * 256}, "Der Titel darf höchstens 255 Zeichen haben"),
        ({"place_name": "x" * 256}, "Der Ort darf höchstens 255 Zeichen haben"),
        ({"place_address": "x" * 501}, "Die Adresse darf höchstens 500 Zeichen haben"),
        ({"description": "x" * 20_001}, "Die Beschreibung darf höchstens 20000 Zeichen haben"),
        ({"email": f"{'x' * 200}@example.org"}, "Die E-Mail-Adresse darf höchstens 200 Zeichen haben"),
        ({"email": "x"}, "Bitte geben Sie eine E-Mail-Adresse ein"),
    ],
)
def test_messages_are_in_the_language_of_the_page(session, browser, changes, message):
    reply = browser.send(PAGE, FIELDS | changes, headers={"Accept-Language": "de"})

    assert (reply.status_code, message in reply.text) == (400, True)
    assert session.scalars(select(AnonymousSubmission)).all() == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter a title"),
        ({"name": "\x00"}, "Enter a title"),
        ({"starts_at": ""}, "Enter the start"),
        ({"starts_at": "x"}, "Enter the start"),
        ({"starts_at": "2001-01-01T10:00", "ends_at": ""}, "The start must not be in the past"),
        ({"ends_at": "2001-01-01T10:00"}, "The end is before the start"),
        ({"place_name": ""}, "Enter the place, or online"),
        ({"place_address": ""}, "Enter the address of the place"),
        ({"email": "sam"}, "Enter an e-mail address"),
        ({"online_locations": "javascript:alert(1)"}, "Enter web addresses"),
        ({"tags": "x" * 201}, "At most 50 tags of 200 characters"),
        ({"description": "x" * 20_001}, "The description must have at most 20000 characters"),
    ],
)
def test_wrong_values_store_nothing_and_stay_in_the_form(browser, count_rows, changes, message):
    before = count_rows()

    reply = browser.send(PAGE, FIELDS | changes)

    assert (reply.status_code, count_rows()) == (400, before)
    assert message in main_text(reply)
    assert "Road 1" in reply.text or "place_address" in changes


def test_an_online_event_needs_no_address(session, browser):
    assert browser.send(PAGE, FIELDS | {"place_name": "online", "place_address": ""}).status_code == 303
    assert only_event(session).location == "online"


def test_a_program_that_fills_in_everything_stores_nothing(browser, count_rows):
    before = count_rows()

    assert browser.send(PAGE, FIELDS | {"homepage": "https://buy.example"}).status_code == 303
    assert count_rows() == before


def test_a_form_that_is_sent_twice_is_stored_once(app, session):
    senders = [Browser(app) for _ in range(4)]
    tokens = [sender.token(PAGE) for sender in senders]

    def send(sender, token):
        with app.app_context():
            return sender.post(PAGE, FIELDS | {"csrfmiddlewaretoken": token})

    replies = run_concurrently(session, [partial(send, *each) for each in zip(senders, tokens)])

    assert sorted(reply.status_code for reply in replies) == [303, 409, 409, 409]
    assert only_event(session).name == "Swap shop"


def test_a_network_sends_as_many_events_as_by_the_api(session, browser):
    statuses = [browser.send(PAGE, FIELDS | {"name": f"Swap shop {number}"}).status_code for number in range(7)]

    assert statuses == [303] * 6 + [429]


def test_a_site_that_forbids_it_takes_no_event_from_visitors(browser, forbidden, count_rows):
    before, token = count_rows(), browser.token()

    replies = [browser.get(PAGE), browser.post(PAGE, FIELDS | {"csrfmiddlewaretoken": token})]

    assert [(reply.status_code, reply.location) for reply in replies] == [(302, "/event/submit")] * 2
    assert count_rows() == before


def test_a_signed_in_user_is_sent_to_their_own_form(session, browser):
    browser.sign_in_directly(make_user(session))
    session.commit()

    assert browser.get(PAGE).location == "/event/submit"
    assert browser.get("/event/submit").status_code == 200
