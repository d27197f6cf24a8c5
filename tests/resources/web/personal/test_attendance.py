"""Attendance of events on the web site."""

import pytest

from joindin.models import Attendance
from tests.browser_client import main_text
from tests.factories import days_from_now, make_attendance, make_event, make_pending_event, make_user


@pytest.fixture
def user(session, browser):
    user = make_user(session, "ada", full_name="Ada Attendee")
    browser.sign_in_directly(user)
    return user


def send(browser, event, **fields):
    return browser.send(f"/event/{event.slug}/attend", fields, page=f"/event/{event.slug}")


def test_a_user_attends_and_leaves(browser, session, event, user):
    assert "I am attending" in main_text(browser.get(f"/event/{event.slug}"))

    for _ in range(2):
        reply = send(browser, event, on="1", listed="1")

    assert (reply.status_code, reply.location) == (303, f"/event/{event.slug}#attendance")
    session.refresh(event)
    assert (session.query(Attendance).count(), event.attendee_count) == (1, 1)
    assert "You are attending." in main_text(browser.get(f"/event/{event.slug}"))
    assert "Ada Attendee" in main_text(browser.get(f"/event/{event.slug}/attendees"))

    for _ in range(2):
        send(browser, event, on="0")
    session.refresh(event)
    assert (session.query(Attendance).count(), event.attendee_count) == (0, 0)


def test_the_name_is_listed_by_choice_only(browser, session, event, user, api):
    send(browser, event, on="1")

    text = main_text(browser.get(f"/event/{event.slug}/attendees"))
    assert "1 person attends this event." in text
    assert "Ada Attendee" not in text
    # The contract of v2.1 lists all attendees.
    assert api.get(f"/v2.1/events/{event.id}/attendees").json["users"][0]["full_name"] == "Ada Attendee"

    send(browser, event, on="1", listed="1")
    assert "Ada Attendee" in main_text(browser.get(f"/event/{event.slug}/attendees"))


def test_attendances_of_the_api_are_listed(browser, session, event):
    make_attendance(session, event, make_user(session, full_name="Bob Before"))
    make_attendance(session, event, make_user(session, full_name="Gone", is_active=False))
    session.commit()

    text = main_text(browser.get(f"/event/{event.slug}/attendees"))
    assert "Bob Before" in text
    assert "Gone" not in text


def test_people_say_that_they_were_there(browser, another_browser, session, user):
    event = make_event(session, starts_at=days_from_now(-10))
    session.commit()

    assert "Sign in to say that you were there" in main_text(another_browser.get(f"/event/{event.slug}"))
    assert "I was there" in main_text(browser.get(f"/event/{event.slug}"))
    send(browser, event)
    assert "You were there." in main_text(browser.get(f"/event/{event.slug}"))


def test_visitors_are_sent_to_the_sign_in(browser, session, event):
    page = browser.get(f"/event/{event.slug}")
    assert "Sign in to attend" in main_text(page)
    assert "csrfmiddlewaretoken" not in page.text

    reply = browser.send(f"/event/{event.slug}/attend", {"on": "1"}, page="/accounts/login/")
    assert reply.location.startswith("/accounts/login/?next=")
    assert session.query(Attendance).count() == 0


def test_events_that_are_not_visible_are_not_found(browser, session, event, user):
    pending = make_pending_event(session)
    session.commit()

    for path in (f"/event/{pending.slug}/attend", "/event/none/attend", "/event/%00/attend"):
        assert browser.send(path, {"on": "1"}, page=f"/event/{event.slug}").status_code == 404
    assert session.query(Attendance).count() == 0


def test_the_list_is_paged(browser, session, event):
    for number in range(51):
        make_attendance(session, event, make_user(session, full_name=f"Person {number:02}"))
    session.commit()
    path = f"/event/{event.slug}/attendees"

    assert "Person 50" not in main_text(browser.get(path))
    assert "Person 50" in main_text(browser.get(f"{path}?page=2"))
    for number in ("0", "3", "-1", "x", "9" * 50, "\x00", "²"):
        assert browser.get(path, query_string={"page": number}).status_code == 404
