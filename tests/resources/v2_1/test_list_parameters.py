"""Parameters of lists: each of them absent, empty, as a list, repeated, unreadable, negative and huge.

An empty parameter is a parameter, as in the original: an empty tag, stub or username finds nothing, an empty part of a
name everything.
"""

import pytest

from tests.factories import make_event, make_pending_event, make_talk, make_user, parse_instant

HUGE = "9" * 400
VARIANTS = [
    "",
    "=",
    "[]=",
    "[]=a&{0}[]=b",
    "[a][b]=c",
    "=a&{0}=b",
    "=%00%ff",
    "=-1",
    f"={HUGE}",
    "=%F0%9F%8E%AA",
    "[=",
    "]=",
]
PARAMETERS = {
    "/v2.1/events": [
        *("filter", "title", "stub", "tags", "startdate", "enddate"),
        *("start", "resultsperpage", "verbose", "format", "callback"),
    ],
    "/v2.1/talks": ["title", "start", "resultsperpage"],
    "/v2.1/users": ["username", "keyword", "start", "resultsperpage"],
}


@pytest.fixture
def people(session):
    names = [("dora", "Ann Lee"), ("bert", "Zoe Lee"), ("cleo", "ann lee"), ("adam", "Émile"), ("nemo", "")]
    return [make_user(session, username, full_name=full_name) for username, full_name in names]


@pytest.fixture
def events(session):
    return [
        make_event(session, name, starts_at=parse_instant(starts_at), tags=["php"])
        for name, starts_at in (("First", "2026-03-01T10:00"), ("Second", "2027-03-01T10:00"))
    ]


def names(reply):
    (items,) = (value for key, value in reply.json.items() if key != "meta")
    return [item.get("username") or item.get("talk_title") or item.get("name") for item in items]


@pytest.mark.parametrize("variant", VARIANTS)
def test_no_form_of_a_parameter_is_an_error_of_the_server(api, session, events, people, variant):
    make_talk(session, events[0], "On Python")
    replies = {
        f"{path}?{query}": api.get(f"{path}?{query}")
        for path, parameters in PARAMETERS.items()
        for query in (f"{name}{variant.format(name)}" for name in parameters)
    }

    statuses = {address: reply.status_code for address, reply in replies.items()}
    assert {address: status for address, status in statuses.items() if status not in (200, 400, 404, 405)} == {}
    assert {
        address: reply.json for address, reply in replies.items() if reply.status_code == 400 and not reply.json
    } == {}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("title=", ["Second", "First"]),
        ("stub=", []),
        ("tags=", []),
        ("tags[]=", []),
        ("startdate=", ["Second", "First"]),
        ("enddate=", ["Second", "First"]),
        ("filter=", ["Second", "First"]),
        ("title=&tags[]=php&startdate=&enddate=", ["Second", "First"]),
        ("title=&tags[]=", []),
        ("startdate=2027-01-01", ["Second"]),
        ("startdate=2027-01-01&startdate=", ["Second", "First"]),
    ],
)
def test_an_empty_parameter_of_events_is_a_parameter(api, events, query, found):
    reply = api.get(f"/v2.1/events?{query}")

    assert (reply.status_code, names(reply), reply.json["meta"]["total"]) == (200, found, len(found))


@pytest.mark.parametrize("name", ["startdate", "enddate"])
@pytest.mark.parametrize(
    "text", ["no+date", "-1", "2026", HUGE[:90], "Q2+2027", "08.05.27", "2026-13-45", "%F0%9F%8E%AA"]
)
def test_a_date_that_cannot_be_read_is_refused(api, events, name, text):
    reply = api.get(f"/v2.1/events?{name}={text}")

    assert reply.status_code == 400
    assert reply.json[0].startswith(f"The parameter '{name}' must be a date")


def test_relative_dates_filter_from_now_on(api, events, time_machine):
    time_machine.move_to(parse_instant("2026-11-28T12:00"), tick=False)
    queries = ("startdate=next+month", "enddate=last+week", "startdate=tomorrow&enddate=%2B1+year")

    replies = [api.get(f"/v2.1/events?{query}") for query in queries]

    assert [(reply.status_code, names(reply)) for reply in replies] == [
        *((200, ["Second"]), (200, ["First"]), (200, ["Second"]))
    ]
    assert {reply.headers["Cache-Control"] for reply in replies} == {"private, no-cache"}


def test_an_empty_keyword_lists_everyone_by_full_name(api, people):
    by_id, by_name = api.get("/v2.1/users"), api.get("/v2.1/users?keyword=")
    last = api.get("/v2.1/users?keyword=&start=3&resultsperpage=2")

    assert names(by_id) == ["dora", "bert", "cleo", "adam", "nemo"]
    assert names(by_name) == ["nemo", "dora", "cleo", "adam", "bert"]
    assert (names(last), last.json["meta"]["total"]) == (["adam", "bert"], 5)


@pytest.mark.parametrize("query", ["username=", "username=&keyword=dora", "username=dora&username="])
def test_an_empty_username_is_that_of_no_user(api, people, query):
    reply = api.get(f"/v2.1/users?{query}")

    assert (reply.status_code, reply.json) == (404, ["Username not found"])


def test_an_empty_title_finds_all_talks_newest_first(api, session, events):
    for event, title in zip(events, ("Old talk", "New talk"), strict=True):
        make_talk(session, event, title)
    make_talk(session, make_pending_event(session), "Unseen")

    reply = api.get("/v2.1/talks?title=")

    assert (reply.status_code, names(reply), reply.json["meta"]["total"]) == (200, ["New talk", "Old talk"], 2)


@pytest.mark.parametrize("event_id", ["-1", "-1/", "-007", "-1.5", f"-{HUGE[:40]}"])
def test_negative_ids_are_those_of_no_event(api, events, event_id):
    reply = api.get(f"/v2.1/events/{event_id}")
    parts = [
        api.get(f"/v2.1/events/{event_id.rstrip('/')}/{part}") for part in ("talks", "comments", "hosts", "tracks")
    ]

    assert (reply.status_code, reply.json) == (404, ["Event not found"])
    assert [(part.status_code, part.json["meta"]["total"]) for part in parts] == [(200, 0)] * 4


@pytest.mark.parametrize("path", ["events/-1/nonsense", "events/1/nonsense", "users/-1/nonsense", "users/-12/x/y"])
def test_unknown_paths_below_an_id_are_not_found(api, events, people, path):
    reply = api.get(f"/v2.1/{path}")

    assert (reply.status_code, reply.json) == (404, ["Unknown Subrequest"])


@pytest.mark.parametrize("path", ["talks/-1", "tracks/-1", "event_comments/-1", "talk_comments/-1", "talks/-1/links"])
def test_negative_ids_are_those_of_no_row(api, path):
    assert api.get(f"/v2.1/{path}").status_code == 404


def test_pending_events_are_refused_before_other_parameters_are_read(api, session):
    query = "filter=pending&startdate=no+date&title[]=x"

    replies = [caller.get(f"/v2.1/events?{query}") for caller in (api, api.signed_in(make_user(session)))]

    assert [(reply.status_code, reply.json) for reply in replies] == [
        (400, ["You must be logged in to view pending events"]),
        (403, ["You don't have permission to view pending events"]),
    ]
