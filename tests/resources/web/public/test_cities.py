"""Pages of cities and countries, and the filters of the list that name them."""

import re

import pytest

from joindin.operations.agenda.event_cities import locate_events
from tests.browser_client import main_text
from tests.factories import days_from_now, make_event, make_pending_event

ROTTERDAM, UTRECHT, OSLO = (
    f"Quay 1, {city}" for city in ("Rotterdam, Netherlands", "Utrecht, Netherlands", "Oslo, Norway")
)
HTML = {"Accept": "text/html"}


@pytest.fixture
def events(session):
    make_event(session, "Tides", location=ROTTERDAM, tags=["sea"])
    make_event(session, "Ebb", location=ROTTERDAM, starts_at=days_from_now(-20))
    make_event(session, "Dome", location=UTRECHT)
    make_event(session, "Fjord", location=OSLO, tags=["sea"])
    make_event(session, "Nowhere", location="Somewhere")
    make_pending_event(session, name="Hidden", location="Quay 1, Bergen, Norway")
    locate_events(session)
    session.commit()


def names(reply):
    """Return the events that a page lists."""
    return re.findall(r'u-url" href="/event/[^"]*" dir="auto">([^<]*)<', reply.text)


def test_a_city_lists_its_coming_and_past_events(browser, events):
    page = browser.get("/city/nl/rotterdam")

    assert names(page) == ["Tides", "Ebb"]
    assert '<h1 dir="auto">Rotterdam</h1>' in page.text
    assert '<a href="/country/nl">Netherlands</a>' in page.text
    assert re.search(r'<link rel="canonical" href="[^"]*/city/nl/rotterdam">', page.text)


def test_a_country_lists_its_cities_and_events(browser, events):
    page = browser.get("/country/nl", headers={"Accept-Language": "de"})

    assert names(page) == ["Dome", "Tides", "Ebb"] or names(page) == ["Tides", "Dome", "Ebb"]
    assert '<h1 dir="auto">Niederlande</h1>' in page.text
    assert re.findall(r'href="/city/([^"]*)"', page.text) == ["nl/rotterdam", "nl/utrecht"]


@pytest.mark.parametrize(
    "path",
    ["/city/no/bergen", "/city/no/rotterdam", "/city/nl/none", "/city/nl", "/city/xyz/oslo", "/city/nl/%00", "/city/%00/x",
     "/country/de", "/country/xyz", "/country/%C3%9F", "/country/n1", "/city/nl/rotterdam/x"],
)  # fmt: skip
def test_unknown_and_hidden_cities_have_no_page(browser, events, path):
    assert browser.get(path, headers=HTML).status_code == 404


def test_capital_letters_lead_to_the_page(browser, events):
    moved = [browser.get(path) for path in ("/city/NL/rotterdam", "/country/NL", "/city/nl/Rotterdam?past=1")]

    assert [(reply.status_code, reply.headers["Location"]) for reply in moved] == [
        (301, "/city/nl/rotterdam"),
        (301, "/country/nl"),
        (301, "/city/nl/rotterdam?past=1"),
    ]


@pytest.mark.parametrize("query", ["city=nl/rotterdam", "country=nl"])
def test_feed_and_calendar_of_a_city_or_country(browser, session, events, query):
    path = f"/{query.replace('=', '/')}"
    page = browser.get(path).text

    for form in ("rss", "ics", "atom", "json"):
        feed = browser.get(f"/events.{form}?{query}")
        assert (feed.status_code, "Tides" in feed.text, "Fjord" in feed.text) == (200, True, False)
    assert f'href="/events.rss?{query}"' in page
    assert f'href="/events.ics?{query}"' in page


@pytest.mark.parametrize("query", ["city=nl/none", "city=x", "country=xx", "country=netherlands"])
def test_feeds_of_unknown_cities_are_empty(browser, events, query):
    for form in ("atom", "ics"):
        feed = browser.get(f"/events.{form}?{query}")
        assert (feed.status_code, "Tides" in feed.text) == (200, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("city=nl/rotterdam", ["Tides"]),
        ("city=NL/rotterdam", ["Tides"]),
        ("city=nl/rotterdam&when=all", ["Tides", "Ebb"]),
        ("city=nl/rotterdam&when=past", ["Ebb"]),
        ("city=nl/none", []),
        ("city=%00", ["Dome", "Fjord", "Nowhere", "Tides"]),
        ("country=nl", ["Dome", "Tides"]),
        ("country=NO", ["Fjord"]),
        ("country=xyz", ["Dome", "Fjord", "Nowhere", "Tides"]),
        ("country=nl&tag=sea", ["Tides"]),
        ("city=nl/rotterdam&tag=sea", ["Tides"]),
        ("city=nl/utrecht&tag=sea", []),
        ("country=no&city=nl/rotterdam", []),
        ("country=no&q=fjord", ["Fjord"]),
        ("city=nl/rotterdam&q=fjord", []),
    ],
)
def test_the_list_is_filtered_by_city_and_country(browser, events, query, expected):
    reply = browser.get(f"/event?{query}")

    assert (reply.status_code, sorted(names(reply))) == (200, sorted(expected))


def test_filters_offer_cities_and_countries(browser, events):
    page = browser.get("/event?city=nl/utrecht&tag=sea")
    text = " ".join(main_text(page).split())

    assert '<option value="nl/utrecht" selected>Utrecht (NL)</option>' in page.text
    assert '<option value="no">Norway (1)</option>' in page.text
    assert "bergen" not in page.text.lower()
    assert "Without “Utrecht”: 2 events" in text
    assert "Without “#sea”: 1 event" in text


def test_home_shows_cities_tags_and_months(browser, events):
    page = browser.get("/", headers=HTML).text

    assert re.findall(r'href="(/city/[^"]*)"', page) == ["/city/nl/rotterdam", "/city/nl/utrecht", "/city/no/oslo"]
    assert 'href="/tag/sea"' in page
    assert 'href="/tag"' in page


@pytest.mark.runs_once("on PostgreSQL a write of another test ends the cached responses")
def test_pages_of_visitors_come_from_the_cache(browser, events, count_statements):
    paths = ["/event?city=nl/rotterdam&tag=sea", "/tag", "/tag/sea", "/city/nl/rotterdam", "/country/nl"]
    for path in paths:
        browser.get(path)
    with count_statements() as statements:
        first = [browser.get(path).text for path in paths]
        number = len(statements)
        again = [browser.get(path).text for path in paths]

    assert again == first
    assert len(statements) == number > 0


def test_pages_cost_a_fixed_number_of_statements(browser, session, count_statements):
    costs = []
    for number in (2, 25):
        for _ in range(number):
            make_event(session, location=ROTTERDAM, tags=["sea"])
            make_event(session, location=ROTTERDAM, starts_at=days_from_now(-20))
        locate_events(session)
        session.commit()
        with count_statements() as statements:
            for path in ("/city/nl/rotterdam", "/country/nl", "/event?city=nl/rotterdam&tag=sea&country=nl"):
                browser.get(path)
        costs.append(len(statements))

    assert costs[0] == costs[1]
