"""The root, unknown paths, other versions and methods that are not allowed (spec 2.1, 2.2)."""

import pytest

from tests.factories import make_event, make_user

pytestmark = pytest.mark.runs_once("routing does not depend on the database")

JSON = "application/json; charset=utf8"


@pytest.mark.parametrize("path", ["/", "/v2.1", "/v2.1/"])
def test_the_root_links_to_the_lists_for_every_method(api, path):
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
        reply = api.request(method, path, headers={"Host": "api.example"})

        assert (method, reply.status_code, reply.headers["Content-Type"]) == (method, 200, JSON)
        assert list(reply.json.items()) == [
            ("events", "http://api.example/v2.1/events"),
            ("hot-events", "http://api.example/v2.1/events?filter=hot"),
            ("upcoming-events", "http://api.example/v2.1/events?filter=upcoming"),
            ("past-events", "http://api.example/v2.1/events?filter=past"),
            ("open-cfps", "http://api.example/v2.1/events?filter=cfp"),
            ("docs", "http://joindin.github.io/joindin-api/"),
        ]


def test_the_link_to_the_signed_in_user_comes_last(api, session):
    user = make_user(session)

    reply = api.signed_in(user).get("/")

    assert list(reply.json.items())[-1] == ("meta", {"user_uri": f"http://localhost/v2.1/users/{user.id}"})


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/v2/events", 400, "This API version is no longer supported. Please use v2.1"),
        ("/v2", 400, "This API version is no longer supported. Please use v2.1"),
        ("/2/events/1", 400, "This API version is no longer supported. Please use v2.1"),
        ("/v1/events", 404, "API version must be specified"),
        ("/v2.10/events", 404, "API version must be specified"),
        ("/v2.1x", 404, "API version must be specified"),
        ("/talks", 404, "API version must be specified"),
        ("//v2.1/x", 404, "API version must be specified"),
        ("/v2.1/nonsense", 404, "Endpoint not found"),
        ("/v2.1/event", 404, "Endpoint not found"),
        ("/v2.1//events", 404, "Endpoint not found"),
    ],
)
def test_unknown_versions_and_paths_are_refused_for_every_method(api, path, status, message):
    for method in ("GET", "POST", "PUT", "DELETE"):
        reply = api.request(method, path)

        assert (method, reply.status_code, reply.json) == (method, status, [message])
        assert (reply.headers["Content-Type"], reply.headers["Access-Control-Allow-Origin"]) == (JSON, "*")


@pytest.mark.parametrize(
    ("method", "path"),
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
def test_methods_that_are_not_allowed_are_refused(api, session, method, path):
    reply = api.request(method, "/v2.1/" + path.format(id=make_event(session).id))

    assert (reply.status_code, reply.json) == (405, ["Method not supported"])
    assert (reply.headers["Content-Type"], reply.headers["Access-Control-Allow-Origin"]) == (JSON, "*")


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "events/{id}/nonsense", 404, "Unknown Subrequest"),
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
def test_unknown_paths_below_an_event_have_their_own_messages(api, session, method, path, status, message):
    caller = api.signed_in(make_user(session))

    reply = caller.request(method, "/v2.1/" + path.format(id=make_event(session).id))

    assert (reply.status_code, reply.json) == (status, [message])


@pytest.mark.parametrize(
    ("path", "key"),
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
def test_a_trailing_slash_makes_no_difference(api, session, path, key):
    path = "/v2.1/" + path.format(id=make_event(session).id)

    plain, slashed = api.get(path), api.get(path + "/")

    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert plain.json[key] == slashed.json[key]


@pytest.mark.parametrize("path", ["events/0", "events/0/talks", "events/abc/hosts"])
def test_an_event_id_that_is_not_a_number_leads_to_all_events(api, session, path):
    make_event(session)

    reply = api.get("/v2.1/" + path)

    assert (reply.status_code, reply.json["meta"]["total"]) == (200, 1)


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", ["event_comments", "talk_comments"])
def test_a_comment_without_an_id_is_not_found(api, path, slash):
    reply = api.get(f"/v2.1/{path}{slash}")

    assert (reply.status_code, reply.json) == (404, ["Comment not found"])
