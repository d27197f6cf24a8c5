"""Calendars at secret addresses, of users and of devices without an account."""

import datetime as dt

import pytest
import time_machine
from icalendar import Calendar
from sqlalchemy import delete, update

from joindin.models import CANCELLED, Device, DeviceStar, Event, EventSettings, ScheduleAddress, Talk
from joindin.models.crew import CONFIRMED, REQUESTED
from joindin.operations.devices import create_device
from joindin.operations.personal.schedule_addresses import create_calendar_address, create_device_calendar_address
from joindin.utils.datetimes import UTC
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import NOW, make_attendance, make_event, make_room, make_star, make_talk, make_user, parse_instant

START = parse_instant("2030-05-03T06:00")


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def conference(session):
    return make_event(session, "Conference", starts_at=START, location="Pier 4", timezone="Europe/Berlin")


@pytest.fixture
def talks(session, conference):
    hall = make_room(session, conference, "Hall")
    return [
        make_talk(session, conference, title, starts_at=START + dt.timedelta(hours=hour), room_id=hall.id)
        for hour, title in enumerate(("First", "Second", "Third"))
    ]


def make_address(session, user, contents="all", event=None):
    token = create_calendar_address(session, "Mine", contents, event and event.id, actor=user, now=NOW)
    return f"/calendar/{token}.ics"


def entries(reply):
    assert (reply.status_code, reply.content_type) == (200, "text/calendar; charset=utf-8")
    calendar = Calendar.from_ical(reply.data)
    events = calendar.walk("VEVENT")
    assert calendar.errors == [error for each in events for error in each.errors] == []
    assert all(len(line) <= 75 for line in reply.data.split(b"\r\n"))
    return events


def titles(reply):
    return sorted(str(entry["SUMMARY"]) for entry in entries(reply))


@pytest.fixture
def everything(session, ada, conference, talks):
    """A starred talk, an own one, an attended event, a confirmed shift, and what does not belong to the user."""
    make_star(session, talks[0], ada)
    make_talk(session, conference, "Own", speakers=[ada], starts_at=START)
    make_attendance(session, conference, ada)
    fair = make_crew_event(session, "Fair")
    make_participation(session, make_shift(session, fair, label="Door"), ada, state=CONFIRMED)
    make_participation(session, make_shift(session, fair, label="Asked"), ada, state=REQUESTED)
    other = make_user(session)
    make_star(session, talks[1], other)
    make_attendance(session, make_event(session, "Other"), other)
    return fair


def test_a_calendar_has_all_that_is_the_users(session, browser, ada, everything):
    reply = browser.get(make_address(session, ada))

    assert titles(reply) == ["Conference", "Door (Fair)", "First", "Own"]
    assert reply.headers["Cache-Control"] == "private, no-cache"
    assert reply.headers["X-Robots-Tag"] == "noindex"
    assert "Access-Control-Allow-Origin" not in reply.headers
    calendar = Calendar.from_ical(reply.data)
    assert (str(calendar["X-WR-CALNAME"]), "SOURCE" in calendar) == ("Mine", False)


def test_a_calendar_may_have_starred_talks_alone(session, browser, ada, everything):
    assert titles(browser.get(make_address(session, ada, "stars"))) == ["First"]


def test_a_calendar_may_be_limited_to_an_event(session, browser, ada, everything, conference):
    assert titles(browser.get(make_address(session, ada, event=conference))) == ["Conference", "First", "Own"]
    assert titles(browser.get(make_address(session, ada, event=everything))) == ["Door (Fair)"]


def test_an_entry_has_the_room_and_the_times_of_the_event(session, browser, ada, talks):
    make_star(session, talks[0], ada)

    (entry,) = entries(browser.get(make_address(session, ada)))

    assert str(entry["LOCATION"]) == "Hall, Pier 4"
    assert (entry["DTSTART"].to_ical(), entry["DTSTART"].params["TZID"]) == (b"20300503T080000", "Europe/Berlin")
    assert str(entry["UID"]) == f"talk-{talks[0].id}@web.example"


