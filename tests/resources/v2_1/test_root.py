"""Where clients begin, and what unknown addresses, versions and methods are told (spec 2.1, 2.2)."""

import pytest

from tests.factories import make_event, make_user

pytestmark = pytest.mark.runs_once("routing does not depend on the database")

JSON = "application/json; charset=utf8"


@pytest.mark.parametrize("path", ["/", "/v2.1", "/v2.1/"])
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_the_landing_page_says_where_everything_is_whatever_it_is_asked_with(api, path, verb):
    reply = api.request(verb, path, headers={"Host": "api.example"})

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, JSON)
    assert list(reply.json.items()) == [
        ("events", "http://api.example/v2.1/events"),
        ("hot-events", "http://api.example/v2.1/events?filter=hot"),
        ("upcoming-events", "http://api.example/v2.1/events?filter=upcoming"),
        ("past-events", "http://api.example/v2.1/events?filter=past"),
        ("open-cfps", "http://api.example/v2.1/events?filter=cfp"),
        ("docs", "http://joindin.github.io/joindin-api/"),
    ]


def test_who_is_signed_in_finds_themselves_last(api, session):
    user = make_user(session)

    reply = api.signed_in(user).get("/")

    assert list(reply.json.items())[-1] == ("meta", {"user_uri": f"http://localhost/v2.1/users/{user.id}"})


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/v2/events", 400, "This API version is no longer supported. Please use v2.1"),
        ("/v2", 400, "This API version is no longer supported. Please use v2.1"),
        ("/2/events/1", 400, "This API version is no longer supported. Please use v2.1"),
        ("/v1/events", 404, "API version must be specified"),
        ("/v2.10/events", 404, "API version must be specified"),
        ("/v2.1x", 404, "API version must be specified"),
        ("/events", 404, "API version must be specified"),
        ("//v2.1/events", 404, "API version must be specified"),
        ("/v2.1/nonsense", 404, "Endpoint not found"),
        ("/v2.1/event", 404, "Endpoint not found"),
        ("/v2.1//events", 404, "Endpoint not found"),
    ],
)
@pytest.mark.parametrize("verb", ["GET", "POST", "PUT", "DELETE"])
def test_other_versions_and_addresses_are_told_so(api, path, status, sentence, verb):
    reply = api.request(verb, path)

    assert (reply.status_code, reply.json) == (status, [sentence])
    assert (reply.headers["Content-Type"], reply.headers["Access-Control-Allow-Origin"]) == (JSON, "*")


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("PATCH", "events"),
        ("PATCH", "events/{id}"),
        ("DELETE", "events"),
        ("PUT", "events/{id}/approval"),
        ("PUT", "events/{id}/attending"),
        ("PUT", "events/{id}/hosts"),
        ("PUT", "events/{id}/images"),
        ("PUT", "events/{id}/submission"),
        ("TRACE", "events"),
        ("BREW", "events"),
    ],
)
def test_other_methods_are_told_so(api, session, verb, path):
    reply = api.request(verb, "/v2.1/" + path.format(id=make_event(session).id))

    assert (reply.status_code, reply.json) == (405, ["Method not supported"])
    assert (reply.headers["Content-Type"], reply.headers["Access-Control-Allow-Origin"]) == (JSON, "*")


@pytest.mark.parametrize(
    ("verb", "path", "status", "sentence"),
    [
        ("GET", "events/{id}/nonsense", 404, "Unknown Subrequest"),
        ("GET", "events/{id}/talks/3", 404, "Unknown Subrequest"),
        ("GET", "events/{id}/approval", 404, "Unknown Subrequest"),
        ("POST", "events/{id}", 404, "Operation not supported, sorry"),
        ("POST", "events/{id}/nonsense", 404, "Operation not supported, sorry"),
        ("DELETE", "events/{id}/nonsense", 404, "Operation not supported, sorry"),
        ("DELETE", "events/{id}/hosts", 404, "Operation not supported, sorry"),
        ("GET", "events/0/hosts", 404, "Event not found"),
        ("GET", "events/0/claims", 404, "Event not found"),
        ("GET", "events/0/images", 404, "Event not found"),
        ("GET", "events/0/comments/reported", 404, "Event not found"),
        ("GET", "events/0/talk_comments/reported/", 404, "Event not found"),
    ],
)
def test_unknown_addresses_below_an_event_have_sentences_of_their_own(api, session, verb, path, status, sentence):
    caller = api.signed_in(make_user(session))

    reply = caller.request(verb, "/v2.1/" + path.format(id=make_event(session).id))

    assert (reply.status_code, reply.json) == (status, [sentence])


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("events", "events"),
        ("events/{id}", "events"),
        ("events/{id}/hosts", "hosts"),
        ("events/{id}/images", "images"),
        ("events/{id}/attending", "is_attending"),
        ("events/{id}/attendees", "users"),
        ("events/{id}/comments", "comments"),
    ],
)
def test_addresses_answer_with_and_without_a_slash_at_their_end(api, session, path, what):
    path = "/v2.1/" + path.format(id=make_event(session).id)

    plain, slashed = api.get(path), api.get(path + "/")

    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert plain.json[what] == slashed.json[what]


@pytest.mark.parametrize("path", ["events/0", "events/0/talks", "events/abc/hosts"])
def test_an_event_without_a_number_is_all_events(api, session, path):
    make_event(session)

    reply = api.get("/v2.1/" + path)

    assert (reply.status_code, reply.json["meta"]["total"]) == (200, 1)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["event_comments", "talk_comments"])
def test_a_comment_without_a_number_is_not_found(api, path, slash):
    reply = api.get(f"/v2.1/{path}{slash}")

    assert (reply.status_code, reply.json) == (404, ["Comment not found"])
