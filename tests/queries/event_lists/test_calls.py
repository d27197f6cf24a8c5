"""The calls for papers that the web site lists, and their order."""

import datetime as dt

import pytest

from joindin.models import Event, EventSettings
from joindin.queries.agenda.tags import find_tag_ids
from joindin.queries.event_lists.calls import CallFilter, list_calls
from tests.factories import make_event, make_pending_event, parse_instant

NOW = parse_instant("2033-08-03T10:00")
DAY = dt.timedelta(days=1)


@pytest.fixture
def make_call(session):
    def make(name, ends_at, opens_at=NOW - 30 * DAY, make=make_event, **fields):
        starts_at = fields.pop("starts_at", NOW + 90 * DAY)
        return make(session, name, cfp_starts_at=opens_at, cfp_ends_at=ends_at, starts_at=starts_at, **fields)

    return make


def names(session, call_filter=None, **options):
    return [
        session.get(Event, call.id).name for call in list_calls(session, call_filter or CallFilter(), NOW, **options)
    ]


def test_open_calls_are_listed_by_the_instant_at_which_they_close(session, make_call):
    make_call("Noon in UTC", NOW + DAY, timezone="UTC")
    # 00:00 in Los Angeles, which is 07:00 in UTC: to the end of that day.
    make_call("End of the day in Los Angeles", parse_instant("2033-08-03T07:00"), timezone="America/Los_Angeles")
    make_call("End of the day in Tokyo", parse_instant("2033-08-02T15:00"), timezone="Asia/Tokyo")
    make_call("Anywhere", parse_instant("2033-08-03T11:59"), is_cfp_anywhere=True)

    assert names(session) == ["Anywhere", "End of the day in Tokyo", "End of the day in Los Angeles", "Noon in UTC"]


def test_announced_calls_follow_the_open_ones(session, make_call):
    make_call("Announced", NOW + 2 * DAY, opens_at=NOW + DAY)
    make_call("Open", NOW + 9 * DAY)
    make_call("Open without a first day", NOW + 8 * DAY, opens_at=None)

    assert names(session) == ["Open without a first day", "Open", "Announced"]


def test_announced_calls_can_be_left_out_and_take_no_place_in_the_list(session, make_call):
    make_call("Announced", NOW + 2 * DAY, opens_at=NOW + DAY)
    make_call("Opens now", NOW + 3 * DAY, opens_at=NOW)
    make_call("Open without a first day", NOW + 4 * DAY, opens_at=None)

    assert names(session, CallFilter(with_announced=False), most=1) == ["Opens now"]
    assert names(session, CallFilter(with_announced=False)) == ["Opens now", "Open without a first day"]


def test_a_call_closes_at_another_instant_when_its_zone_changes(session, make_call):
    event = make_call("Paris", parse_instant("2033-08-02T22:00"), timezone="Europe/Paris")
    session.flush()
    assert event.cfp_closes_at == parse_instant("2033-08-03T22:00")

    # 22:00 is a time there.
    event.timezone = "UTC"
    session.flush()
    assert event.cfp_closes_at == parse_instant("2033-08-02T22:00")
    assert names(session) == []

    event.cfp_ends_at = None
    session.flush()
    assert event.cfp_closes_at is None


def test_calls_that_have_closed_and_those_of_events_that_are_not_to_come_are_left_out(session, make_call):
    make_call("Closed", NOW)
    make_call("Closed at the end of the day in Tokyo", parse_instant("2033-08-01T15:00"), timezone="Asia/Tokyo")
    make_call("Without an end", None)
    make_call("Over", NOW + DAY, starts_at=NOW - 9 * DAY)
    make_call("Cancelled", NOW + DAY, state="cancelled")
    make_call("Private", NOW + DAY, is_private=True)
    make_call("Pending", NOW + DAY, make=make_pending_event)
    make_call("Series", NOW + DAY, is_series=True)
    make_call("Ahead", NOW + DAY, is_ahead=True)
    make_call("Open", NOW + dt.timedelta(minutes=1))

    assert names(session) == ["Open"]


def test_filters_narrow_the_list(session, make_call):
    make_call("Sea", NOW + 5 * DAY, tags=["sea", "php"], country_code="NO")
    make_call("Land", NOW + 9 * DAY, tags=["land"], country_code="DE", location="Berlin and online")
    make_call("Net", NOW + 20 * DAY, location="online")
    sea = find_tag_ids(session, ["SEA"])

    assert names(session, CallFilter(tag_ids=sea)) == ["Sea"]
    assert names(session, CallFilter(tag_ids=())) == []
    assert names(session, CallFilter(country_code="DE")) == ["Land"]
    assert names(session, CallFilter(mode="online")) == ["Land", "Net"]
    assert names(session, CallFilter(mode="onsite")) == ["Sea", "Land"]
    assert names(session, CallFilter(closes_within=9 * DAY)) == ["Sea", "Land"]
    assert names(session, CallFilter(closes_within=9 * DAY, mode="online", country_code="DE")) == ["Land"]
    assert names(session, CallFilter(tag_ids=sea, mode="online")) == []


def test_a_call_has_the_language_of_the_pages_of_its_event(session, make_call):
    event = make_call("German", NOW + DAY)
    make_call("Plain", NOW + 2 * DAY)
    session.add(EventSettings(event_id=event.id, language="de"))
    session.flush()

    assert [call.page_language for call in list_calls(session, CallFilter(), NOW)] == ["de", None]


def test_calls_of_one_instant_have_an_order_and_the_list_an_end(session, make_call, count_statements):
    events = [make_call(f"Conf {number}", NOW + DAY) for number in range(4)]
    session.flush()

    with count_statements() as statements:
        found = list_calls(session, CallFilter(mode="onsite"), NOW, most=3)

    assert [call.id for call in found] == [event.id for event in events[:3]]
    assert len(statements) == 1
