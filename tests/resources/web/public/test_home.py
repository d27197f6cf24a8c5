"""The home page, which shares its address with the root of the API."""

import datetime as dt

import pytest
import time_machine

from tests.browser_client import Browser, main_text
from tests.factories import days_from_now, make_event, make_pending_event, make_star, make_talk, make_user

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def browser(app, session):
    return Browser(app)


def home(browser, **headers):
    return browser.get("/", headers={"Accept": HTML, **headers})


def test_browsers_get_the_home_page(browser):
    reply = home(browser)

    assert (reply.status_code, reply.mimetype) == (200, "text/html")
    assert "Accept" in reply.headers["Vary"].split(", ")


@pytest.mark.parametrize(
    "accept", ["*/*", "application/json", "application/json, text/html", "text/html;q=0.5, application/json", ""]
)
def test_other_clients_get_the_root_of_the_api(browser, accept):
    reply = browser.get("/", headers={"Accept": accept})

    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert "hot-events" in reply.json


@pytest.mark.parametrize("query", ["format=json", "format=html", "callback=show", "format[]=x"])
def test_parameters_of_the_api_lead_to_its_root(browser, query):
    assert "hot-events" in browser.get(f"/?{query}", headers={"Accept": HTML}).text


def test_other_methods_belong_to_the_api(browser):
    assert "hot-events" in browser.post("/", headers={"Accept": HTML}).text


def test_the_path_of_the_route_leads_home(browser):
    reply = browser.get("/home")

    assert (reply.status_code, reply.headers["Location"]) == (301, "/")


def test_home_shows_running_and_coming_events_and_open_calls(browser, session):
    make_event(session, "Running", starts_at=days_from_now(-1))
    make_event(session, "Next week", starts_at=days_from_now(5))
    make_event(session, "Over", starts_at=days_from_now(-9))
    make_pending_event(session, name="Pending")
    make_event(
        session,
        "Calling",
        starts_at=days_from_now(40),
        cfp_starts_at=days_from_now(-3),
        cfp_ends_at=days_from_now(3),
        cfp_url="https://example.org/cfp",
    )

    text = main_text(home(browser))

    assert text.index("On now") < text.index("Running") < text.index("Coming up") < text.index("Next week")
    assert text.index("Calls closing soon") < text.rindex("Calling")
    assert "Over" not in text
    assert "Pending" not in text


def test_an_empty_site_says_so(browser):
    assert "Submit the first event" in main_text(home(browser))


def test_home_is_in_the_language_of_the_visitor(browser):
    german = home(browser, **{"Accept-Language": "de-AT,en;q=0.5"})

    assert german.headers["Content-Language"] == "de"
    assert '<html lang="de">' in german.text
    assert "Noch gibt es keine." in main_text(german)


def test_home_costs_the_same_statements_for_any_number_of_events(browser, session, count_statements):
    counts = []
    for number in (2, 12):
        for index in range(number):
            make_event(session, f"Event {number} {index}", starts_at=days_from_now(index), tags=["php"])
            make_event(session, cfp_starts_at=days_from_now(-3), cfp_ends_at=days_from_now(3), cfp_url="https://a.org")
        session.commit()
        with count_statements() as statements:
            home(browser)
        counts.append(len(statements))

    assert counts[0] == counts[1] < 15


def test_a_cached_page_ends_with_the_minute(browser, count_statements):
    with count_statements() as statements:
        home(browser)
        rendered = len(statements)
        home(browser)
        cached = len(statements)
        with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61), tick=False):
            home(browser)

    assert (cached, len(statements)) == (rendered, 2 * rendered)


def test_a_user_finds_the_next_talk_and_those_to_rate(browser, session):
    user, event = make_user(session), make_event(session, "Harbour Days", slug="harbour")
    starts = {"Later": days_from_now(3), "Tides": days_from_now(1), "Heard": days_from_now(-1)}
    talks = {title: make_talk(session, event, title, starts_at=at) for title, at in starts.items()}
    for talk in talks.values():
        make_star(session, talk, user)

    visitor = home(browser).text
    text = main_text(home(browser.sign_in_directly(user)))

    assert "Your next talk Tides · Harbour Days" in text
    assert "Waiting for your feedback Rate “Heard”" in text
    assert "Later" not in text
    assert "Tides" not in visitor
    assert 'data-source="/guest/"' in visitor


def test_a_user_without_stars_has_no_such_part(browser, session):
    text = main_text(home(browser.sign_in_directly(make_user(session))))

    assert "next talk" not in text
    assert "Waiting" not in text


def test_an_administrator_of_a_fresh_site_is_led_to_the_desk(browser, session):
    assert "joindin demo" not in home(browser).text
    admin = home(browser.sign_in_directly(make_user(session, is_admin=True)))

    assert "The command joindin demo loads events" in main_text(admin)
