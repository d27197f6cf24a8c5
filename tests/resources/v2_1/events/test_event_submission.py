"""Submitting events (spec 4.4)."""

import pytest
from sqlalchemy import func, select

from joindin.models import Event, Mail
from tests.factories import make_event, make_pending_event, make_user, newest, parse_instant

NOW = parse_instant("2026-11-21T15:30")
DATES = "Both 'start_date' and 'end_date' must be supplied in a recognised format"
ORDER = "The event start date must be before its end date"
ZONE = "The fields 'tz_continent' and 'tz_place' must be supplied and valid (e.g. Europe and London)"
LOCATION = "'location' is a required field (for virtual events, 'online' works)"


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


def unclear(field):
    return f"The date of '{field}' is not clear: write it as 2027-05-08 or 2027-05-08T09:30"


def body(**changes):
    """Return a valid body; fields that are None are left out."""
    fields = {
        "name": "SampleConf",
        "description": "Two days.",
        "location": "Main Hall",
        "start_date": "2026-12-01",
        "end_date": "2026-12-02",
        "tz_continent": "Europe",
        "tz_place": "Amsterdam",
        **changes,
    }
    return {key: value for key, value in fields.items() if value is not None}


@pytest.fixture
def trusted(api, session):
    return api.signed_in(make_user(session, "terry", full_name="Terry Trusted", is_trusted=True))


def submit(caller, **changes):
    return caller.post("/v2.1/events", json=body(**changes))


def read_event(caller, reply):
    """Return the verbose form of the event at the ``Location`` of the response."""
    assert (reply.status_code, reply.data) == (201, b""), reply.json
    return caller.get(f"{reply.headers['Location']}?verbose=yes").json["events"][0]


def test_an_event_waits_for_approval(api, session):
    user, admin = make_user(session, full_name="Sue Submitter"), make_user(session, is_admin=True)

    reply = submit(api.signed_in(user))

    event = newest(session, Event)
    assert (reply.status_code, reply.data) == (202, b"")
    assert reply.headers["Location"] == "http://localhost/v2.1/events"
    assert (event.is_active, event.is_pending, event.submitted_at) == (False, True, NOW)
    own = api.signed_in(user).get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]
    assert (own["contact_name"], own["attending"], own["attendee_count"], own["can_edit"]) == (
        *("Sue Submitter", True, 1, True),
    )
    assert [host["host_name"] for host in own["hosts"]] == ["Sue Submitter"]
    mail = session.scalars(select(Mail)).one()
    assert (mail.kind, mail.recipient) == ("event_submitted", admin.email)
    assert mail.context == {
        "title": "SampleConf",
        "contact_name": "Sue Submitter",
        "start_date": "1st Dec, 2026",
        "description": "Two days.",
        "pending_events": 1,
    }


@pytest.mark.parametrize(
    ("rights", "mails"),
    [({"is_trusted": True}, 1), ({"is_admin": True}, 0), ({"is_admin": True, "is_trusted": True}, 0)],
)
def test_events_of_trusted_people_and_admins_are_live_at_once(api, session, rights, mails):
    make_user(session, "boss", is_admin=True)
    caller = api.signed_in(make_user(session, **rights))

    reply = submit(caller)

    event = newest(session, Event)
    assert reply.headers["Location"] == f"http://localhost/v2.1/events/{event.id}"
    assert read_event(api, reply)["pending"] is None
    assert session.scalar(select(func.count()).select_from(Mail).where(Mail.recipient == "boss@example.org")) == mails


@pytest.mark.parametrize(("asked", "is_on", "status"), [(True, True, 201), ("true", True, 201), (True, False, 202)])
def test_a_test_platform_approves_on_request(app, api, session, monkeypatch, asked, is_on, status):
    monkeypatch.setitem(app.config, "ALLOW_AUTO_APPROVE_EVENTS", is_on)

    reply = submit(api.signed_in(make_user(session)), auto_approve_event=asked)

    assert (reply.status_code, newest(session, Event).is_active) == (status, status == 201)


