"""Filters and parameters of the list of events (spec 4.2, 2.3)."""

import pytest

from tests.factories import days_from_now, make_event, make_pending_event, make_rejected_event, make_user, parse_instant

NOW = parse_instant("2026-11-21T15:30")


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to(NOW, tick=False)


def names(reply):
    assert reply.status_code == 200, reply.json
    return [event["name"] for event in reply.json["events"]]


def test_without_a_filter_the_latest_start_comes_first(api, session):
    for name, days in (("Old", -400), ("Last", 300), ("Next", 3)):
        make_event(session, name, starts_at=days_from_now(days))

    assert names(api.get("/v2.1/events")) == ["Last", "Next", "Old"]


@pytest.mark.parametrize("role", ["visitor", "plain", "host", "admin"])
@pytest.mark.parametrize("name", ["", "hot", "upcoming", "past", "cfp", "all"])
def test_nobody_is_shown_what_waits_was_rejected_or_is_private(api, session, role, name):
    host = make_user(session)
    user = host if role == "host" else make_user(session, is_admin=role == "admin")
    when = {
        "host": host,
        "starts_at": parse_instant("2026-11-20T20:00"),
        "cfp_url": "https://cfp.example",
        "cfp_starts_at": parse_instant("2026-11-01"),
        "cfp_ends_at": parse_instant("2026-12-01"),
    }
    make_event(session, "Live", **when)
    make_event(session, "Never waited", **when, is_pending=None)
    make_event(session, "Private", **when, is_private=True)
    make_event(session, "Switched off", **when, is_active=False, is_pending=None)
    make_pending_event(session, "Waits", **when)
    make_rejected_event(session, "Rejected", **when)
    caller = api if role == "visitor" else api.signed_in(user)

    reply = caller.get(f"/v2.1/events?start=0&filter={name}")

    assert sorted(names(reply)) == ["Live", "Never waited"]
    assert reply.json["meta"]["total"] == 2


def test_upcoming_reaches_three_days_back(api, session):
    for start in ("2026-11-17T23:59:59", "2026-11-18T00:00", "2026-11-21T09:00", "2026-12-24T09:00"):
        make_event(session, start, starts_at=parse_instant(start))

    reply = api.get("/v2.1/events?filter=upcoming")

    assert names(reply) == ["2026-11-18T00:00", "2026-11-21T09:00", "2026-12-24T09:00"]


def test_past_ends_with_yesterday(api, session):
    for start in ("2026-11-01T09:00", "2026-11-20T23:59:59", "2026-11-21T00:00"):
        make_event(session, start, starts_at=parse_instant(start))

    assert names(api.get("/v2.1/events?filter=past")) == ["2026-11-20T23:59:59", "2026-11-01T09:00"]


@pytest.mark.parametrize("name", ["cfp", "cfps"])
def test_open_calls_for_papers_are_those_that_close_today_or_later_and_open_within_a_week(api, session, name):
    for event, opens, closes in (
        ("Closes last", "2026-11-01", "2026-12-31"),
        ("Closes today", "2026-11-01", "2026-11-21"),
        ("Closed yesterday", "2026-11-01", "2026-11-20"),
        ("Opens in a week", "2026-11-28", "2026-12-01"),
        ("Opens later", "2026-11-28T00:00:01", "2026-12-01"),
    ):
        make_event(
            session,
            event,
            cfp_url="https://cfp.example",
            cfp_starts_at=parse_instant(opens),
            cfp_ends_at=parse_instant(closes),
        )
    make_event(
        session, "Without address", cfp_starts_at=parse_instant("2026-11-01"), cfp_ends_at=parse_instant("2026-12-31")
    )
    make_event(session, "Without dates", cfp_url="https://cfp.example")

    assert names(api.get(f"/v2.1/events?filter={name}")) == ["Closes today", "Opens in a week", "Closes last"]


