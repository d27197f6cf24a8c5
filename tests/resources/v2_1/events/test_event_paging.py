"""Pages of lists, and the ``meta`` that leads from one to the next (spec 2.7)."""

import pytest

from joindin.queries.paging import Paging
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_language,
    make_talk,
    make_user,
)

HERE = "http://localhost/v2.1/events"


@pytest.fixture
def five(session):
    """Five events, named 1 to 5 in the order of the list."""
    for number in range(1, 6):
        make_event(session, str(number), starts_at=days_from_now(20 - number))


def page(reply):
    assert reply.status_code == 200, reply.json
    assert list(reply.json) == ["events", "meta"]
    return "".join(event["name"] for event in reply.json["events"]), reply.json["meta"]


def test_the_first_page_says_how_many_there_are_and_where_it_is(api, five):
    shown, meta = page(api.get("/v2.1/events"))

    assert shown == "12345"
    assert list(meta.items()) == [("count", 5), ("total", 5), ("this_page", f"{HERE}?resultsperpage=20")]


def test_a_caller_who_is_signed_in_comes_last_in_meta(api, session, five):
    user = make_user(session)

    _, meta = page(api.signed_in(user).get("/v2.1/events?resultsperpage=2&start=2"))

    assert list(meta) == ["count", "total", "this_page", "next_page", "prev_page", "user_uri"]
    assert meta["user_uri"] == f"http://localhost/v2.1/users/{user.id}"


@pytest.mark.parametrize(
    ("asked", "shown", "beside"),
    [
        ("resultsperpage=2", "12", {"next_page": "resultsperpage=2&start=2"}),
        ("start=0&resultsperpage=2", "12", {"next_page": "start=2&resultsperpage=2"}),
        (
            "start=2&resultsperpage=2",
            "34",
            {"next_page": "start=4&resultsperpage=2", "prev_page": "start=0&resultsperpage=2"},
        ),
        ("start=1&resultsperpage=2", "23", {"next_page": "start=3&resultsperpage=2", "prev_page": "start=0&resultsperpage=2"}),
        ("start=4&resultsperpage=2", "5", {"prev_page": "start=2&resultsperpage=2"}),
        ("start=0&resultsperpage=5", "12345", {}),
        ("start=3&resultsperpage=2", "45", {"prev_page": "start=1&resultsperpage=2"}),
        ("start=5&resultsperpage=2", "", {"prev_page": "start=3&resultsperpage=2"}),
        ("start=99&resultsperpage=2", "", {"prev_page": "start=97&resultsperpage=2"}),
        ("resultsperpage=0", "12345", {}),
        ("resultsperpage=abc", "12345", {}),
        ("resultsperpage=", "12345", {}),
        ("resultsperpage[]=2", "12345", {}),
        ("resultsperpage=99999999999999999999", "12345", {}),
    ],
)  # fmt: skip
def test_neighbours_are_named_only_where_there_are_any(api, five, asked, shown, beside):
    events, meta = page(api.get(f"/v2.1/events?{asked}"))

    assert events == shown
    assert (meta["count"], meta["total"]) == (len(shown), 5)
    assert {key: meta[key] for key in meta if key in ("next_page", "prev_page")} == {
        key: f"{HERE}?{value}" for key, value in beside.items()
    }


def test_following_next_page_visits_everything_once(api, five):
    visited, address = "", f"{HERE}?resultsperpage=2"
    while address:
        shown, meta = page(api.get(address))
        visited, address = visited + shown, meta.get("next_page")

    assert visited == "12345"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("start=abc", "The parameter 'start' must be a number"),
        ("start[]=1", "The parameter 'start' must be a number"),
        ("start=-1", "The parameters 'start' and 'resultsperpage' must not be negative"),
        ("resultsperpage=-1", "The parameters 'start' and 'resultsperpage' must not be negative"),
        ("start=-1e999", "The parameters 'start' and 'resultsperpage' must not be negative"),
    ],
)
def test_a_start_that_is_no_number_and_anything_negative_is_refused(api, five, asked, sentence):
    reply = api.get(f"/v2.1/events?{asked}")

    assert (reply.status_code, reply.json) == (400, [sentence])


def test_page_addresses_keep_what_was_asked_and_how(api, five):
    _, meta = page(api.get("/v2.1/events/?flags[]=&foo=b%20r%26&start=1&verbose=no&resultsperpage=1"))

    rest = "flags%5B0%5D=&foo=b+r%26"
    assert meta["this_page"] == f"{HERE}/?{rest}&start=1&verbose=no&resultsperpage=1"
    assert meta["next_page"] == f"{HERE}/?{rest}&start=2&verbose=no&resultsperpage=1"
    assert meta["prev_page"] == f"{HERE}/?{rest}&start=0&verbose=no&resultsperpage=1"


