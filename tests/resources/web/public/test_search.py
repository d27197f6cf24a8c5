"""The search across events, talks, people, places and tags."""

import html
import re

import pytest

from joindin.queries.web import ranked_search
from joindin.resources.web.public import search
from tests.factories import days_from_now, make_event, make_pending_event, make_place, make_talk, make_user


@pytest.fixture
def tides(session):
    ann = make_user(session, "ann", full_name="Ann Tidewater")
    place = make_place(session, "Tide Hall", address="Quay 1")
    event = make_event(session, "Tídes & more", slug="tides", host=ann, tags=["tidemark"], place_id=place.id)
    make_talk(session, event, "On <tides>", slug="on-tides", speakers=[ann])
    session.commit()
    return event


def test_every_kind_is_found_and_marked(browser, tides):
    page = browser.get("/search?q=TIDE").text

    for link in ("/event/tides", "/event/tides/on-tides", "/user/ann", "/place/", "/tag/tidemark"):
        assert f'href="{link}' in page
    assert "<mark>Tíde</mark>s &amp; more" in page
    assert "On &lt;<mark>tide</mark>s&gt;" in page
    assert '<meta name="robots" content="noindex">' in page


def test_more_results_than_five_have_a_page_of_their_own(session, browser):
    for number in range(27):
        make_event(session, f"Harbour {number:02}", slug=f"harbour-{number}")
    session.commit()

    overview = browser.get("/search?keyword=harbour").text
    pages = [browser.get(f"/search?q=harbour&in=events&page={number}").text for number in (1, 2)]

    assert overview.count('href="/event/harbour-') == 5
    assert 'href="/search?q=harbour&amp;in=events"' in overview
    assert [page.count('href="/event/harbour-') for page in pages] == [20, 7]
    assert [re.findall(r"\d+–\d+ of \d+", page) for page in pages] == [["1–20 of 27"], ["21–27 of 27"]]
    assert "/search?q=harbour&amp;in=events&amp;page=2" in pages[0]


@pytest.mark.parametrize("text", ["北京", "Ωmega", "фор", "ظهر"])
def test_any_script_is_found(session, browser, text):
    make_event(session, f"{text} days", slug="found")
    session.commit()

    assert 'href="/event/found"' in browser.get("/search", query_string={"q": text}).text


def found_names(reply, kind):
    """Return the names of the results of a kind, in their order."""
    section = reply.text.partition(f'<h2 id="{kind}">')[2].partition("</section>")[0]
    links = re.findall(r'<li><a href="[^"]*">(.*?)</a>', section)
    return [html.unescape(re.sub(r"<[^>]*>", "", link)) for link in links]


@pytest.mark.parametrize("kind", ["events", "talks"])
def test_the_best_match_and_then_the_nearest_date_come_first(session, browser, kind):
    days = {
        "Harbours": 1,
        "Old harbour, far": 400,
        "Harbour walk": 90,
        "Harbour walks": -3,
        "At the HARBOUR": -2,
        "Old harbour": 5,
        "Unharboured": 1,
        "Hárbour": -900,
    }
    event = None if kind == "events" else make_event(session, "Conference", starts_at=days_from_now(0))
    for name, day in days.items():
        if event is None:
            make_event(session, name, starts_at=days_from_now(day))
        else:
            make_talk(session, event, name, starts_at=days_from_now(day))
    session.commit()

    assert found_names(browser.get(f"/search?q=harbour&in={kind}"), kind) == [
        "Hárbour",
        "Harbours",
        "Harbour walks",
        "Harbour walk",
        "At the HARBOUR",
        "Old harbour",
        "Old harbour, far",
        "Unharboured",
    ]


def test_the_best_name_of_people_places_and_tags_comes_first(session, browser):
    for number, name in enumerate(("Oldtide", "Tide Hall", "Tide", "Low tide")):
        place = make_place(session, name)
        for _ in range(4 - number):
            make_event(session, place_id=place.id, tags=[name])
    for username, full_name in [("ann", "Ann Riptide"), ("bob", "Bob Tide"), ("tidewater", "Zoe"), ("eve", "Tide")]:
        make_user(session, username, full_name=full_name)
    session.commit()
    reply = browser.get("/search?q=tide")

    assert found_names(reply, "people") == ["Tide", "Zoe", "Bob Tide", "Ann Riptide"]
    assert found_names(reply, "places") == ["Tide", "Tide Hall", "Low tide", "Oldtide"]
    assert found_names(reply, "tags") == ["#Tide", "#Tide Hall", "#Low tide", "#Oldtide"]