def test_a_calendar_follows_the_stars_and_is_not_sent_again_unchanged(session, browser, ada, talks):
    for talk in talks:
        make_star(session, talk, ada)
    path = make_address(session, ada)
    first = browser.get(path)
    headers = {"If-None-Match": first.headers["ETag"]}

    assert titles(first) == ["First", "Second", "Third"]
    assert browser.get(path).data == first.data
    assert browser.get(path, headers=headers).status_code == 304
    assert "Last-Modified" not in first.headers
    browser.sign_in_directly(ada)
    browser.send("/me/stars/?on=0", {"talk": talks[1].stub}, page="/me/stars/")
    assert titles(browser.get(path, headers=headers)) == ["First", "Third"]


def test_each_entry_has_an_alarm_on_request(session, browser, ada, everything, conference):
    path = make_address(session, ada)

    alarms = [entry.walk("VALARM") for entry in entries(browser.get(f"{path}?alarm=10"))]
    assert [[alarm.decoded("TRIGGER") for alarm in each] for each in alarms] == [[dt.timedelta(minutes=-10)]] * 4
    assert browser.get(f"{path}?alarm=soon").status_code == 400
    conference.state = CANCELLED
    assert sum(len(entry.walk("VALARM")) for entry in entries(browser.get(f"{path}?alarm=10"))) == 1


def test_cancelled_talks_and_events_say_so_and_cancelled_talks_go_after_thirty_days(
    session, browser, ada, conference, talks
):
    make_star(session, talks[0], ada)
    make_star(session, talks[1], ada)
    talks[0].state = "cancelled"
    path = make_address(session, ada)
    reply = browser.get(path)
    assert titles(reply) == ["Cancelled: First", "Second"]
    assert sorted(str(entry["STATUS"]) for entry in entries(reply)) == ["CANCELLED", "CONFIRMED"]

    for day, expected in ((2, ["Cancelled: First", "Second"]), (3, ["Second"])):
        with time_machine.travel(dt.datetime(2030, 6, day, 12, tzinfo=UTC)):
            assert titles(browser.get(path)) == expected
    conference.state = CANCELLED
    assert {str(entry["STATUS"]) for entry in entries(browser.get(path))} == {"CANCELLED"}


def test_a_cancelled_talk_says_so_in_the_language_of_its_event(session, browser, ada, conference, talks):
    make_star(session, talks[0], ada)
    talks[0].state = "cancelled"
    session.add(EventSettings(event_id=conference.id, language="de"))

    assert titles(browser.get(make_address(session, ada))) == ["Abgesagt: First"]


@pytest.mark.parametrize(
    "state", [{"is_active": False}, {"is_active": False, "is_pending": True}, {"is_private": True}]
)
def test_hidden_talks_and_events_are_not_shown(session, browser, ada, conference, talks, state):
    make_star(session, talks[0], ada)
    make_attendance(session, conference, ada)
    make_talk(session, conference, "Own", speakers=[ada], is_active=False)
    path = make_address(session, ada, event=conference)
    assert titles(browser.get(path)) == ["Conference", "First"]

    for name, value in state.items():
        setattr(conference, name, value)
    assert titles(browser.get(path)) == ["Cancelled"]


@pytest.mark.parametrize("token", ["none", "%00", "%FF", "x" * 1000, ".", "a.b"])
def test_an_unknown_address_is_not_found(browser, token):
    assert browser.get(f"/calendar/{token}.ics").status_code == 404


def test_an_address_of_a_closed_or_deleted_account_is_not_found(session, browser, ada):
    path = make_address(session, ada)
    ada.is_active = False
    assert browser.get(path).status_code == 404
    ada.is_active = True
    assert browser.get(path).status_code == 200
    session.delete(ada)
    assert browser.get(path).status_code == 404


