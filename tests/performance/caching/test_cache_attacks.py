"""Attacks on the response cache: one visitor must not choose what another one is sent, nor read what was sent to a user."""

import pytest

from tests.api_client import issue_token
from tests.browser_client import Browser, make_user_with_password
from tests.factories import make_event

CANARY = "canary.example"

# The additions of an attacker to a request. None of it may show in the response to the next visitor.
POISONS = {
    "forwarded host": {"headers": {"X-Forwarded-Host": CANARY}},
    "another forwarded host": {
        "headers": {"X-Host": CANARY, "X-Forwarded-Server": CANARY, "X-HTTP-Host-Override": CANARY}
    },
    "standard forwarded host": {"headers": {"Forwarded": f"host={CANARY};proto=https;for=10.0.0.1"}},
    "forwarded scheme": {
        "headers": {"X-Forwarded-Proto": CANARY, "X-Forwarded-Scheme": "https", "X-Url-Scheme": "https"}
    },
    "forwarded port and prefix": {"headers": {"X-Forwarded-Port": "4711", "X-Forwarded-Prefix": f"/{CANARY}"}},
    "rewritten address": {"headers": {"X-Original-URL": f"/{CANARY}", "X-Rewrite-URL": f"/{CANARY}"}},
    "another method": {"headers": {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}},
    "host": {"headers": {"Host": CANARY}},
    "host with a port": {"headers": {"Host": "localhost:4711"}},
    "host with a name before it": {"headers": {"Host": f"{CANARY}@localhost"}},
    "host in capitals": {"headers": {"Host": "LOCALHOST"}},
    "host with a dot": {"headers": {"Host": "localhost."}},
    "accepted type": {"headers": {"Accept": "text/html"}},
    "unknown accepted type": {"headers": {"Accept": CANARY}},
    "accepted language": {"headers": {"Accept-Language": CANARY}},
    "accepted encoding": {"headers": {"Accept-Encoding": "br, gzip"}},
    "origin": {"headers": {"Origin": f"https://{CANARY}"}},
    "referer": {"headers": {"Referer": f"https://{CANARY}/"}},
    "user agent": {"headers": {"User-Agent": CANARY, "X-Requested-With": CANARY}},
    "range": {"headers": {"Range": "bytes=0-3"}},
    "condition": {"headers": {"If-None-Match": "*"}},
    "past condition": {"headers": {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}},
    "cookie": {"headers": {"Cookie": f"sessionid={CANARY}; csrftoken={CANARY}"}},
    "token": {"headers": {"Authorization": f"Bearer {CANARY}"}},
    "malformed token": {"headers": {"Authorization": CANARY}},
    "body": {"data": f'{{"title": "{CANARY}", "format": "html"}}', "content_type": "application/json"},
    "other query": {"query_string": {"callback": "canary", "title": CANARY}},
    "semicolon in the query": {"query_string": f"a=1;callback=canary;title={CANARY}"},
    "head": {"method": "HEAD"},
    "options": {"method": "OPTIONS"},
    "capital method": {"method": "get"},
}
PATHS = ("/v2.1/events", "/v2.1/events/1", "/v2.1/nowhere", "/", "/event/sampleconf", "/docs")


@pytest.mark.parametrize("poison", POISONS)
def test_a_request_does_not_change_the_response_to_the_next_visitor(app, api, session, host, poison):
    make_event(session, "SampleConf", slug="sampleconf", host=host)
    clean = {path: seen(api, path) for path in PATHS}
    wrong = []

    for path in PATHS:
        app.extensions["response_cache"].clear()
        arguments = {"method": "GET", **POISONS[poison]}
        for _ in range(2):
            api.request(arguments["method"], path, **{name: arguments[name] for name in arguments if name != "method"})
        now = seen(api, path)
        if now != clean[path] or CANARY in str(now):
            wrong.append((path, now, clean[path]))

    assert wrong == []


def seen(api, path):
    reply = api.get(path, headers={"Host": "localhost"})
    unstable = ("Date", "Age", "Set-Cookie", "X-Request-Id")
    return reply.status_code, [(name, value) for name, value in reply.headers if name not in unstable], reply.text


# Addresses that look like a file to a cache in front of the server.
DISGUISES = (
    "/x.css", ".css", "/x.js", ";x.css", "%2Fx.css", "%3Fx.css", "%00x.css", "%23x.css", "%0Ax.css", "/..%2Fstatic%2Fx.css", "?x.css",
    "?cb=1.js", "//x.png", "/%2e%2e/x.ico", "\\x.css", "%5Cx.css", "/robots.txt", "/;/x.woff2",
)  # fmt: skip
PRIVATE_PATHS = (
    "/accounts",
    "/accounts/sessions",
    "/accounts/data",
    "/desk/people",
    "/api/settings/token",
    "/api/users/me",
)
PRIVATE_API_PATHS = (
    "/v2.1/users/{id}",
    "/v2.1/token",
    "/v2.1/accounts",
    "/v2.1/audit",
    "/v2.1/events",
    "/api/users/me",
)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_what_a_user_is_sent_is_never_stored_for_others(app, session, disguise):
    user = make_user_with_password(session, "carla", email="carla-secret@example.org", is_admin=True)
    token = issue_token(session, user)
    browser, visitor = Browser(app).sign_in_directly(user), Browser(app)
    wrong = []

    for path in PRIVATE_PATHS:
        check(browser.get(f"{path}{disguise}"), visitor.get(f"{path}{disguise}"), path, wrong)
    for path in PRIVATE_API_PATHS:
        address = path.format(id=user.id) + disguise
        address += "&verbose=yes" if "?" in address else "?verbose=yes"
        own = visitor.get(address, headers={"Authorization": f"Bearer {token}"})
        check(own, visitor.get(address), path, wrong)

    assert wrong == []


def check(own, others, path, wrong):
    """The response to the user is private, and a visitor is not sent it afterwards."""
    control = own.headers.get("Cache-Control", "")
    is_shared = "public" in control or "s-maxage" in control
    if is_shared and own.status_code == 200:
        wrong.append((path, own.status_code, control))
    if "carla-secret" in others.text:
        wrong.append((path, "a visitor reads it", others.text[:200]))
