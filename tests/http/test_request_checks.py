"""Host, scheme, path, query string and method of a request, on every surface and before any cache."""

import pytest

from joindin import create_app
from joindin.http.request_checks import (
    MAX_ACCEPTED,
    MAX_PATH_BYTES,
    MAX_QUERY_BYTES,
    MSG_FOREIGN_HOST,
    MSG_INVALID_HOST,
    MSG_INVALID_SCHEME,
    MSG_NO_HOST,
    RequestChecks,
)
from joindin.utils.hosts import allowed_hosts, host_name
from tests.api_client import ApiClient

PATHS = {
    "v2_1": "/v2.1/events",
    "unknown": "/nowhere",
    "gancio": "/api/client",
    "ephios": "/api/users/me/",
    "web": "/event/none",
    "account": "/accounts/login/",
    "docs": "/docs",
    "document": "/docs/openapi.json",
    "media": "/inc/img/event_icons/none.png",
    "static": "/static/web.css",
    "oauth2 of ephios": "/api/oauth/token/",
    "oauth2 of gancio": "/oauth/token",
    "oauth2 page": "/oauth/authorize",
}
MEDIA_TYPES = {
    "/v2.1/events": "application/json",
    "/nowhere": "application/json",
    "/api/client": "text/plain",
    # Without the final slash it is an address of Gancio's.
    "/api/users/me/": "text/plain",
    "/api/oauth/token/": "application/json",
    "/oauth/token": "application/json",
}
INVALID_HOSTS = [
    "x" * 256, "a" * 300_000, "a b", "a,b", "a.example,a.example", "a.example, b.example", "http://a.example", "a/b", "a@b", "a?b",
    "a#b", "<script>", '"', "'", "a\tb", ".", "..", "-", "a..b", ":", ":80", "a:", "a:b", "a:99999", "a:123456", "[::1", "::1", "[]",
    "[x]", "\xe4.example", "a%2eb", "a\\b", "*", "a_", " a", "a ",
]  # fmt: skip


@pytest.fixture(scope="module")
def guarded_app(settings, app):
    """The application behind a public address, with one more name."""
    return create_app(
        {
            **settings,
            "WEBSITE_URL": "https://web.example",
            "PUBLIC_URL": None,
            "ALLOWED_HOSTS": "api.example, alias.example",
        }
    )


@pytest.fixture
def guarded(guarded_app, session):
    return ApiClient(guarded_app)


def send(api, path, host, method="GET", **more):
    return api.request(method, path, headers={"Host": host, **more})


@pytest.mark.parametrize("host", INVALID_HOSTS, ids=[host[:20] for host in INVALID_HOSTS])
def test_an_invalid_host_is_refused(api, host):
    reply = send(api, "/v2.1/events", host)

    assert (reply.status_code, reply.json) == (400, [MSG_INVALID_HOST])


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_every_surface_refuses_it_without_repeating_it(api, count_rows, path, method):
    before = count_rows()

    reply = send(api, path, "evil.example/" + "x" * 1000, method)

    assert reply.status_code == 400
    assert "evil" not in reply.text + str(reply.headers)
    assert count_rows() == before


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_missing_host_is_refused(app, session, path):
    replies = [
        app.test_client().get(path, environ_overrides={"HTTP_HOST": host, "SERVER_PROTOCOL": "HTTP/1.1"})
        for host in ("", None)
    ]

    assert [reply.status_code for reply in replies] == [400, 400]


def test_the_message_says_what_to_send(api):
    assert send(api, "/v2.1/events", "").json == [MSG_NO_HOST]


def test_http_1_0_needs_no_host(app, session):
    environ = {"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0", "SERVER_NAME": "::1", "SERVER_PORT": "8000"}

    reply = app.test_client().get("/", environ_overrides=environ)

    assert reply.json["events"] == "http://[::1]:8000/v2.1/events"


@pytest.mark.parametrize(
    "host",
    ["web.example", "WEB.example", "web.example.", "web.example:8443", "api.example", "alias.example:1", "localhost:8000",
     "127.0.0.1:8000", "[::1]:8000"],
)  # fmt: skip
def test_the_public_listed_and_loopback_names_are_accepted(guarded, host):
    assert send(guarded, "/v2.1/events", host).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "web.example.evil.example", "xweb.example", "127.0.0.2", "10.0.0.1"])
