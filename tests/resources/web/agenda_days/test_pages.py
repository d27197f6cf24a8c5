"""The agenda: days, months, their neighbours and filters."""

import datetime as dt
import html
import re

import pytest
import time_machine

from joindin.models import City, Event
from joindin.operations.agenda.series import create_occurrence_ahead
from joindin.resources.web.agenda_days import pages
from tests.agenda_series import make_series
from tests.browser_client import Browser, main_text
from tests.factories import make_event, make_pending_event, make_place

# A Tuesday.
NOW = dt.datetime(2033, 3, 15, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def browser(app, session):
    return Browser(app)


def add(session, name, starts_at, ends_at=None, timezone="Europe/Berlin", **fields):
    starts_at, ends_at = (dt.datetime.fromisoformat(f"{at}:00+00:00") for at in (starts_at, ends_at or starts_at))
    return make_event(session, name, timezone=timezone, starts_at=starts_at, ends_at=ends_at, **fields)


def sections(reply):
    """Return the names of the events by the heading above them."""
    found = {}
    for section in re.findall(r'<section class="h-feed".*?</section>', reply.text, re.DOTALL):
        heading = html.unescape(re.sub(r"<[^>]*>", "", re.search(r"<h2.*?</h2>", section)[0]))
        found[heading] = [html.unescape(name) for name in re.findall(r'class="p-name u-url"[^>]*>(.*?)</a>', section)]
    return found


def cell(reply, day):
    """Return the text of a day in the table of the month."""
    [found] = re.findall(rf'<td[^>]*>(?:<a [^>]*>)?<time datetime="{day}">.*?</td>', reply.text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", html.unescape(found)).split())


def link(reply, rel):
    found = re.search(rf'href="([^"]*)" rel="{rel}"', reply.text)
    return found and html.unescape(found[1])


def test_the_agenda_begins_today_with_what_is_still_on(browser, session):
    add(session, "Over", "2033-03-14T10:00")
    add(session, "Fair", "2033-03-10T10:00", "2033-03-20T18:00")
    add(session, "This morning", "2033-03-15T07:00")
    add(session, "Evening", "2033-03-17T18:00")
    add(session, "Noon", "2033-03-17T11:00")
    add(session, "Next month", "2033-04-12T10:00")
    make_pending_event(session, name="Pending", starts_at=NOW)

    assert sections(browser.get("/agenda")) == {
        "Still on": ["Fair"],
        "Tuesday 15 March 2033": ["This morning"],
        "Thursday 17 March 2033": ["Noon", "Evening"],
    }


def test_events_are_on_the_days_of_their_own_time_zones(browser, session):
    add(session, "Late in Kiritimati", "2033-03-16T10:30", timezone="Pacific/Kiritimati")
    add(session, "In Pago Pago", "2033-03-18T10:00", timezone="Pacific/Pago_Pago")
    add(session, "Party until four", "2033-03-17T21:00", "2033-03-18T03:00")

    assert sections(browser.get("/agenda/2033/03/17")) == {
        "On this day": ["Late in Kiritimati", "Party until four", "In Pago Pago"]
    }
    assert sections(browser.get("/agenda/2033/03/18")) == {}


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Today", "/agenda/2033/03/15"),
        ("Tomorrow", "/agenda/2033/03/16"),
        ("Weekend", "/agenda?from=2033-03-19&to=2033-03-20"),
        ("This week", "/agenda?from=2033-03-15&to=2033-03-20"),
        ("This month", "/agenda/2033/03"),
        ("Next month", "/agenda/2033/04"),
    ],
)
def test_links_to_days_and_weeks(browser, session, name, address):
    page = browser.get("/agenda").text
    assert f'<a href="{html.escape(address)}">{name}</a>' in page

    reply = browser.get(address)

    assert f'<a href="{html.escape(address)}" aria-current="page">{name}</a>' in reply.text
    [canonical] = re.findall(r'<link rel="canonical" href="([^"]*)">', reply.text)
    assert canonical.endswith(address.partition("?")[0])
    assert ('content="noindex"' in reply.text) == ("?" in address)


def test_today_is_that_of_the_chosen_time_zone(browser, session):
    browser.set_cookie("zone", "Pacific/Kiritimati")

    assert 'href="/agenda/2033/03/16">Today</a>' in browser.get("/agenda").text


