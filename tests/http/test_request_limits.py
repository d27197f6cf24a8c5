"""Rate limits of routes: the table has every route that writes, and the limits hold on each of them."""

import datetime as dt
import re

import pytest
import time_machine
from sqlalchemy import update

from joindin.http.route_limits import (
    LIMITS,
    PUBLIC_FORM,
    READ_METHODS,
    REGISTER_CLIENT,
    RouteLimit,
    Unlimited,
    find_route_limit,
)
from joindin.http.surface_routing import OAUTH2, WEB, surface_for_path
from joindin.http.token_scopes import documented_path
from joindin.models import Mail, RateLimitCounter
from joindin.utils.datetimes import utc_now
from tests.api_client import ApiClient
from tests.browser_client import Browser
from tests.factories import make_client, make_user

HERE, SAME_IPV6_NETWORK = "2001:db8:1:2:a::1", "2001:db8:1:2:b::9"
ELSEWHERE = "2001:db8:1:3::1"


def writing_routes(app):
    return [(rule, method) for rule in app.url_map.iter_rules() for method in sorted(rule.methods - READ_METHODS)]


def test_the_table_has_every_route_that_writes_and_no_other(app):
    routes = writing_routes(app)

    assert [f"{method} {rule.rule}" for rule, method in routes if find_route_limit(rule, method) is None] == []
    assert sorted(LIMITS.keys() - {documented_path(rule) for rule, _ in routes}) == []


def test_only_toggles_sign_outs_cookies_redirects_and_error_answers_are_unlimited(app):
    limits = [(documented_path(rule), find_route_limit(rule, method)) for rule, method in writing_routes(app)]

    assert {limit.reason for _, limit in limits if isinstance(limit, Unlimited)} == {
        "sets one row of the user and this object, sends nothing, and repeating it changes nothing",
        "answers with an error",
        "ends sessions of the user; signing out must always be possible",
        "redirects to the address with a slash",
        "sets cookies and stores nothing",
        "counts devices and networks itself (operations/feedback/limits.py)",
    }
    assert [path for path, limit in limits if isinstance(limit, RouteLimit) and limit.network < limit.user] == []


def test_a_volunteer_does_not_flood_responsible_people_with_mails():
    routes = ("/api/shifts/{pk}/signup/", "/shifts/{shift_id}/signup/")

    assert [(LIMITS[route].user, LIMITS[route].network) for route in routes] == [(200, 10_000)] * 2


class Caller:
    """Sends a request to any route, with the token or the session of one user, or as a visitor."""

    def __init__(self, app, user=None):
        self._api = ApiClient(app).signed_in(user) if user else ApiClient(app)
        self._browser = Browser(app)
        if user:
            self._browser.sign_in_directly(user)
        self._csrf_token = self._browser.token("/accounts/profile/" if user else "/accounts/login/")

    def send(self, rule, method, address=HERE):
        path = re.sub(r"<path:client_id>", "none", re.sub(r"<\w+:\w+>|<\w+>", "999", rule.rule))
        environ = {"environ_base": {"REMOTE_ADDR": address}}
        if surface_for_path(rule.rule) in (WEB, OAUTH2):
            headers = {"X-CSRFToken": self._csrf_token, "Referer": "http://localhost/accounts/"}
            return self._browser.request(method, path, headers=headers, **environ)
        return self._api.request(method, path, **environ)


def exhaust_limits(session):
    """Set all counts to more than their limits."""
    session.execute(update(RateLimitCounter).values(count=1_000_000))
    session.commit()


@pytest.mark.slow("sends hundreds of requests")
@pytest.mark.parametrize("role", ["user", "visitor"])
def test_every_limit_refuses_with_an_honest_retry_after(app, session, role):
    first, second = (Caller(app, make_user(session, is_admin=True) if role == "user" else None) for _ in range(2))
    limited = [
        (rule, method, limit)
        for rule, method in writing_routes(app)
        if isinstance(limit := find_route_limit(rule, method), RouteLimit)
        and (role == "user" or limit.visitors)
        # Visitors have one count for a bucket.
        and (role == "user" or limit.bucket is None)
        # It ends the account of the caller.
        if (method, rule.rule) != ("DELETE", "/api/user")
    ]
    with time_machine.travel(utc_now(), tick=False):
        before = [first.send(rule, method).status_code for rule, method, _ in limited]
        exhaust_limits(session)
        replies = [
            (f"{method} {rule.rule} {name}", caller.send(rule, method, address), limit)
            for rule, method, limit in limited
            for name, caller, address in (("first", first, HERE), ("second", second, SAME_IPV6_NETWORK))
        ]
        elsewhere = [second.send(rule, method, ELSEWHERE).status_code for rule, method, _ in limited]

    assert [status for status in before + elsewhere if status in (429, 500, 503)] == []
    assert [
        (name, reply.status_code, reply.headers.get("Retry-After"))
        for name, reply, limit in replies
        if (reply.status_code, reply.headers.get("Retry-After")) != (429, str(int(limit.window.total_seconds())))
    ] == []


def test_visitors_are_not_counted_where_a_user_is_needed(app, session):
    caller = Caller(app)

    for rule, method in writing_routes(app):
        limit = find_route_limit(rule, method)
        if isinstance(limit, RouteLimit) and not limit.visitors:
            caller.send(rule, method)

    assert session.query(RateLimitCounter).count() == 0


def test_contact_mails_of_a_network_are_limited(api, session):
    client = make_client(session, "web2", secret="web2secret", is_trusted=True)
    body = {"client_id": client.key, "client_secret": "web2secret", "name": "Ada", "email": "ada@example.org"}
    body |= {"subject": "My event", "comment": "When will it be approved?"}

    replies = [api.post("/v2.1/contact", json=body) for _ in range(PUBLIC_FORM.visitors + 2)]

    assert [reply.status_code for reply in replies] == [202] * PUBLIC_FORM.visitors + [429] * 2
    assert session.query(Mail).count() == PUBLIC_FORM.visitors


def test_a_limit_ends_with_its_window(api, session):
    now = utc_now()

    def register(seconds):
        with time_machine.travel(now + dt.timedelta(seconds=seconds), tick=False):
            return api.post("/api/client", json={"client_name": "App", "redirect_uris": "https://app.example/"})

    replies = [register(0) for _ in range(REGISTER_CLIENT.visitors)] + [register(0.5), register(299.9), register(300)]

    assert [reply.status_code for reply in replies] == [200] * REGISTER_CLIENT.visitors + [429, 429, 200]
    assert [reply.headers.get("Retry-After") for reply in replies[-3:]] == ["300", "1", None]
