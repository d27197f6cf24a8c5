"""The call for papers of an event, as its hosts change it: later ends, other zones, and the whole earth."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Event
from joindin.operations.event_approval import approve_event
from tests.browser_client import form_fields, main_text
from tests.factories import make_event, make_pending_event, make_user, parse_instant

NEW_EVENT = {
    "name": "Tidewater Python",
    "starts_at": "2033-10-08T09:30",
    "ends_at": "2033-10-08T18:00",
    "timezone": "Europe/London",
    "place_name": "Boathouse",
    "description": "One day.",
    "kind": "conference",
}


@pytest.fixture
def event(session, host):
    return make_event(
        session,
        "Tides",
        host=host,
        slug="tides",
        timezone="Europe/Berlin",
        cfp_url="https://cfp.example",
        cfp_starts_at=parse_instant("2020-01-01T00:00"),
        cfp_ends_at=parse_instant("2033-08-03T21:59"),
        starts_at=parse_instant("2033-10-01T08:00"),
    )


@pytest.fixture
def change(session, organiser, event):
    """Return a function that sends the form of the event with other values; an empty text leaves a box without a tick."""

    def send(**changes):
        path = f"/event/{event.slug}/manage/details/"
        fields = form_fields(organiser.get(path).text) | {"description": "Two days.", "state": "scheduled"}
        if not event.is_cfp_anywhere:
            fields.pop("is_cfp_anywhere")
        fields = {name: value for name, value in (fields | changes).items() if value is not None}
        reply = organiser.send(path, fields)
        session.refresh(event)
        return reply

    return send


def test_a_later_end_is_an_extension_and_says_so(session, organiser, browser, event, change):
    reply = change(cfp_ends_at="2033-08-10T23:59")

    assert (reply.status_code, event.cfp_former_ends_at) == (303, parse_instant("2033-08-03T21:59"))
    assert "Open Extended Closes in" in " ".join(main_text(browser.get("/event/tides")).split())
    assert "Wed, 3 Aug 2033</time></del>" in browser.get("/event/tides").text
    change(name="Other Tides")
    assert event.cfp_former_ends_at == parse_instant("2033-08-03T21:59")
    change(cfp_ends_at="2033-08-03T23:59")
    assert event.cfp_former_ends_at is None


def test_a_call_that_has_closed_is_opened_again(session, event, change):
    event.cfp_ends_at = parse_instant("2021-02-01T12:00")
    session.commit()

    change(cfp_ends_at="2033-08-10T23:59")

    assert event.cfp_former_ends_at == parse_instant("2021-02-01T12:00")


def test_the_call_of_an_event_that_waits_is_not_extended(session, host, organiser, event, change):
    event.is_active, event.is_pending = False, True
    session.commit()

    change(cfp_ends_at="2033-08-10T23:59")

    assert (event.cfp_ends_at, event.cfp_former_ends_at) == (parse_instant("2033-08-10T21:59"), None)


def test_a_call_closes_when_the_day_ends_anywhere_on_earth(session, organiser, browser, event, change):
    change(is_cfp_anywhere="y", cfp_ends_at="2033-08-03T23:59")

    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (True, parse_instant("2033-08-04T11:59"))
    page = organiser.get("/event/tides/manage/details/").text
    assert form_fields(page)["cfp_ends_at"] == "2033-08-03T23:59"
    text = " ".join(main_text(browser.get("/event/tides")).split())
    assert "Wed, 3 Aug 2033, until the end of the day anywhere on earth (Thu, 4 Aug 2033, 11:59 UTC)" in text

    change(name="Other")
    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (True, parse_instant("2033-08-04T11:59"))
    change(timezone="Asia/Tokyo")
    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (True, parse_instant("2033-08-04T11:59"))
    change(is_cfp_anywhere=None)
    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (False, parse_instant("2033-08-03T14:59"))


def test_the_tick_alone_moves_the_end(event, change):
    change(is_cfp_anywhere="y")

    assert event.cfp_ends_at == parse_instant("2033-08-04T11:59")
    assert event.cfp_former_ends_at == parse_instant("2033-08-03T21:59")


def test_a_call_without_an_end_closes_nowhere(event, change):
    change(is_cfp_anywhere="y", cfp_ends_at="")

    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (False, None)


def test_the_api_gives_a_call_the_clock_of_the_event_again(session, api, host, event):
    event.is_cfp_anywhere, event.cfp_ends_at = True, parse_instant("2033-08-04T11:59")
    session.commit()
    fields = {
        "name": "Tides", "description": "Two days.", "location": "Hall", "start_date": "2033-10-01",
        "end_date": "2033-10-02", "tz_continent": "Europe", "tz_place": "Berlin", "cfp_start_date": "2020-01-01",
    }  # fmt: skip

    api.signed_in(host).put(f"/v2.1/events/{event.id}", json=fields | {"cfp_end_date": "2033-08-20"})
    session.refresh(event)

    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (False, parse_instant("2033-08-19T22:00"))
    assert event.cfp_former_ends_at == parse_instant("2033-08-04T11:59")


def test_a_submitted_event_has_its_call_anywhere_on_earth(session, organiser):
    organiser.send("/event/submit", NEW_EVENT | {"cfp_ends_at": "2033-08-03T00:00", "is_cfp_anywhere": "y"})

    event = session.scalars(select(Event)).one()
    assert (event.is_cfp_anywhere, event.cfp_ends_at) == (True, parse_instant("2033-08-03T12:00"))
    assert event.approved_at is None


def test_an_event_keeps_when_it_was_approved(session, organiser, host):
    pending = make_pending_event(session)
    approve_event(session, pending.id, reviewer=make_user(session, is_admin=True))
    host.is_trusted = True
    session.commit()
    organiser.send("/event/submit", NEW_EVENT)

    approved = session.scalars(select(Event.approved_at)).all()
    now = dt.datetime.now(dt.UTC)
    assert [now - dt.timedelta(minutes=5) < at <= now for at in approved] == [True, True]