def test_neighbours_of_days_and_months(browser, session):
    addresses = ["/agenda", "/agenda?from=2033-03-19&to=2033-03-20", "/agenda/2033/03/01", "/agenda/2033/12"]
    replies = [browser.get(address) for address in addresses]

    assert [(link(reply, "prev"), link(reply, "next")) for reply in replies] == [
        ("/agenda?from=2033-02-15&to=2033-03-14", "/agenda?from=2033-04-12&to=2033-05-09"),
        ("/agenda?from=2033-03-17&to=2033-03-18", "/agenda?from=2033-03-21&to=2033-03-22"),
        ("/agenda/2033/02/28", "/agenda/2033/03/02"),
        ("/agenda/2033/11", "/agenda/2034/01"),
    ]
    assert "November 2033</a>" in replies[3].text


def test_the_table_of_a_month_has_the_events_of_each_day(browser, session):
    add(session, "Conference", "2033-02-28T08:00", "2033-03-02T17:00", slug="conf")
    for number in range(6):
        add(session, f"Meetup {number}", f"2033-03-14T1{number}:00")
    reply = browser.get("/agenda/2033/03")

    assert cell(reply, "2033-03-01") == "1 , 1 event Conference"
    assert cell(reply, "2033-03-03") == "3"
    assert cell(reply, "2033-03-14") == "14 , 6 events Meetup 0 Meetup 1 Meetup 2 Meetup 3 2 more"
    assert 'href="/agenda/2033/03/14"' in reply.text
    assert '<td aria-current="date"><time datetime="2033-03-15">' in reply.text
    assert re.findall(r'<th scope="row" class="week">(\d+)</th>', reply.text) == ["9", "10", "11", "12", "13"]
    assert sections(reply) == {
        "Still on": ["Conference"],
        "Monday 14 March 2033": [f"Meetup {number}" for number in range(6)],
    }


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/agenda/2043/12", 200),
        ("/agenda/2044/01", 404),
        ("/agenda/2022/12", 404),
        ("/agenda/2033/13", 404),
        ("/agenda/2033/02/29", 404),
        ("/agenda/2033/00", 404),
        ("/agenda/٢٠٣٣/03", 404),
        ("/agenda/2033/x", 404),
        ("/agenda/99999/01", 404),
        ("/agenda/2033/3", 301),
        ("/agenda/2033/3/7", 301),
        ("/agenda/2033/03/", 301),
        ("/agenda?from=2044-01-01", 404),
        ("/agenda?to=1999-01-01", 404),
        ("/agenda?from=9999-12-31&to=9999-12-31", 404),
        ("/agenda?from=0001-01-01&to=0001-01-01", 404),
        ("/agenda?from=junk&to=%00", 200),
        ("/agenda?from=2033-03-20&to=2033-03-19", 200),
        ("/agenda?from=2033-03-20&to=9999-12-31", 200),
        ("/agenda?from=2033-03-20&from=2033-03-21&tag=%F0%9F%98%80&place=99999999999999999999", 200),
        ("/agenda/2033/03?page=x&when=past&sort=latest", 200),
    ],
)
def test_addresses_of_days(browser, session, address, status):
    assert browser.get(address).status_code == status


def test_redirects_keep_the_filters(browser, session):
    assert browser.get("/agenda/2033/3?tag=php").location == "/agenda/2033/03?tag=php"
    assert browser.get("/agenda/2043/12").text.count('rel="next"') == 0


def test_filters_narrow_the_days_and_stay_in_the_links(browser, session):
    place = make_place(session, "Hall")
    add(session, "Elephants", "2033-03-17T10:00", tags=["php"], place_id=place.id)
    add(session, "Snakes", "2033-03-18T10:00", tags=["python"])
    reply = browser.get("/agenda/2033/03?tag=php&place=Hall")

    assert sections(reply) == {"Thursday 17 March 2033": ["Elephants"]}
    assert "/agenda/2033/04?tag=php&amp;place=Hall" in reply.text
    assert 'action="/agenda/2033/03"' in reply.text
    assert 'href="/events.ics?tag=php&amp;place=Hall"' in reply.text
    assert 'href="/embed/list?tags=php&amp;places=Hall"' in reply.text
    days = browser.get("/agenda?from=2033-03-16&to=2033-03-18&tag=php").text
    assert '<input type="hidden" name="from" value="2033-03-16">' in days
    assert 'href="/agenda?from=2033-03-16&amp;to=2033-03-18"' in days