def test_paging_in_a_body_has_no_effect(api, five):
    shown, meta = page(api.get("/v2.1/events", json={"start": 3, "resultsperpage": 1}))

    assert (shown, meta["this_page"]) == ("12345", f"{HERE}?resultsperpage=20")


@pytest.mark.parametrize("name", ["", "hot", "upcoming", "past", "cfp", "all"])
def test_an_empty_list_is_a_list(api, name):
    reply = api.get(f"/v2.1/events?filter={name}&start=0")

    assert page(reply) == (
        "",
        {"count": 0, "total": 0, "this_page": f"{HERE}?filter={name}&start=0&resultsperpage=20"},
    )


def test_addresses_begin_with_the_host_as_the_caller_named_it(api, session):
    event = make_event(session)

    reply = api.get("/v2.1/events", headers={"Host": "api.example:8180"})

    assert reply.json["events"][0]["uri"] == f"http://api.example:8180/v2.1/events/{event.id}"
    assert reply.json["meta"]["this_page"] == "http://api.example:8180/v2.1/events?resultsperpage=20"
    assert api.get("/v2.1/events").json["events"][0]["uri"] == f"http://localhost/v2.1/events/{event.id}"


def test_a_single_event_is_a_page_of_one(api, session):
    event = make_event(session)

    _, meta = page(api.get(f"/v2.1/events/{event.id}"))

    assert meta == {"count": 1, "total": 1, "this_page": f"{HERE}/{event.id}?resultsperpage=20"}


@pytest.fixture
def small_pages(monkeypatch):
    """Pages of at most two items."""
    monkeypatch.setattr("joindin.queries.paging.MAX_PAGE_SIZE", 2)
    monkeypatch.setattr("joindin.http.paging.MAX_PAGE_SIZE", 2)
    monkeypatch.setattr("joindin.resources.v2_1.paging.MAX_PAGE_SIZE", 2)


def test_no_page_has_more_than_5000_items():
    assert [Paging(size=size).limit for size in (0, 1, 4999, 5000, 5001, 2**31)] == [5000, 1, 4999, 5000, 5000, 5000]


@pytest.mark.parametrize("size", ["0", "abc", "", "3", "5000", "99999999999999999999", "1e300"])
@pytest.mark.parametrize("filters", ["", "filter=all&start=0&", "title=%25&", "startdate=2000-01-01&"])
def test_a_long_list_is_read_in_pages_whatever_size_is_requested(api, session, small_pages, size, filters):
    for number in range(1, 6):
        make_event(session, str(number), starts_at=days_from_now(20 - number), tags=["python"])

    visited, address = [], f"{HERE}?{filters}resultsperpage={size}"
    while address:
        shown, meta = page(api.get(address))
        visited.append(shown)
        address = meta.get("next_page")

    assert (list(map(len, visited)), sorted("".join(visited))) == ([2, 2, 1], ["1", "2", "3", "4", "5"])


@pytest.mark.parametrize(
    "path",
    ["/v2.1/users", "/v2.1/events?filter=hot", "/v2.1/events?filter=upcoming", "/v2.1/events/{event}/talks", "/v2.1/talks?title=t",
     "/v2.1/events/{event}/attendees", "/v2.1/events/{event}/comments", "/v2.1/languages", "/v2.1/users/{host}/hosted"],
)  # fmt: skip
@pytest.mark.parametrize("size", ["0", "4", "100000"])
def test_every_list_is_bounded(api, session, small_pages, path, size):
    users = [make_user(session) for _ in range(3)]
    event, *_ = [make_event(session, f"t{number}", host=users[0]) for number in range(3)]
    for number, user in enumerate(users):
        make_talk(session, event, f"t{number}")
        make_event_comment(session, event, user)
        make_attendance(session, event, user)
        make_language(session, f"l{number}", f"l{number}")
    address = path.format(event=event.id, host=users[0].id)

    reply = api.get(f"{address}{'&' if '?' in address else '?'}resultsperpage={size}")

    name = next(key for key in reply.json if key != "meta")
    assert (len(reply.json[name]), reply.json["meta"]["total"] > 2) == (2, True)
    assert "start=2" in reply.json["meta"]["next_page"]