def test_the_address_with_a_slash_does_the_same(api, session, trusted):
    waits = api.signed_in(make_user(session)).post("/v2.1/events/", json=body())
    live = trusted.post("/v2.1/events/", json=body())

    assert (waits.status_code, waits.headers["Location"]) == (202, "http://localhost/v2.1/events/")
    assert (live.status_code, live.headers["Location"]) == (
        *(201, f"http://localhost/v2.1/events/{newest(session, Event).id}"),
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "'name' is a required field"),
        ({"name": ""}, "'name' is a required field"),
        ({"name": "0"}, "'name' is a required field"),
        ({"name": 0}, "'name' is a required field"),
        ({"name": "<b> </b>"}, "'name' is a required field"),
        ({"description": None}, "'description' is a required field"),
        ({"location": None}, LOCATION),
        ({"location": "  "}, LOCATION),
        ({"start_date": None}, DATES),
        ({"end_date": "whenever"}, DATES),
        ({"start_date": "2026-11-32"}, f"{DATES}. {unclear('start_date')}"),
        (
            {"start_date": "08.05.27", "end_date": "13/06/2027"},
            f"{DATES}. {unclear('start_date')}. {unclear('end_date')}",
        ),
        ({"end_date": "9-17"}, f"{DATES}. {unclear('end_date')}"),
        (
            {"cfp_start_date": "soon"},
            "The field 'cfp_start_date' must be a date such as 2027-05-08 or 2027-05-08T09:30",
        ),
        ({"cfp_end_date": "Q2 2027"}, "The field 'cfp_end_date' must be a date such as 2027-05-08 or 2027-05-08T09:30"),
        ({"href": "javascript:alert(1)"}, "The field 'href' must be a web address such as https://conf.example"),
        ({"href": "x" * 500}, "The field 'href' must be a web address such as https://conf.example"),
        ({"cfp_url": "no address"}, "The field 'cfp_url' must be a web address such as https://conf.example"),
        ({"latitude": "north"}, "The field 'latitude' must be a number"),
        ({"longitude": "1-2"}, "The field 'longitude' must be a number"),
        ({"tags": ["php", None]}, "The items of 'tags' must be texts"),
        ({"tags": [["php"]]}, "The items of 'tags' must be texts"),
        ({"tags": True}, "Expected parameter tags is not a readable string"),
        ({"start_date": "2026-12-03"}, ORDER),
        ({"start_date": "2026-12-03", "tz_place": "Nowhere"}, ORDER),
        ({"start_date": None, "tz_place": None}, DATES),
        ({"tz_place": None}, ZONE),
        ({"tz_continent": ""}, ZONE),
        ({"tz_place": "Nowhere"}, ZONE),
        ({"tz_continent": "UTC", "tz_place": None}, ZONE),
        ({"name": "n" * 201}, "The field 'name' must not be longer than 200 characters"),
        ({"location": "n" * 2001}, "The field 'location' must not be longer than 2000 characters"),
        ({"description": "n" * 65536}, "The field 'description' must not be longer than 65535 characters"),
        ({"href": "https://" + "a" * 600}, "The field 'href' must not be longer than 600 characters"),
        ({"latitude": 91}, "The field 'latitude' must be between -90 and 90"),
        ({"longitude": "-180.1"}, "The field 'longitude' must be between -180 and 180"),
        ({"tags": [str(number) for number in range(51)]}, "An event must not have more than 50 tags"),
        ({"tags": ["t" * 101]}, "A tag must not be longer than 100 characters"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_its_sentence(session, trusted, changes, message):
    reply = submit(trusted, **changes)

    assert (reply.status_code, reply.json) == (400, [message])
    assert session.scalar(select(func.count()).select_from(Event)) == 0


@pytest.mark.parametrize("content", [None, b"", b"[]", b"{}"])
def test_all_errors_are_reported_together_in_the_order_of_the_contract(session, trusted, content):
    reply = trusted.post("/v2.1/events", data=content, content_type="application/json")

    problems = ["'name' is a required field", "'description' is a required field", LOCATION, DATES]
    assert (reply.status_code, reply.json) == (400, [". ".join(problems)])


@pytest.mark.parametrize(
    "field", ["name", "description", "location", "start_date", "end_date", "tz_continent", "tz_place", "href"]
)
@pytest.mark.parametrize("value", [["a"], {"a": "b"}, True])
def test_values_that_are_not_text_are_refused(trusted, field, value):
    reply = submit(trusted, **{field: value})

    assert (reply.status_code, reply.json) == (400, [f"Expected parameter {field} is not a readable string"])


@pytest.mark.parametrize(
    ("limit", "waiting", "message"),
    [
        (3, 3, "You may only have 3 pending events at one time"),
        (3, 4, "You may only have 3 pending events at one time"),
        (1, 1, "You may only have 1 pending event at one time"),
    ],
)
@pytest.mark.parametrize("is_admin", [False, True])
def test_a_host_cannot_exceed_the_limit_of_pending_events(
    app, api, session, monkeypatch, limit, waiting, message, is_admin
):
    monkeypatch.setitem(app.config, "MAX_PENDING_EVENTS", limit)
    host = make_user(session, is_admin=is_admin)
    for _ in range(waiting):
        make_pending_event(session, host=host)

    reply = submit(api.signed_in(host))
    both = submit(api.signed_in(host), name="", start_date="")

    assert (reply.status_code, reply.json) == (400, [message])
    assert (both.status_code, both.json) == (400, [f"'name' is a required field. {DATES}. {message}"])
    assert session.scalar(select(func.count()).select_from(Event)) == waiting


@pytest.mark.parametrize(("text", "degrees"), [("52,37", 52.37), ("0,5", 0.5), ("-4,8", -4.8), ("52.37° N", 52.37)])
def test_a_decimal_comma_is_a_point(api, session, text, degrees):
    admin = api.signed_in(make_user(session, is_admin=True))

    event = read_event(admin, submit(admin, latitude=text))

    assert event["latitude"] == degrees


def test_repeated_tags_count_once(api, session):
    admin = api.signed_in(make_user(session, is_admin=True))

    event = read_event(admin, submit(admin, tags=["php"] * 51))

    assert event["tags"] == ["php"]


def test_live_events_and_those_of_others_do_not_count_as_waiting(api, session):
    host = make_user(session)
    for _ in range(3):
        make_event(session, host=host)
        make_pending_event(session, host=make_user(session))
    for _ in range(2):
        make_pending_event(session, host=host)

    assert submit(api.signed_in(host)).status_code == 202
    assert submit(api.signed_in(host)).status_code == 400


@pytest.mark.parametrize("headers", [{}, {"Authorization": "OAuth null"}, {"Authorization": "Bearer 0123456789abcdef"}])
def test_visitors_do_not_submit(api, session, headers):
    reply = api.post("/v2.1/events", json=body(), headers=headers)

    assert (reply.status_code, reply.json) == (401, ["You must be logged in to create data"])
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="api.joind.in"'


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"href": "https://conf.example/a?b=c"}, {"href": "https://conf.example/a?b=c"}),
        ({"href": "conf.example", "cfp_url": "//conf.example/cfp"}, {"href": "https://conf.example", "cfp_url": "https://conf.example/cfp"}),
        ({"href": "", "cfp_url": None}, {"href": None, "cfp_url": None}),
        ({"cfp_end_date": "1. Oktober 2026"}, {"cfp_end_date": "2026-10-01T00:00:00+02:00"}),
        ({"tz_continent": "europe", "tz_place": "LONDON"}, {"tz_continent": "Europe", "tz_place": "London"}),
        ({"tz_continent": "US", "tz_place": "Pacific-New"}, {"tz_continent": "America", "tz_place": "Los_Angeles"}),
        ({"start_date": "first monday of december 2026", "end_date": "2026-12-07 +1 day"}, {"start_date": "2026-12-07T00:00:00+01:00"}),
        (
            {"cfp_start_date": "2026-10-01", "cfp_end_date": "1 November 2026", "cfp_url": "http://cfp.example"},
            {
                "cfp_start_date": "2026-10-01T00:00:00+02:00",
                "cfp_end_date": "2026-11-01T00:00:00+01:00",
                "cfp_url": "http://cfp.example",
            },
        ),
        ({"cfp_start_date": None, "cfp_end_date": ""}, {"cfp_start_date": None, "cfp_end_date": None}),
        ({"latitude": 0.00005, "longitude": -0.00005}, {"latitude": 0.00005, "longitude": -0.00005}),
        ({"latitude": "0.00005", "longitude": "-0.00005"}, {"latitude": 0.00005, "longitude": -0.00005}),
        ({"latitude": -1e-9, "longitude": 1e2}, {"latitude": -1e-9, "longitude": 100.0}),
        ({"latitude": "-5e-05", "longitude": "1e2"}, {"latitude": -0.00005, "longitude": 100.0}),
        ({"latitude": "52.3731° N", "longitude": -4.5}, {"latitude": 52.3731, "longitude": -4.5}),
        ({"latitude": "", "longitude": 0}, {"latitude": None, "longitude": None}),
        ({"tags": ["  PHP ", "php", "Web", "", " "]}, {"tags": ["php", "web"]}),
        ({"tags": {"0": "php", "7": "web"}}, {"tags": ["php", "web"]}),
        ({"tags": [8, 1.5]}, {"tags": ["8", "1.5"]}),
        ({"tags": None}, {"tags": []}),
        ({"tags": [""]}, {"tags": []}),
        ({"tags": "PHP, web ,,php"}, {"tags": ["php", "web"]}),
        ({"name": "List<String> if (a<b && c>d)"}, {"name": "List<String> if (a<b && c>d)"}),
        ({"tags": ["café", "CAFÉ", "cafe", "パパ", "ハハ"]}, {"tags": ["café", "cafe", "パパ", "ハハ"]}),
        ({"name": 2026, "location": 8.5}, {"name": "2026", "location": "8.5"}),
        ({"name": "<b>A</b> & \"B\" 'ü' 🎉"}, {"name": "A & \"B\" 'ü' 🎉"}),
        ({"name": "ﷺ" * 200}, {"name": "ﷺ" * 200}),
        ({"stub": "mine", "hashtag": "#mine", "icon": "x.png"}, {"stub": None, "hashtag": None, "icon": None}),
        ({"contact_name": "Somebody", "pending": 1, "attendee_count": 9}, {"contact_name": "Terry Trusted", "attendee_count": 1}),
    ],
)  # fmt: skip
def test_optional_fields_are_kept_as_far_as_they_make_sense(trusted, given, kept):
    event = read_event(trusted, submit(trusted, **given))

    assert {field: event[field] for field in kept} == kept


