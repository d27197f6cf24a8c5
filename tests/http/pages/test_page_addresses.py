"""One spelling of the address of every page: reads of the other are redirected, forms are accepted."""

import re
from urllib.parse import unquote, urlsplit

import pytest

from joindin.http.surface_routing import WEB, surface_for_path
from tests.authorization.world import fresh_network
from tests.factories import make_event, make_place, make_talk

HTML = {"Accept": "text/html"}
# The crew's page and the address of v2.1 without its version are different routes.
OWN_ROUTE = "/events"
QUERY = "a=%C3%A4&b=%2F1&embed"


def paths_of_pages(app, method):
    """Return a path of every route of the web site that has the method."""
    rules = [each for each in app.url_map.iter_rules() if method in each.methods and surface_for_path(each.rule) == WEB]
    return sorted({re.sub(r"<(?:positive:|row_id:)\w+>", "7", rule.rule) for rule in rules} - {OWN_ROUTE, "/events/"})


def unquote_to_wsgi(path):
    return unquote(path, encoding="latin-1")


def spellings(path):
    """Return the path of the route, with a text for each argument, and the other spelling."""
    path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path)
    path = re.sub(r"<(?:\w+:)?\w+>", "%C3%A4b%3F", path)
    return path, path[:-1] if path.endswith("/") else f"{path}/"


@pytest.mark.slow("three requests to every page")
def test_reads_of_the_other_spelling_of_every_page_are_redirected(app, browser):
    wrong = []

    for own, other in map(spellings, paths_of_pages(app, "GET")):
        page = browser.get(f"{own}?{QUERY}", headers=HTML)
        replies = [browser.request(method, f"{other}?{QUERY}", headers=HTML) for method in ("GET", "HEAD")]
        if urlsplit(page.location or "").path == other or page.status_code == 500:
            wrong.append((own, page.status_code, page.location))
        if [(reply.status_code, reply.location) for reply in replies] != [(301, f"{own}?{QUERY}")] * 2:
            wrong.append((other, [(reply.status_code, reply.location) for reply in replies]))

    assert wrong == []


@pytest.mark.slow("two requests to every form")
def test_every_form_is_accepted_at_both_spellings(app, browser):
    for own, other in map(spellings, paths_of_pages(app, "POST")):
        replies = [browser.post(path, environ_base=fresh_network()) for path in (own, other)]
        assert replies[0].status_code not in (301, 307, 308), own
        assert (other, replies[1].status_code) == (other, replies[0].status_code)


def test_the_page_of_the_crew_keeps_the_query(browser):
    reply = browser.get("/events?search=%26", headers=HTML)

    assert (reply.status_code, reply.location) == (301, "/events/?search=%26")


@pytest.mark.parametrize(
    "path", ["/event/conf//", "/event//", "/about//", "/me//", "/e/", "/talk/", "/user/", "/embed/", "/collection/", "/desk/x/"]
)  # fmt: skip
def test_an_address_of_no_page_is_not_redirected(session, browser, path):
    make_event(session, slug="conf")

    assert browser.get(path, headers=HTML).status_code == 404


@pytest.mark.parametrize(("accept", "text"), [("text/html", "<h1"), ("*/*", "v2.1")])
def test_the_root_has_one_spelling(browser, accept, text):
    reply = browser.get("/", headers={"Accept": accept})

    assert (reply.status_code, text in reply.text) == (200, True)


@pytest.mark.parametrize("path", ["/event/conf", "/event/conf/on-tides", "/event/conf/schedule", "/tag/php", "/e/c27"])
def test_a_cached_page_and_its_other_spelling_are_not_mixed_up(session, browser, path):
    event = make_event(session, slug="conf", stub="c27", tags=["php"])
    make_talk(session, event, slug="on-tides")

    replies = [browser.get(f"{path}{slash}", headers=HTML) for slash in ("/", "", "/", "")]

    assert [reply.status_code for reply in replies] == [301, replies[1].status_code, 301, replies[1].status_code]
    assert {replies[0].location, replies[2].location} == {path}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_slash_belongs_to_the_name_that_has_it(session, browser, method):
    hall = make_place(session, "Hall/")
    make_event(session, tags=["ci/", "php"], place_id=hall.id)
    place = f"/place/{hall.id}"

    replies = {
        path: browser.request(method, path)
        for path in ("/tag/ci%2F", "/tag/ci/", "/tag/php/", "/tag/php%2F", f"{place}/Hall%2F", f"{place}/x/", f"{place}/", "/place/Hall%2F")
    }  # fmt: skip

    assert {path: reply.location or reply.status_code for path, reply in replies.items()} == {
        "/tag/ci%2F": 200,
        "/tag/ci/": 200,
        "/tag/php/": "/tag/php",
        "/tag/php%2F": "/tag/php",
        f"{place}/Hall%2F": 200,
        f"{place}/x/": f"{place}/x",
        f"{place}/": place,
        "/place/Hall%2F": f"{place}/Hall%2F",
    }


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/event/a%3fb/schedule/", "/event/a%3fb/schedule"),
        ("/event/%C3%BC/x%2Ey/", "/event/%C3%BC/x%2Ey"),
        ("/guests/a%3Fb", "/guests/a%3Fb/"),
        ("/about%2F", "/about"),
        ("//event/a/schedule/", "/event/a/schedule"),
    ],
)
def test_the_redirect_keeps_the_escapes(browser, path, location):
    reply = browser.get("/", headers=HTML, environ_overrides={"REQUEST_URI": path, "PATH_INFO": unquote_to_wsgi(path)})

    assert (reply.status_code, reply.headers["Location"], reply.data) == (301, location, b"")


def test_the_redirect_escapes_the_path_of_a_server_that_decodes_it(browser):
    path = {"REQUEST_URI": "", "PATH_INFO": unquote_to_wsgi("/event/a%3Fb%C3%BC%0D%0A/schedule/")}

    reply = browser.get("/", headers=HTML, environ_overrides=path)

    assert (reply.status_code, reply.headers["Location"]) == (301, "/event/a%3Fb%C3%BC%0D%0A/schedule")


def test_the_number_of_a_talk_has_one_spelling(session, browser):
    talk = make_talk(session, make_event(session))
    session.commit()

    assert browser.get(f"/{talk.id}/").location == f"/{talk.id}"