@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_other_names_are_refused(guarded, path, host):
    for _ in range(2):
        reply = send(guarded, path, host)
        assert reply.status_code == 400
        assert host not in reply.text

    assert send(guarded, "/v2.1/events", host).json == [MSG_FOREIGN_HOST]


def test_a_refused_name_does_not_reach_the_cache(guarded):
    refused = send(guarded, "/", "evil.example")
    accepted = send(guarded, "/", "web.example")

    assert (refused.status_code, accepted.json["events"]) == (400, "http://web.example/v2.1/events")


@pytest.mark.parametrize(
    ("settings_urls", "listed", "hosts"),
    [
        ([], [], ("*",)),
        ([], ["a.example"], ("127.0.0.1", "[::1]", "a.example", "localhost")),
        (["https://user@web.example:8443/path"], [], ("127.0.0.1", "[::1]", "localhost", "web.example")),
        (["https://web.example"], ["*"], ("*",)),
    ],
)
def test_the_allowed_hosts_follow_the_public_addresses(settings_urls, listed, hosts):
    assert allowed_hosts(listed, settings_urls) == hosts


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-Forwarded-Host": "web.example"}, 200),
        ({"X-Forwarded-Host": "evil.example"}, 400),
        ({"X-Forwarded-Host": "evil.example, web.example"}, 200),
        ({"X-Forwarded-Host": "web.example, evil.example"}, 400),
        ({"X-Forwarded-Host": "x" * 300}, 400),
        ({"X-Forwarded-Host": "web.example", "Host": "a,b"}, 400),
        ({"X-Forwarded-Host": "web.example", "X-Forwarded-Proto": "https"}, 200),
        ({"X-Forwarded-Host": "web.example", "X-Forwarded-Proto": "javascript"}, 400),
    ],
)
def test_the_forwarded_host_of_a_trusted_proxy_counts(settings, session, headers, status):
    app = create_app({**settings, "WEBSITE_URL": "https://web.example", "ALLOWED_HOSTS": "", "TRUSTED_PROXIES": 1})

    for _ in range(2):
        assert ApiClient(app).get("/v2.1/events", headers=headers).status_code == status


def test_without_a_trusted_proxy_forwarding_headers_change_nothing(guarded):
    reply = send(guarded, "/", "web.example", **{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"})

    assert reply.json["events"] == "http://web.example/v2.1/events"


def test_a_scheme_that_no_link_may_have_is_named(app, session):
    reply = app.test_client().get("/v2.1/events", environ_overrides={"wsgi.url_scheme": "gopher"})

    assert (reply.status_code, reply.json) == (400, [MSG_INVALID_SCHEME])


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_long_path_is_refused_by_its_surface(api, path):
    within, beyond = (
        path.rstrip("/") + "/" + "x" * (length - len(path.rstrip("/")) - 1)
        for length in (MAX_PATH_BYTES, MAX_PATH_BYTES + 1)
    )

    replies = [api.get(within), api.get(beyond), api.get(beyond + "/"), api.get(path + "/" + "%41" * 60_000)]

    assert [reply.status_code == 414 for reply in replies] == [False, True, True, True]
    assert replies[1].mimetype == MEDIA_TYPES.get(path, "text/html")


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_a_long_query_string_is_refused_by_its_surface(api, path):
    within, beyond = (api.get(f"{path}?a={'x' * (length - 2)}") for length in (MAX_QUERY_BYTES, MAX_QUERY_BYTES + 1))

    assert (within.status_code == 414, beyond.status_code) == (False, 414)


def test_only_a_bounded_number_of_hosts_is_remembered():
    checks = RequestChecks(lambda *_: [], lambda *_: [], ["*"], "web.example")
    environ = {"SERVER_PROTOCOL": "HTTP/1.1", "PATH_INFO": "/", "QUERY_STRING": "", "wsgi.url_scheme": "http"}

    for number in range(3 * MAX_ACCEPTED):
        checks({**environ, "HTTP_HOST": f"{number}.example"}, None)

    assert len(checks._accepted) == MAX_ACCEPTED


@pytest.mark.parametrize(
    ("host", "name"),
    [("a", "a"), ("A.b:1", "a.b"), ("a_b.c", "a_b.c"), ("[::FFFF]", "[::ffff]"), ("x" * 255, "x" * 255)],
)
def test_the_name_of_a_host(host, name):
    assert host_name(host) == name