def test_empty_days_lead_to_the_next_event(browser, session):
    add(session, "Elephants", "2033-06-17T10:00", tags=["php"])
    add(session, "Snakes", "2033-03-18T10:00", tags=["python"])

    day, filtered = browser.get("/agenda/2033/03/16"), browser.get("/agenda?tag=php")

    assert "Nothing takes place on this day. The next event: Snakes" in " ".join(main_text(day).split())
    text = " ".join(main_text(filtered).split())
    assert "No event matches. Without “#php”: 1 event" in text
    assert "The next event: Elephants" in text
    assert "Nothing takes place on these days." in main_text(browser.get("/agenda?from=2034-01-01"))


def test_dates_of_series_are_on_their_days(browser, session):
    parent = make_series(session, "2033-03-01T19:00", slug="meetup", tags=["php"])
    session.commit()
    days = [day for day in sections(browser.get("/agenda/2033/03")) if day != "Still on"]

    assert days == [
        *("Tuesday 1 March 2033", "Tuesday 8 March 2033", "Tuesday 15 March 2033"),
        *("Tuesday 22 March 2033", "Tuesday 29 March 2033"),
    ]
    assert sections(browser.get("/agenda/2033/03/29")) == {"On this day": ["Meetup"]}
    assert 'href="/event/meetup"' in browser.get("/agenda/2033/03/29").text
    assert sections(browser.get("/agenda/2033/03/29?tag=PHP")) == {"On this day": ["Meetup"]}
    for query in ("tag=perl", "city=nl/utrecht", "country=nl", "place=1", "q=meetup", "mode=onsite"):
        assert sections(browser.get(f"/agenda/2033/03/29?{query}")) == {}, query
    parent.is_active = False
    session.commit()
    assert sections(browser.get("/agenda/2033/03/29")) == {}


def test_a_date_of_a_series_is_shown_once(browser, session):
    parent = make_series(session, "2033-03-01T19:00", slug="meetup")
    at = dt.datetime(2033, 3, 29, 17, tzinfo=dt.UTC)
    ahead = create_occurrence_ahead(session, parent.id, at, now=NOW)
    session.commit()
    reply = browser.get("/agenda/2033/03/29")

    assert sections(reply) == {"On this day": ["Meetup"]}
    assert f'href="/event/{ahead.slug}"' in reply.text
    session.get(Event, ahead.id).is_active = False
    session.commit()
    assert sections(browser.get("/agenda/2033/03/29")) == {}


def test_more_events_than_a_page_shows(browser, session, monkeypatch):
    monkeypatch.setattr(pages, "MAX_EVENTS", 3)
    for number in range(4):
        add(session, f"Meetup {number}", f"2033-03-17T1{number}:00")

    reply = browser.get("/agenda")

    assert [len(names) for names in sections(reply).values()] == [3]
    assert "There are more events on these days than are shown." in main_text(reply)


def test_a_page_costs_the_same_statements_for_any_number_of_events(browser, session, count_statements):
    city, costs = City(geoname_id=1, country_code="NL", slug="utrecht", name="Utrecht"), []
    session.add(city)
    session.flush()
    for number in (1, 20):
        for each in range(number):
            add(session, "Meetup", f"2033-03-17T1{each % 10}:00", tags=["php"], city_id=city.id, country_code="NL")
            make_series(session, "2033-03-01T19:00", name=f"Series {number} {each}")
        session.commit()
        with count_statements() as statements:
            for address in ("/agenda", "/agenda/2033/03", "/agenda/2033/03/17", "/agenda?tag=php&city=nl/utrecht"):
                browser.get(address)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_the_agenda_is_german(browser, session):
    add(session, "Treffen", "2033-03-17T10:00")
    reply = browser.get("/agenda/2033/03", headers={"Accept-Language": "de"})

    for text in ("März 2033", "KW", "Veranstaltung", "Diese Woche", "Donnerstag, 17. März 2033"):
        assert text in reply.text
