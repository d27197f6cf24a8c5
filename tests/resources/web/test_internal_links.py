"""No page of the site, file or redirect leads to an address that is redirected for its slash."""

import re
from collections import Counter
from contextlib import suppress
from html import unescape
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from joindin.extensions import db
from joindin.http.surface_routing import WEB, surface_for_path
from joindin.models import User
from joindin.seeds.demo import load_demo
from joindin.utils.datetimes import utc_now
from tests.conftest import WEBSITE_URL
from tests.database_rows import empty_database

HTML = {"Accept": "text/html"}
FILES = (
    "/sitemap.xml",
    "/opensearch.xml",
    "/events.rss",
    "/events.atom",
    "/events.json",
    "/events.ics",
    "/cfps.atom",
    "/cfps.ics",
    "/feed/rss",
)
STARTS = ("/", "/event", "/accounts/", "/desk/", "/me/", "/guest/", "/crew/", "/embed/list", "/settings/", *FILES)
MAX_PAGES_OF_ROUTE = 2
# The visitor, the administrator, a host of events, a speaker, and the host of a pending event.
ROLES = (None, "ada", "grace", "samir", "tomasz")

# Links and forms of HTML; absolute addresses anywhere, as in JSON-LD, feeds, calendars and sitemaps.
_LINK = re.compile(r"(?:href|src|action)=[\"'](/[^\"']*)")
_ABSOLUTE = re.compile(rf"{re.escape(WEBSITE_URL)}(/[^\s\"'<>\\]*)|http://localhost(/[^\s\"'<>\\]*)")


@pytest.fixture(scope="module")
def _demo(app):
    with app.app_context():
        load_demo(db.session, utc_now())
        db.session.commit()
        yield
        empty_database()
    # The next test has other rows with the same ids.
    for cache in ("fragment_cache", "query_cache"):
        app.extensions[cache].clear()


@pytest.fixture(autouse=True)
def _empty_afterwards(_demo):
    """Replace the shared fixture: all tests of this module read the same rows."""


def links_of(reply):
    """Return the paths on this site that a reply names, with their queries, and the location of a redirect."""
    text = reply.data.decode(errors="replace").replace("\r\n ", "")
    # The beginning of addresses, with a slash (interchange spec 4.1).
    text = re.sub(r"base_url\W+http[^\"<]+", "", text)
    found = [unescape(link) for link in _LINK.findall(text)]
    found += [unescape(one or other) for one, other in _ABSOLUTE.findall(text)]
    if reply.location:
        found.append(reply.location.removeprefix(WEBSITE_URL))
    return {link.partition("#")[0] for link in found if link.startswith("/") and not link.startswith("//")}


def routes_of(app, path):
    """Return the rules that a path leads to, by a link and by a form."""
    adapter, rules = app.url_map.bind("localhost"), []
    for method in ("GET", "POST"):
        with suppress(HTTPException):
            rules.append(adapter.match(unquote(path), method, return_rule=True)[0].rule)
    return rules


def has_other_slash(path, rules):
    return path != "/" and path.endswith("/") not in {rule.endswith("/") for rule in rules}


@pytest.mark.slow("some pages of every route for each role")
@pytest.mark.parametrize("username", ROLES)
def test_no_link_is_redirected_for_its_slash(app, session, browser, username):
    if username:
        browser.sign_in_directly(session.scalar(select(User).filter_by(username=username)))
    waiting, seen, wrong, pages = list(STARTS), set(STARTS), [], Counter()

    while waiting:
        address = waiting.pop()
        for link in links_of(browser.get(address, headers=HTML)) - seen:
            seen.add(link)
            path = urlsplit(link).path
            rules = routes_of(app, path)
            if not rules or surface_for_path(path) != WEB:
                continue
            if has_other_slash(path, rules):
                wrong.append((address, link))
            pages[rules[0]] += 1
            if pages[rules[0]] <= MAX_PAGES_OF_ROUTE:
                waiting.append(link)

    assert wrong == []
    assert len(pages) > 40
