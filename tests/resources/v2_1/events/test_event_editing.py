"""Editing events (spec 4.5)."""

import pytest
from sqlalchemy import func, select

from joindin.models import Event, Mail
from tests.factories import make_event, make_pending_event, make_rejected_event, make_user, parse_instant

NOW = parse_instant("2026-11-21T15:30")
DATES = "Both 'start_date' and 'end_date' must be supplied in a recognised format"
ORDER = "The event start date must be before its end date"
ZONE = "The fields 'tz_continent' and 'tz_place' must be supplied and valid (e.g. Europe and London)"
LOCATION = "'location' is a required field (for virtual events, 'online' works)"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def event(session, host):
    return make_event(
        session,
        "SampleConf",
        host=host,
        tags=["php", "web"],
        slug="sampleconf",
        stub="sc26",
        starts_at=parse_instant("2026-12-01T08:00"),
        ends_at=parse_instant("2026-12-02T16:00"),
        href="https://conf.example",
        latitude=52.3731,
        longitude=-4.8922,
        cfp_url="https://cfp.example",
        cfp_starts_at=parse_instant("2026-06-01"),
        cfp_ends_at=parse_instant("2026-11-30T23:00"),
    )


def body(**changes):
    """Return the required fields with the current values of the event."""
    return {
        "name": "SampleConf",
        "description": "Two days.",
        "location": "Main Hall",
        "start_date": "2026-12-01T09:00",
        "end_date": "2026-12-02T17:00",
        "tz_continent": "Europe",
        "tz_place": "Amsterdam",
        **changes,
    }


def read_event(caller, event):
    return caller.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]


def edit(caller, event, **changes):
    reply = caller.put(f"/v2.1/events/{event.id}", json=body(**changes))
    assert (reply.status_code, reply.data) == (204, b""), reply.json
    return read_event(caller, event)


def test_a_host_edits_all_fields_of_an_event(api, session, host, event):
    caller = api.signed_in(host)
    before = read_event(caller, event)

    after = edit(
        caller,
        event,
        name="Other <i>Conf</i>",
        description="One day.",
        location="Online",
        start_date="2027-03-28",
        end_date="2027-03-29",
        tz_continent="America",
        tz_place="Denver",
        cfp_start_date="2027-01-01",
        cfp_end_date="2027-02-01",
    )

    assert {key: after[key] for key in after if after[key] != before[key]} == {
        "name": "Other Conf",
        "description": "One day.",
        "location": "Online",
        "start_date": "2027-03-28T00:00:00-06:00",
        "end_date": "2027-03-29T00:00:00-06:00",
        "tz_continent": "America",
        "tz_place": "Denver",
        "cfp_start_date": "2027-01-01T00:00:00-07:00",
        "cfp_end_date": "2027-02-01T00:00:00-07:00",
    }
    assert session.scalar(select(func.count()).select_from(Mail)) == 0


@pytest.mark.parametrize("role", ["host", "admin"])
def test_putting_back_a_whole_event_as_it_was_read_changes_nothing(api, session, host, event, role):
    caller = api.signed_in(host if role == "host" else make_user(session, is_admin=True))
    before = read_event(caller, event)

    reply = caller.put(f"/v2.1/events/{event.id}", json=before)

    assert reply.status_code == 204
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}"
    assert list(read_event(caller, event).items()) == list(before.items())


def test_the_address_with_a_slash_does_the_same(api, host, event):
    reply = api.signed_in(host).put(f"/v2.1/events/{event.id}/", json=body(location="Online"))

    assert (reply.status_code, reply.headers["Location"]) == (204, f"http://localhost/v2.1/events/{event.id}/")
    assert read_event(api, event)["location"] == "Online"
    assert api.get(reply.headers["Location"]).json["events"][0]["location"] == "Online"