def test_a_text_with_very_many_matches_is_listed_by_date(session, browser, monkeypatch):
    monkeypatch.setattr(ranked_search, "MAX_RANKED", 2)
    event = make_event(session, "Tide conference", starts_at=days_from_now(0))
    for name, day in (("Tide", 1), ("Low tide", 2), ("High tide", 3)):
        make_talk(session, event, name, starts_at=days_from_now(day))
        make_event(session, name, starts_at=days_from_now(day))
        make_user(session, full_name=f"{name} person")
    session.commit()
    reply = browser.get("/search?q=tide")

    assert found_names(reply, "talks") == ["High tide", "Low tide", "Tide"]
    assert found_names(reply, "events") == ["High tide", "Low tide", "Tide", "Tide conference"]
    assert len(found_names(reply, "people")) == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("％％", []),
        ("＿＿", []),
        ("＼＼", []),
        ("100％", ["100% Rust"]),
        ("a_b", ["a_b"]),
        ("o'clock", ["Five o'clock"]),
        ('say "hi"', ['Say "hi"']),
        ("c:\\dir", ["c:\\dir"]),
        ("50 %", ["50 % off"]),
        ("' OR 1=1 --", []),
    ],
)
def test_signs_are_searched_as_they_are(session, browser, text, found):
    for name in ("Cheese", "100% Rust", "a_b", "acb", "Five o'clock", 'Say "hi"', "c:\\dir", "50 % off"):
        make_event(session, name)
    session.commit()

    assert found_names(browser.get("/search", query_string={"q": text}), "events") == found


def test_a_page_behind_the_last_does_not_exist(session, browser):
    make_event(session, "Harbour")
    session.commit()

    pages = ("&in=events", "&in=events&page=1", "&in=events&page=2", "&page=2", "&in=talks&page=2")
    assert [browser.get(f"/search?q=harbour{page}").status_code for page in pages] == [200, 200, 404, 404, 404]


def test_a_letter_is_too_short_and_wildcards_are_letters(browser, tides):
    pages = [browser.get("/search", query_string={"q": text}).text for text in ("", "t", " ", "__", "%%", "ti_e")]

    assert ["Enter at least two letters." in page for page in pages] == [True, True, True, False, False, False]
    assert ["Nothing was found." in page for page in pages] == [False, False, False, True, True, True]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00ab",
        "q=ab&page=0",
        "q=ab&page=x",
        "q=ab&in=nothing",
        "q=%FF%FE",
        f"q={'a' * 5000}",
        "in=talks&page=1000&q=ab",
    ],
)
def test_odd_parameters_cause_no_error(browser, query):
    assert browser.get(f"/search?{query}").status_code in (200, 404)


@pytest.mark.parametrize("kind", ["people", "places", "tags"])
def test_people_places_and_tags_have_pages_of_all_results(session, browser, kind):
    for number in range(23):
        make_user(session, f"harbour{number}")
        place = make_place(session, f"Harbour {number}")
        make_event(session, tags=[f"harbour-{number}"], place_id=place.id)
    session.commit()
    link = {"people": 'href="/user/harbour', "places": 'href="/place/', "tags": 'href="/tag/harbour-'}[kind]

    overview = browser.get("/search?q=harbour").text
    pages = [browser.get(f"/search?q=harbour&in={kind}&page={number}").text for number in (1, 2)]

    assert overview.count(link) == 5
    assert f'href="/search?q=harbour&amp;in={kind}">All 23: ' in overview
    assert [page.count(link) for page in pages] == [20, 3]


def test_places_and_tags_are_counted_as_far_as_a_bound(session, browser, monkeypatch):
    monkeypatch.setattr(search, "MAX_COUNT", 7)
    for number in range(8):
        make_event(session, tags=[f"harbour-{number}"])
    session.commit()

    overview, page = (browser.get(f"/search?q=harbour{more}").text for more in ("", "&in=tags"))

    assert "(more than 7)" in overview
    assert "More: Tags" in overview
    assert page.count('href="/tag/harbour-') == 7
    assert 'rel="next"' not in page


def test_hidden_events_are_not_found(session, browser):
    event = make_pending_event(session, "Secret days", slug="secret")
    make_talk(session, event, "Secret talk")
    session.commit()

    assert "Nothing was found." in browser.get("/search?q=secret").text


@pytest.mark.parametrize("number", [1, 5])
def test_a_page_costs_a_fixed_number_of_statements(session, browser, count_statements, number):
    for each in range(number):
        person = make_user(session, f"tide{each}", full_name=f"Tide {each}")
        event = make_event(
            session, f"Tide {each}", tags=[f"tide{each}"], place_id=make_place(session, f"Tide {each}").id
        )
        make_talk(session, event, f"Tide {each}", speakers=[person])
    session.commit()
    browser.get("/search?q=tide")

    with count_statements() as seen:
        browser.get("/search?q=tide%20")

    assert len([statement for statement in seen if statement.lstrip().startswith(("SELECT", "WITH"))]) <= 20