def test_all_begins_today_and_says_where_that_is(api, session):
    for start in ("2026-11-01", "2026-11-20", "2026-11-21", "2026-12-01"):
        make_event(session, start, starts_at=parse_instant(start))

    reply = api.get("/v2.1/events?filter=all&resultsperpage=1")

    assert names(reply) == ["2026-11-21"]
    assert reply.json["meta"] == {
        "count": 1,
        "total": 4,
        "this_page": "http://localhost/v2.1/events?filter=all&resultsperpage=1&start=2",
        "next_page": "http://localhost/v2.1/events?filter=all&resultsperpage=1&start=3",
        "prev_page": "http://localhost/v2.1/events?filter=all&resultsperpage=1&start=1",
    }
    assert names(api.get("/v2.1/events?filter=all&start=0")) == ["2026-11-01", "2026-11-20", "2026-11-21", "2026-12-01"]


def test_only_admins_list_what_waits(api, session):
    make_event(session, "Live")
    make_rejected_event(session, "Rejected")
    make_pending_event(session, "Second", starts_at=days_from_now(9))
    make_pending_event(session, "First", starts_at=days_from_now(8))
    admin, former = make_user(session, is_admin=True), make_user(session, is_admin=True, is_active=False)

    replies = [
        caller.get("/v2.1/events?filter=pending")
        for caller in (api, api.signed_in(make_user(session, is_trusted=True)), api.signed_in(former))
    ]

    assert [(reply.status_code, reply.json) for reply in replies] == [
        (400, ["You must be logged in to view pending events"]),
        (403, ["You don't have permission to view pending events"]),
        (400, ["You must be logged in to view pending events"]),
    ]
    reply = api.signed_in(admin).get("/v2.1/events?filter=pending")
    assert names(reply) == ["First", "Second"]
    first = reply.json["events"][0]
    assert first["approval_uri"] == first["uri"] + "/approval"


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("php", ["PHP Café", "php north"]),
        ("CAFE", ["PHP Café"]),
        ("caf%C3%A9", ["PHP Café"]),
        ("p%25n", ["php north"]),
        ("p_p", ["PHP Café", "php north"]),
        ("100%5C%25", ["100% Perl"]),
        ("100%5C_", []),
        ("%5C", []),
        ("'%22;--", []),
        ("", ["PHP Café", "php north", "100% Perl"]),
    ],
)
def test_titles_are_found_by_a_part_whatever_its_case_and_accents(api, session, title, found):
    for days, name in enumerate(("100% Perl", "php north", "PHP Café")):
        make_event(session, name, starts_at=days_from_now(10 + days))

    assert names(api.get(f"/v2.1/events?title={title}")) == found


@pytest.mark.parametrize(("stub", "found"), [("php26", ["PHP"]), ("PHP26", ["PHP"]), ("php", []), ("", [])])
def test_a_stub_is_found_whole_whatever_its_case(api, session, stub, found):
    make_event(session, "PHP", stub="Php26")
    make_event(session, "Perl")

    assert names(api.get(f"/v2.1/events?stub={stub}")) == found


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("tags=php", ["Both", "PHP"]),
        ("tags=%20PHP%20", ["Both", "PHP"]),
        ("tags[]=php&tags[]=perl", ["Both", "Perl", "PHP"]),
        ("tags[0]=perl&tags[7]=none", ["Both", "Perl"]),
        ("tags%5B%5D=perl", ["Both", "Perl"]),
        ("tags=perl&tags=php", ["Both", "PHP"]),
        ("tags=ph", []),
        ("tags=%25", []),
        ("tags=", []),
        ("tags[]=", []),
        ("tags[]=%20", []),
        ("tags[]=&tags[]=php", ["Both", "PHP"]),
    ],
)
def test_events_with_one_of_the_tags_are_found_once(api, session, tags, found):
    for days, (name, its_tags) in enumerate(
        (("Untagged", []), ("PHP", ["php"]), ("Perl", ["perl"]), ("Both", ["perl", "php"]))
    ):
        make_event(session, name, tags=its_tags, starts_at=days_from_now(10 + days))

    reply = api.get(f"/v2.1/events?{tags}")

    assert names(reply) == found
    assert reply.json["meta"]["total"] == len(found)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("startdate=2026-12-02", ["2026-12-03", "2026-12-02"]),
        ("enddate=2026-12-02", ["2026-12-01"]),
        ("startdate=2026-12-02&enddate=2026-12-03", ["2026-12-02"]),
        ("startdate=2026-12-02T00:00:01", ["2026-12-03"]),
        ("startdate=2026-12-02T00:00:00%2B01:00", ["2026-12-03", "2026-12-02"]),
        ("startdate=2026-12-02T00:00:00-01:00", ["2026-12-03"]),
        ("startdate=2%20December%202026", ["2026-12-03", "2026-12-02"]),
        ("startdate=@1796169600", ["2026-12-03", "2026-12-02"]),
        ("enddate=%2B11%20days", ["2026-12-02", "2026-12-01"]),
        ("startdate=first%20day%20of%20december%202026", ["2026-12-03", "2026-12-02", "2026-12-01"]),
        ("startdate=2.%20Dezember%202026", ["2026-12-03", "2026-12-02"]),
    ],
)
def test_starts_are_bounded_by_dates_in_many_forms(api, session, asked, found):
    for start in ("2026-12-01", "2026-12-02", "2026-12-03"):
        make_event(session, start, starts_at=parse_instant(start))

    assert names(api.get(f"/v2.1/events?{asked}")) == found