def test_absent_fields_stay_but_for_the_dates_of_the_call_for_papers(api, host, event):
    before = read_event(api.signed_in(host), event)

    after = edit(api.signed_in(host), event)

    assert {key: after[key] for key in after if after[key] != before[key]} == {
        "cfp_start_date": None,
        "cfp_end_date": None,
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"href": "http://other.example"}, {"href": "http://other.example"}),
        ({"href": None}, {"href": ""}),
        ({"href": ""}, {"href": ""}),
        ({"href": "www.other.example"}, {"href": "https://www.other.example"}),
        ({"cfp_start_date": "", "cfp_end_date": None}, {"cfp_start_date": None, "cfp_end_date": None}),
        ({"latitude": "1.5", "longitude": 2}, {"latitude": 1.5, "longitude": 2}),
        ({"latitude": None, "longitude": ""}, {"latitude": None, "longitude": None}),
        ({"tags": ["Perl"]}, {"tags": ["perl"]}),
        ({"tags": ["new", "web", "another", "php", "WEB"]}, {"tags": ["new", "web", "another", "php"]}),
        ({"tags": []}, {"tags": []}),
        ({"tags": [""]}, {"tags": []}),
        ({"tags": None}, {"tags": ["php", "web"]}),
        ({"tags": "perl"}, {"tags": ["perl"]}),
        ({"stub": "mine", "pending": 1, "icon": "x"}, {"stub": "sc26", "pending": 0, "icon": None}),
        ({"url_friendly_name": "mine", "contact_name": "Me"}, {"url_friendly_name": "sampleconf", "contact_name": None}),
    ],
)  # fmt: skip
def test_optional_fields_are_stored_cleared_or_left_by_the_contracts_rules(api, host, event, given, kept):
    after = edit(api.signed_in(host), event, **given)

    assert {field: after[field] for field in kept} == kept


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "'name' is a required field"),
        ({"description": "0"}, "'description' is a required field"),
        ({"location": ""}, LOCATION),
        ({"start_date": "whenever"}, DATES),
        ({"href": "no address"}, "The field 'href' must be a web address such as https://conf.example"),
        ({"cfp_end_date": "soon"}, "The field 'cfp_end_date' must be a date such as 2027-05-08 or 2027-05-08T09:30"),
        ({"latitude": "north"}, "The field 'latitude' must be a number"),
        ({"end_date": "2026-11-30"}, ORDER),
        ({"tz_continent": "Nowhere"}, ZONE),
        ({"name": "", "location": "", "end_date": ""}, f"'name' is a required field. {LOCATION}. {DATES}"),
        ({"name": ["a"]}, "Expected parameter name is not a readable string"),
        ({"latitude": 90.1, "longitude": 181}, "The field 'latitude' must be between -90 and 90. "
                                               "The field 'longitude' must be between -180 and 180"),
    ],
)  # fmt: skip
def test_a_refused_edit_changes_nothing(api, host, event, changes, message):
    before = read_event(api.signed_in(host), event)

    reply = api.signed_in(host).put(f"/v2.1/events/{event.id}", json=body(**changes))

    assert (reply.status_code, reply.json) == (400, [message])
    assert read_event(api.signed_in(host), event) == before


def test_the_number_of_waiting_events_does_not_stop_an_edit(api, session, host, event):
    for _ in range(4):
        make_pending_event(session, host=host)

    assert edit(api.signed_in(host), event, location="Online")["location"] == "Online"


@pytest.mark.parametrize("make", [make_pending_event, make_rejected_event])
def test_a_host_edits_an_event_that_is_not_live_without_submitting_it_again(api, session, host, make):
    event = make(session, host=host)
    before = read_event(api.signed_in(host), event)

    after = edit(api.signed_in(host), event, location="Online")

    assert after["location"] == "Online"
    assert [after[key] for key in ("pending", "rejection_reason")] == [
        before[key] for key in ("pending", "rejection_reason")
    ]
    assert (event.is_active, session.scalar(select(func.count()).select_from(Mail))) == (False, 0)


@pytest.mark.parametrize(
    ("role", "address", "status", "message"),
    [
        ("visitor", "events/{id}", 401, "You must be logged in to edit data"),
        ("plain", "events/{id}", 403, "You are not an host for this event"),
        ("trusted", "events/{id}", 403, "You are not an host for this event"),
        ("other host", "events/{id}", 403, "You are not an host for this event"),
        ("visitor", "events/999", 401, "You must be logged in to edit data"),
        ("plain", "events/999", 404, "Event not found"),
        ("admin", "events/999", 404, "Event not found"),
        ("visitor", "events/0", 401, "You must be logged in to edit data"),
        ("admin", "events/0", 404, "Event not found"),
        ("admin", "events/abc", 404, "Event not found"),
        ("admin", "events/{id}/nonsense", 405, "Method not supported"),
        ("admin", "events", 405, "Method not supported"),
    ],
)
def test_only_hosts_and_admins_edit_an_event(api, session, event, role, address, status, message):
    user = make_user(session, is_admin=role == "admin", is_trusted=role == "trusted")
    if role == "other host":
        make_event(session, host=user)
    caller = api if role == "visitor" else api.signed_in(user)

    reply = caller.put(f"/v2.1/{address.format(id=event.id)}", json=body(name="Taken over"))

    assert (reply.status_code, reply.json) == (status, [message])
    assert session.get_one(Event, event.id).name == "SampleConf"


@pytest.mark.parametrize(
    ("role", "status", "message"),
    [
        ("visitor", 401, "You must be logged in to delete data"),
        ("host", 404, "Operation not supported, sorry"),
        ("admin", 404, "Operation not supported, sorry"),
    ],
)
def test_events_are_never_deleted(api, session, host, event, role, status, message):
    users = {"host": host, "admin": make_user(session, is_admin=True)}
    caller = api.signed_in(users[role]) if role in users else api

    reply = caller.delete(f"/v2.1/events/{event.id}")

    assert (reply.status_code, reply.json) == (status, [message])
    assert session.get(Event, event.id) is not None
