"""The page on which the sender of an event without an account changes it."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from joindin.models import AnonymousSubmission, Event, Mail, Place
from joindin.operations.event_approval import approve_event, reject_event
from joindin.utils.datetimes import get_timezone
from tests.api_client import ApiClient
from tests.browser_client import form_fields, main_text
from tests.factories import days_from_now, make_user, newest

ROME = get_timezone("Europe/Rome")


@pytest.fixture
def page(app, session):
    """The path of the page of a submitted event."""
    start = days_from_now(10).astimezone(ROME).replace(hour=19, minute=0, second=0, tzinfo=ROME)
    body = {"title": "Swap shop", "start_datetime": int(start.timestamp()), "place_name": "Hall"}
    body |= {"place_address": "Road 1", "description": "<p>Bring <b>things</b></p>", "tags": ["swap", "free"]}
    body |= {"submitter_email": "sam@example.org", "online_locations": ["https://meet.example"]}
    reply = ApiClient(app).post("/api/event", json=body)
    address = urlsplit(reply.json["edit_url"])
    return f"{address.path}?{address.query}"


def event_of(session):
    return session.scalars(select(Event)).one()


def values_of(page_text):
    return form_fields(page_text)


def send(browser, page, **changes):
    fields = form_fields(browser.get(page).text)
    fields |= {"description": "Bring things", "online_locations": "https://meet.example"} | changes
    return browser.post("/event/edit/", fields)


def decide(session, name):
    reviewer = make_user(session, is_admin=True)
    if name == "approve":
        approve_event(session, event_of(session).id, reviewer=reviewer)
    else:
        reject_event(session, event_of(session).id, reviewer=reviewer, reason="Spam", mail_from="info@joind.in")
    session.commit()


def test_the_page_shows_the_event_in_the_time_zone_of_the_agenda(browser, session, page):
    reply = browser.get(page)

    fields, event = form_fields(reply.text), event_of(session)
    assert reply.status_code == 200
    assert (fields["name"], fields["place_name"], fields["place_address"]) == ("Swap shop", "Hall", "Road 1")
    assert fields["starts_at"] == f"{event.starts_at.astimezone(ROME):%Y-%m-%dT19:00}"
    assert (fields["ends_at"], fields["tags"]) == ("", "swap, free")
    assert "no-store" in reply.headers["Cache-Control"]


def test_the_sender_changes_the_event(browser, session, page):
    start = event_of(session).starts_at.astimezone(ROME)

    reply = send(
        browser,
        page,
        name="Swap evening",
        ends_at=f"{start:%Y-%m-%d}T22:30",
        place_name="Barn",
        place_address="Road 2",
        description="Two\n\nparagraphs",
        tags="swap, new",
    )

    event = event_of(session)
    assert (reply.status_code, reply.location) == (303, page)
    assert (event.name, event.slug, event.location) == ("Swap evening", "swap-shop", "Barn, Road 2")
    assert (event.is_end_known, event.ends_at) == (True, event.starts_at + dt.timedelta(hours=3.5))
    assert (event.description, event.description_html) == ("Two\n\nparagraphs", "<p>Two</p><p>paragraphs</p>")
    assert (event.is_pending, event.is_active) == (True, False)
    assert event.place_id == newest(session, Place).id
    assert "It still waits for a decision." in browser.get(page).text
    assert form_fields(browser.get(page).text)["tags"] == "swap, new"


def test_what_is_not_changed_keeps_its_html(browser, session, page):
    before = event_of(session)
    kept = before.description_html, before.starts_at, before.place_id

    send(browser, page, name="Swap evening")

    event = event_of(session)
    assert (event.description_html, event.starts_at, event.place_id) == kept
    assert kept[0] == "<p>Bring <b>things</b></p>"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "Enter a title"),
        ({"name": "x" * 256}, "The title must have at most 255 characters"),
        ({"starts_at": ""}, "Enter the start"),
        ({"starts_at": "9999-12-31T23:59"}, "Enter a year from 1971 to 2968"),
        ({"starts_at": "2001-01-01T10:00"}, "The start must not be in the past"),
        ({"ends_at": "2001-01-01T10:00"}, "The end is before the start"),
        ({"place_name": ""}, "Enter the place, or online"),
        ({"place_address": ""}, "Enter the address of the place"),
        ({"tags": "x" * 201}, "At most 50 tags of 200 characters"),
        ({"online_locations": "javascript:alert(1)"}, "Enter web addresses, such as https://meet.example"),
    ],
)
def test_invalid_changes_are_refused(browser, session, page, changes, message):
    version = event_of(session).version

    reply = send(browser, page, **changes)

    assert reply.status_code == 400
    assert message in main_text(reply)
    assert event_of(session).version == version


@pytest.mark.parametrize("token", ["", "x", "\0", "a" * 3000])
def test_another_secret_shows_nothing(browser, session, page, token):
    for reply in (browser.get("/event/edit/", query_string={"token": token}), send(browser, page, token=token)):
        assert reply.status_code == 404
        assert "Swap" not in reply.text


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_the_secret_ends_with_the_decision_and_the_sender_gets_a_mail(browser, session, page, decision):
    fields = form_fields(browser.get(page).text)

    decide(session, decision)

    assert browser.get(page).status_code == 404
    assert browser.post("/event/edit/", fields | {"name": "Late"}).status_code == 404
    assert event_of(session).name == "Swap shop"
    assert session.scalars(select(AnonymousSubmission)).all() == []
    mails = session.scalars(select(Mail.kind).where(Mail.recipient == "sam@example.org").order_by(Mail.id)).all()
    decided = "anonymous_event_approved" if decision == "approve" else "anonymous_event_rejected"
    assert mails == ["anonymous_event_received", decided]


def test_the_secret_is_stored_as_a_hash_and_mailed_once(browser, session, page):
    secret = parse_qs(urlsplit(page).query)["token"][0]

    submission = session.scalars(select(AnonymousSubmission)).one()
    assert secret not in submission.secret_hash
    assert submission.email == "sam@example.org"


def test_a_sender_without_an_address_gets_the_link_in_the_answer_alone(app, session):
    body = {"title": "Quiet", "start_datetime": int(days_from_now(2).timestamp())}
    body |= {"place_name": "Hall", "place_address": "Road 1"}

    reply = ApiClient(app).post("/api/event", json=body)

    assert "/event/edit/?token=" in reply.json["edit_url"]
    assert session.scalars(select(Mail.kind)).all() == []
    assert ApiClient(app).post("/api/event", json=body | {"submitter_email": "no address"}).status_code == 400


def test_an_address_gets_five_links_an_hour(app, session):
    body = {"title": "Spam", "start_datetime": int(days_from_now(2).timestamp()), "submitter_email": "sam@example.org"}
    body |= {"place_name": "online"}

    replies = [
        ApiClient(app).post("/api/event", json=body, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"})
        for number in range(7)
    ]

    assert [reply.status_code for reply in replies] == [200] * 7
    mails = session.scalars(select(Mail).where(Mail.recipient == "sam@example.org")).all()
    assert len(mails) == 5
    assert [list(mail.context) for mail in mails] == [["token"]] * 5