@pytest.mark.parametrize(
    ("given", "dates"),
    [
        ({}, ("2026-12-01T00:00:00+01:00", "2026-12-02T00:00:00+01:00")),
        ({"end_date": "2026-12-01"}, ("2026-12-01T00:00:00+01:00", "2026-12-01T00:00:00+01:00")),
        (
            {"start_date": "2027-03-28T01:30", "end_date": "2027-03-28T03:30"},
            ("2027-03-28T01:30:00+01:00", "2027-03-28T03:30:00+02:00"),
        ),
        (
            {"start_date": "2026-12-01T09:00:00-07:00", "end_date": "2026-12-01T17:00:00Z"},
            ("2026-12-01T17:00:00+01:00", "2026-12-01T18:00:00+01:00"),
        ),
        (
            {"start_date": "next friday", "end_date": "@1796688000", "tz_continent": "Asia", "tz_place": "Kolkata"},
            ("2026-11-27T00:00:00+05:30", "2026-12-08T05:30:00+05:30"),
        ),
        (
            {"tz_continent": "America", "tz_place": "Argentina/Salta"},
            ("2026-12-01T00:00:00-03:00", "2026-12-02T00:00:00-03:00"),
        ),
        ({"tz_continent": "Etc", "tz_place": "UTC"}, ("2026-12-01T00:00:00+00:00", "2026-12-02T00:00:00+00:00")),
    ],
)
def test_dates_without_an_offset_are_read_on_the_clocks_of_the_event(trusted, given, dates):
    event = read_event(trusted, submit(trusted, **given))

    assert (event["start_date"], event["end_date"]) == dates


def test_fields_may_come_in_the_address_and_those_of_the_body_win(api, trusted):
    fields = body(location=None)

    reply = trusted.post("/v2.1/events?location=Online&name=Other&tags[]=php", json=fields)

    event = read_event(api, reply)
    assert (event["name"], event["location"], event["tags"]) == ("SampleConf", "Online", ["php"])


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8"])
def test_the_charset_of_the_content_type_is_ignored(trusted, kind):
    reply = trusted.post("/v2.1/events", data=b'{"name": 5}', content_type=kind)

    assert reply.json == [f"'description' is a required field. {LOCATION}. {DATES}"]


def test_names_that_are_alike_get_slugs_that_are_not(api, trusted):
    slugs = [read_event(api, submit(trusted, force=1))["url_friendly_name"] for _ in range(5)]

    assert slugs[:4] == ["sampleconf", "sampleconf-2026", "sampleconf-2026-12", "sampleconf-2026-12-01"]
    assert slugs[4].startswith("sampleconf-2026-12-01-")
    assert (
        read_event(api, submit(trusted, name="Straße & Café"))["website_uri"]
        == "http://web.example/event/strasse--cafe"
    )
