"""Federation, notifications and shifts of the programme in a browser, in English and German."""

import pytest

from tests.browser_client import PASSWORD, make_user_with_password
from tests.crew_factories import (
    make_crew_event,
    make_federation_guest,
    make_participation,
    make_shift,
)
from tests.database_rows import count_rows
from tests.factories import days_from_now, make_talk, make_track

LONG_NAME = "Feuerwehr-und-Rettungsdienst-Gemeinschaft Nordmecklenburgische Seenplatte"


@pytest.fixture
def paula(session):
    return make_user_with_password(session, "paula", full_name="Paula Planner", is_admin=True)


@pytest.fixture
def volunteer(session):
    return make_user_with_password(session, "ann", full_name="Ann Ash")


def sign_in(visitor, server, name, language="en"):
    visitor.sign_in(name, PASSWORD)
    visitor.context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])


def check_in_german(visitor, server, *paths):
    visitor.context.add_cookies([{"name": "django_language", "value": "de", "url": server.url}])
    for path in paths:
        visitor.visit(path)
        visitor.check_page(f"crew, German {path}")


def test_staff_invites_a_guest_and_removes_another(visitor, session, server, paula):
    guest = make_federation_guest(session, LONG_NAME, url="https://a-rather-long-name-of-a-host.guest.example")
    session.commit()
    sign_in(visitor, server, "paula")

    visitor.visit("/settings/federation/")
    visitor.press("Invite a guest", "link")
    visitor.fill(url="https://guest.example/below/")
    visitor.press("Create an invite code")
    visitor.check_page("crew, invite of a guest with an error")
    visitor.fill(url="https://other.example/")
    visitor.press("Create an invite code")
    visitor.check_page("crew, invite code")
    visitor.visit("/settings/federation/")
    visitor.check_page("crew, federation")
    visitor.visit("/settings/federation/hosts/add/?code=broken")
    visitor.check_page("crew, invite code of a host")
    visitor.visit("/events/external/")
    visitor.check_page("crew, events of hosts")
    check_in_german(visitor, server, "/settings/federation/", "/settings/federation/hosts/add/")
    visitor.visit(f"/settings/federation/guests/{guest.id}/delete/")
    visitor.check_page("crew, removal of a guest in German")
    visitor.page.locator("main button.danger").click()
    visitor.page.wait_for_url("**/settings/federation/")

    assert count_rows(session).get("federation_guests", 0) == 0


def test_a_volunteer_reads_messages_and_chooses_notifications(new_visitor, session, server, paula, volunteer):
    event = make_crew_event(session, "Street fair", seen_by=[volunteer], changed_by=[paula])
    make_participation(session, make_shift(session, event, label="Gate"), volunteer)
    session.commit()
    planner, reader = new_visitor(), new_visitor()
    sign_in(planner, server, "paula")
    planner.visit(f"/events/{event.id}/notifications/")
    planner.press("Send the message")
    planner.check_page("crew, message with an error")
    planner.fill(subject=LONG_NAME, text="Bring boots.\nAnd water.")
    planner.press("Send the message")
    planner.visit("/notifications/mass/")
    planner.check_page("crew, message to users")

    sign_in(reader, server, "ann")
    reader.visit("/notifications/")
    reader.check_page("crew, notifications")
    assert "Bring boots." in reader.text
    reader.press("Mark all as read")
    reader.check_page("crew, notifications that are read")
    reader.visit("/settings/calendar/")
    reader.press("Make a new address for calendars")
    reader.check_page("crew, new address of the calendar")
    reader.visit("/settings/notifications/")
    reader.check_page("crew, settings of notifications")
    reader.press("Save")
    assert "saved" in reader.text.lower()
    check_in_german(reader, server, "/notifications/", "/settings/notifications/", "/settings/calendar/")


def test_a_planner_generates_shifts_from_the_programme(visitor, session, server, paula):
    starts_at = days_from_now(30).replace(hour=8, minute=0, second=0, microsecond=0)
    event = make_crew_event(session, "Conference", is_private=False, starts_at=starts_at, changed_by=[paula])
    make_talk(session, event, LONG_NAME, tracks=[make_track(session, event, "Hall")], starts_at=starts_at)
    session.commit()
    path = f"/events/{event.id}/shifts-from-programme/"
    sign_in(visitor, server, "paula")

    visitor.visit(path)
    visitor.check_page("crew, shifts from the programme")
    visitor.press("Preview")
    visitor.check_page("crew, preview of shifts from the programme")
    assert (LONG_NAME in visitor.text, count_rows(session).get("shifts", 0)) == (True, 0)
    visitor.press("Store these shifts")
    visitor.visit(path)
    visitor.check_page("crew, stored shifts of the programme")
    check_in_german(visitor, server, path)

    assert count_rows(session)["programme_shifts"] == 1
