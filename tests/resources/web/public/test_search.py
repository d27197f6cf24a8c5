"""The search across events, talks, people, places and tags."""

import pytest

from joindin.resources.web.public import search
from tests.factories import make_event, make_pending_event, make_place, make_talk, make_user


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
    assert "/search?q=harbour&amp;in=events&amp;page=2" in pages[0]


@pytest.mark.parametrize("text", ["北京", "Ωmega", "фор", "ظهر"])
def test_any_script_is_found(session, browser, text):
    make_event(session, f"{text} days", slug="found")
    session.commit()

    assert 'href="/event/found"' in browser.get("/search", query_string={"q": text}).text


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