@pytest.mark.parametrize("name", ["startdate", "enddate"])
@pytest.mark.parametrize("text", ["whenever", "9-17", "13%2F06%2F2027", "08.05.27", "Q2%202027", "2026"])
def test_a_date_that_is_not_clear_is_refused(api, name, text):
    reply = api.get(f"/v2.1/events?{name}={text}")

    message = f"The parameter '{name}' must be a date such as 2027-05-08 or 2027-05-08T09:30"
    assert (reply.status_code, reply.json) == (400, [message])


def test_all_conditions_hold_together(api, session):
    make_event(session, "PHP North", stub="north", tags=["php"], starts_at=parse_instant("2026-12-01"))
    make_event(session, "PHP South", tags=["php"], starts_at=parse_instant("2026-12-01"))
    make_event(session, "PHP Past", tags=["php"], starts_at=parse_instant("2026-01-01"))
    make_event(session, "PHP Untagged", starts_at=parse_instant("2026-12-01"))
    asked = "filter=upcoming&title=php&tags=php&startdate=2026-11-30&enddate=2026-12-02"

    assert names(api.get(f"/v2.1/events?{asked}")) == ["PHP North", "PHP South"]
    assert names(api.get(f"/v2.1/events?{asked}&stub=NORTH")) == ["PHP North"]


def test_hot_weighs_distance_against_attendees_and_comments(api, session):
    make_event(session, "Tomorrow", starts_at=parse_instant("2026-11-22T08:00"))
    make_event(session, "Crowded", starts_at=parse_instant("2026-12-01T08:00"), attendee_count=30, comment_count=20)
    make_event(session, "Yesterday, commented", starts_at=parse_instant("2026-11-20T08:00"), comment_count=1)
    make_event(session, "Forgotten", starts_at=parse_instant("2020-11-21T08:00"), attendee_count=50)

    reply = api.get("/v2.1/events?filter=hot")

    assert names(reply) == ["Crowded", "Yesterday, commented", "Tomorrow", "Forgotten"]


@pytest.mark.parametrize("parameter", ["filter", "title", "stub", "startdate", "enddate"])
def test_a_list_where_one_text_is_expected_is_refused(api, parameter):
    reply = api.get(f"/v2.1/events?{parameter}[]=a")

    assert (reply.status_code, reply.json) == (400, [f"Expected parameter {parameter} is not a readable string"])


@pytest.mark.parametrize("address", ["/v2.1/events/", "/v2.1/events/0", "/v2.1/events/abc", "/v2.1/events/abc/talks"])
def test_an_address_without_a_number_is_the_list(api, session, address):
    make_event(session, "Live")

    assert names(api.get(address)) == ["Live"]


def test_an_early_start_date_adds_no_past_events_to_the_upcoming_ones(api, session):
    make_event(session, "Past", starts_at=days_from_now(-20))
    make_event(session, "Upcoming", starts_at=days_from_now(20))

    reply = api.get("/v2.1/events?filter=upcoming&startdate=2010-01-01")

    assert [event["name"] for event in reply.json["events"]] == ["Upcoming"]
