"""Paths in logs contain no token, no code and no address of a person, for any route."""

import pytest
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from joindin.http.request_log.labels import literal_segments
from joindin.http.request_log.paths import MAX_LOGGED_PATH, SECRET_ARGUMENTS, mask_route_path, mask_unknown_path

SECRET = "S3cret-0123456789abcdef"


def secret_routes(app):
    return {
        (rule.rule, name) for rule in app.url_map.iter_rules() for name in rule.arguments if name in SECRET_ARGUMENTS
    }


def path_with_secret(rule):
    """The address of a rule with the secret as each argument that is one."""
    return rule.build({name: SECRET if name in SECRET_ARGUMENTS else "7" for name in rule.arguments})[1]


@pytest.mark.runs_once("no database is used")
def test_the_routes_with_secrets_are_known(app):
    tokens = {
        rule.rule
        for rule in app.url_map.iter_rules()
        for name in rule.arguments
        if "token" in name and rule._converters[name].__class__.__name__ == "UnicodeConverter"
    }

    assert len(tokens) >= 7
    assert tokens <= {rule for rule, _ in secret_routes(app)}


@pytest.mark.runs_once("no database is used")
def test_a_route_with_a_secret_is_logged_without_it(app):
    logged = [
        mask_route_path(rule.rule, {name: SECRET if name in SECRET_ARGUMENTS else "7" for name in rule.arguments})
        for rule in app.url_map.iter_rules()
        if rule.arguments & SECRET_ARGUMENTS
    ]

    assert len(logged) >= 12
    assert [each for each in logged if SECRET in each or "***" not in each] == []


@pytest.mark.runs_once("no database is used")
def test_an_address_with_a_secret_that_another_route_matches_is_logged_without_it(app):
    """A wrong method, a suffix or a missing slash may lead to a route that takes the rest of a path."""
    adapter, literals, leaked = app.url_map.bind("localhost"), literal_segments(app), []
    for rule in app.url_map.iter_rules():
        if not rule.arguments & SECRET_ARGUMENTS:
            continue
        path = path_with_secret(rule)
        for changed in (path, f"{path}/", f"{path}/more", f"{path}.txt", f"/{path}", path.upper()):
            for method in ("GET", "POST", "DELETE"):
                try:
                    matched, arguments = adapter.match(changed, method, return_rule=True)
                    logged = mask_route_path(matched.rule, arguments)
                except (HTTPException, RequestRedirect):
                    logged = mask_unknown_path(changed, literals)
                if SECRET.lower() in logged.lower():
                    leaked.append((method, changed, logged))

    assert leaked == []


@pytest.mark.runs_once("no database is used")
@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/wp-login.php", "/***"),
        ("/calendar/short", "/calendar/short"),
        ("/participations-userinfo/x", "/participations-userinfo/x"),
        ("/a b\n\r\x1b\x00", "/a%20b%0A%0D%1B%00"),
        ('/"\\', "/%22%5C"),
        ("/\xe4\xff", "/%E4%FF"),
        ("", ""),
        ("/" + "a/" * 600, ("/" + "a/" * 600)[:MAX_LOGGED_PATH]),
    ],
)
def test_an_unknown_address_is_percent_encoded_and_short(path, logged):
    assert mask_unknown_path(path, {"participations-userinfo"}) == logged


@pytest.mark.runs_once("no database is used")
def test_arguments_are_percent_encoded():
    rule = "/event/<slug>/<path:rest>"

    logged = mask_route_path(rule, {"slug": 'a b\n"ü\u2028', "rest": "one/two/0123456789abcdef"})

    assert logged == "/event/a%20b%0A%22%C3%BC%E2%80%A8/one/two/***"
