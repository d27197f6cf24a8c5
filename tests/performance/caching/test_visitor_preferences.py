"""Cached pages in the language and colours of the visitor."""

import pytest
from werkzeug.test import Client

from joindin.performance.caching.lru import ByteLRU
from joindin.performance.caching.response_cache import ResponseCache
from joindin.performance.caching.visitor_preferences import accepted_language, has_other_cookies, read_preferences
from tests.performance.caching.test_response_cache import PUBLIC, CountingApplication

pytestmark = pytest.mark.runs_once("preferences read no rows")


@pytest.fixture
def application():
    return CountingApplication()


@pytest.fixture
def client(application):
    return Client(ResponseCache(application, lambda: application.version, ByteLRU(1_000_000)), use_cookies=False)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.7", "de"),
        ("fr, en;q=0.5, de;q=0.9", "de"),
        ("fr", None),
        ("de;q=0", None),
        ("*", None),
        ("", None),
        (";;;=,\x7f", None),
    ],
)
def test_the_accepted_language(header, language):
    assert accepted_language(header) == language


def test_a_cookie_wins_over_the_header():
    environ = {"HTTP_COOKIE": "lang=en; theme=dark; zone=europe/lisbon; clock=12", "HTTP_ACCEPT_LANGUAGE": "de"}

    assert read_preferences(environ) == ("en", "dark", "Europe/Lisbon", "12")


def test_unknown_values_are_ignored():
    environ = {"HTTP_COOKIE": "lang=xx; theme=pink; zone=Mars/Olympus; clock=13", "HTTP_ACCEPT_LANGUAGE": "de"}

    assert read_preferences(environ) == ("de", "auto", None, "24")


@pytest.mark.parametrize(
    ("header", "has_others"),
    [
        ("lang=de", False),
        ("lang=de; theme=dark; zone=Europe/Lisbon", False),
        ("lang=de;", False),
        ("lang=de; sessionid=x", True),
        ("lang=de; @@@; sessionid=x", True),
        ("sessionid", True),
        ("\x00", True),
        ('lang="de; sessionid=x"', True),
    ],
)
def test_other_cookies(header, has_others):
    assert has_other_cookies({"HTTP_COOKIE": header}) is has_others


def test_a_request_without_cookies_has_no_other_ones():
    assert not has_other_cookies({})


def test_languages_colours_and_zones_are_cached_apart(application, client):
    application.headers = {**PUBLIC, "Vary": "Accept-Language, Cookie"}
    requests = [{}, {"Accept-Language": "de"}, {"Accept-Language": "en"}, {"Cookie": "theme=dark"},
                {"Cookie": "zone=Asia/Tokyo"}]  # fmt: skip

    for _ in range(2):
        for headers in requests:
            client.get("/event", headers=headers)

    assert application.calls == len(requests)


def test_requests_with_equal_preferences_share_a_response(application, client):
    for headers in ({"Accept-Language": "de-AT"}, {"Cookie": "lang=de"}, {"Accept-Language": "de, en;q=0.5"}):
        client.get("/event", headers=headers)

    assert application.calls == 1


def test_requests_with_another_cookie_are_not_cached(application, client):
    for _ in range(2):
        client.get("/event", headers={"Cookie": "lang=de; sessionid=x"})

    assert application.calls == 2
