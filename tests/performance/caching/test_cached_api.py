"""API responses to visitors and signed-in users with the response cache enabled."""

import datetime as dt

import pytest

from joindin import create_app
from joindin.extensions import db
from tests.api_client import ApiClient
from tests.factories import make_event, make_user
from tests.http_assertions import stable_headers
from tests.subprocess_cli import run_joindin

VARY = "Accept, Accept-Encoding, Authorization"


@pytest.fixture(scope="module")
def uncached_app(settings):
    app = create_app({**settings, "ANSWER_CACHE_BYTES": 0})
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def uncached(uncached_app, session):
    """The same API without the cache."""
    # Ids start from 1 again in each test.
    uncached_app.extensions["fragment_cache"].clear()
    uncached_app.extensions["query_cache"].clear()
    return ApiClient(uncached_app)


def headers(reply):
    return {name: reply.headers[name] for name in ("Cache-Control", "Vary", "ETag")}


def test_a_visitor_revalidates_a_stored_response(api, event):
    first = api.get("/v2.1/events")
    known = api.get("/v2.1/events", headers={"If-None-Match": first.headers["ETag"]})
    event.location = "Elsewhere"
    changed = api.get("/v2.1/events", headers={"If-None-Match": first.headers["ETag"]})

    assert headers(first) == {"Cache-Control": "public, no-cache", "Vary": VARY, "ETag": first.headers["ETag"]}
    assert (known.status_code, known.data, headers(known)) == (304, b"", headers(first))
    assert (changed.status_code, changed.json["events"][0]["location"]) == (200, "Elsewhere")


def test_each_signed_in_user_has_an_entity_tag_of_their_own(api, session, event):
    here = f"/v2.1/events/{event.id}"
    user, other = api.signed_in(make_user(session)), api.signed_in(make_user(session))
    seen = [reader.get(here) for reader in (api, user, other)]
    known = user.get(here, headers={"If-None-Match": seen[1].headers["ETag"]})
    with_other_tag = user.get(here, headers={"If-None-Match": seen[2].headers["ETag"]})
    user.post(f"{here}/attending")
    changed = user.get(here, headers={"If-None-Match": seen[1].headers["ETag"]})

    assert len({reply.headers["ETag"] for reply in seen}) == 3
    assert [reply.headers["Cache-Control"] for reply in seen] == ["public, no-cache", *["private, no-cache"] * 2]
    assert (known.status_code, known.data, headers(known)) == (304, b"", headers(seen[1]))
    assert "Content-Type" not in known.headers
    assert [reply.status_code for reply in (with_other_tag, changed)] == [200, 200]
    assert changed.json["events"][0]["attending"] is True


def test_a_response_to_an_unknown_token_is_private(api, event):
    reply = api.get("/v2.1/events", headers={"Authorization": "OAuth null"})

    assert (reply.status_code, reply.headers["Cache-Control"]) == (200, "private, no-cache")


def test_responses_with_relative_dates_are_private(api, event):
    replies = [api.get(f"/v2.1/events?startdate={date}") for date in ("now", "next%20friday", "2020-01-01", "@1")]

    assert [reply.headers["Cache-Control"].split(",")[0] for reply in replies] == ["private"] * 2 + ["public"] * 2


def test_the_list_of_past_events_changes_at_midnight(api, session, time_machine):
    time_machine.move_to(dt.datetime(2026, 3, 1, 23, 59, 59, tzinfo=dt.UTC), tick=False)
    make_event(session, "Past", starts_at=dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC))
    seen = [names(api.get("/v2.1/events?filter=past"))]
    time_machine.shift(1)
    seen.append(names(api.get("/v2.1/events?filter=past")))

    assert seen == [[], ["Past"]]


def names(reply):
    return [event["name"] for event in reply.json["events"]]


def test_a_write_by_the_command_line_shows_in_the_next_response(api, settings, event):
    seen = [api.get("/v2.1/users?username=ada").status_code for _ in range(2)]
    run_joindin(
        settings, "users", "create", "ada", "--email", "ada@example.org", "--password", "-", stdin="long enough 7\n"
    )
    seen.append(api.get("/v2.1/users?username=ada").status_code)

    assert seen == [404, 404, 200]


def test_json_html_and_jsonp_have_responses_of_their_own(api, event):
    replies = [api.get("/v2.1/events", headers=asked) for _ in range(2) for asked in ({}, {"Accept": "text/html"})] + [
        api.get("/v2.1/events?callback=show")
    ]

    assert [reply.mimetype for reply in replies] == [*["application/json", "text/html"] * 2, "text/javascript"]


def test_head_is_get_without_a_body(api, event):
    get, head = api.get("/v2.1/events"), api.request("HEAD", "/v2.1/events")

    assert (head.status_code, stable_headers(head.headers), head.data) == (200, stable_headers(get.headers), b"")


@pytest.mark.parametrize(
    "path", ["/", "/v2.1/events", "/v2.1/events/999", "/nowhere", "/v2.1/talks", "/docs/openapi.json"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_cache_changes_no_response(api, uncached, event, path, method):
    plain, first, again = (each.request(method, path) for each in (uncached, api, api))

    for reply in (first, again):
        assert (reply.status, stable_headers(reply.headers), reply.data) == (
            plain.status,
            stable_headers(plain.headers),
            plain.data,
        )


def test_urls_use_scheme_and_host_of_a_trusted_proxy(settings, session, event):
    app = create_app({**settings, "TRUSTED_PROXIES": 1})
    told = [("https", "api.example"), ("https", "other.example"), ("http", "api.example"), ("https", "api.example")]
    replies = [
        ApiClient(app).get("/", headers={"X-Forwarded-Proto": scheme, "X-Forwarded-Host": host})
        for scheme, host in told
    ]
    with app.app_context():
        db.engine.dispose()

    assert [reply.json["events"] for reply in replies] == [f"{scheme}://{host}/v2.1/events" for scheme, host in told]


def test_forwarded_hosts_are_ignored_without_a_trusted_proxy(api):
    replies = [api.get("/", headers={"X-Forwarded-Host": host}) for host in ("evil.example", "localhost")]

    assert [reply.json["events"] for reply in replies] == ["http://localhost/v2.1/events"] * 2