def test_the_address_of_a_shared_page_is_no_calendar(session, browser, ada, conference):
    path = make_address(session, ada, event=conference)
    session.query(ScheduleAddress).one().kind = "page"
    assert browser.get(path).status_code == 404


def test_the_day_of_the_last_read_is_stored_once_a_day(session, browser, ada):
    path = make_address(session, ada)
    days = []
    for day, hour in ((1, 8), (1, 20), (2, 8)):
        with time_machine.travel(dt.datetime(2030, 5, day, hour, tzinfo=UTC)):
            browser.get(path)
        days.append(session.query(ScheduleAddress).one().last_fetched_on)
    assert days == [dt.date(2030, 5, 1), dt.date(2030, 5, 1), dt.date(2030, 5, 2)]


def test_the_number_of_statements_is_the_same_for_few_entries_and_many(
    session, browser, ada, everything, conference, count_statements
):
    path = make_address(session, ada)
    browser.get(path)
    with count_statements() as few:
        browser.get(path)
    for _ in range(20):
        make_star(session, make_talk(session, conference), ada)
        make_attendance(session, make_event(session), ada)
        make_participation(session, make_shift(session, everything), ada)
    session.commit()
    with count_statements() as many:
        assert len(entries(browser.get(path))) == 64
    assert len(few) == len(many)


def test_a_device_has_a_calendar_of_its_stars(session, browser, talks):
    device, _ = create_device(session, now=NOW)
    other, _ = create_device(session, now=NOW)
    for owner, talk in ((device, talks[0]), (device, talks[1]), (other, talks[2])):
        session.add(DeviceStar(device_id=owner.id, talk_id=talk.id, created_at=NOW))
    token = create_device_calendar_address(session, "Mine", device_id=device.id, now=NOW)

    assert titles(browser.get(f"/calendar/{token}.ics")) == ["First", "Second"]
    session.delete(session.get_one(Device, device.id))
    assert browser.get(f"/calendar/{token}.ics").status_code == 404


@pytest.mark.parametrize("contents", ["all", "stars"])
@pytest.mark.parametrize("how", [delete(Talk), update(Talk).values(is_active=False)])
def test_a_removed_talk_is_cancelled_in_the_calendars_that_had_it(
    session, browser, ada, conference, talks, contents, how
):
    own = make_talk(session, conference, "Own", speakers=[ada], starts_at=START)
    make_star(session, talks[0], ada)
    make_star(session, talks[1], make_user(session))
    path = make_address(session, ada, contents)
    before = {str(entry["UID"]): entry for entry in entries(browser.get(path))}
    session.commit()
    session.execute(how.where(Talk.id.in_([own.id, *(talk.id for talk in talks)])))
    session.commit()

    gone = {str(entry["UID"]): entry for entry in entries(browser.get(path))}

    assert before.keys() == gone.keys()
    assert len(before) == (2 if contents == "all" else 1)
    for uid, entry in gone.items():
        assert (str(entry["SUMMARY"]), str(entry["STATUS"])) == ("Cancelled", "CANCELLED")
        assert entry["SEQUENCE"] > before[uid]["SEQUENCE"]


def test_a_removed_talk_is_cancelled_in_the_calendar_of_a_device_and_of_its_event_alone(
    session, browser, ada, conference, talks
):
    device, _ = create_device(session, now=NOW)
    session.add(DeviceStar(device_id=device.id, talk_id=talks[0].id, created_at=NOW))
    make_star(session, talks[0], ada)
    token = create_device_calendar_address(session, "Phone", device_id=device.id, now=NOW)
    paths = [
        f"/calendar/{token}.ics",
        make_address(session, ada, event=conference),
        make_address(session, ada, event=make_event(session)),
    ]
    session.commit()
    session.execute(update(Event).where(Event.id == conference.id).values(is_active=False))
    session.commit()

    assert [titles(browser.get(path)) for path in paths] == [["Cancelled"], ["Cancelled"], []]
