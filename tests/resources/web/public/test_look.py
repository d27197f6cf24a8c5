"""The visitor's choice of language, colours and clock."""

import re
from pathlib import Path

import pytest

from tests.browser_client import Browser
from tests.factories import days_from_now, make_event, make_room, make_talk


@pytest.fixture
def browser(app, session):
    return Browser(app)


def test_the_choice_is_kept_and_leads_back(browser):
    reply = browser.post("/look/", {"lang": "de", "theme": "dark", "page": "/event?q=php"})

    assert (reply.status_code, reply.headers["Location"]) == (303, "/event?q=php")
    page = browser.get("/event")
    assert '<html lang="de" data-theme="dark">' in page.text
    assert page.headers["Cache-Control"] == "no-cache, public"


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example", "", "/\\evil.example"])
def test_the_choice_never_leads_to_another_site(browser, page):
    assert browser.post("/look/", {"lang": "de", "page": page}).headers["Location"] == "/"


@pytest.mark.parametrize("fields", [{"lang": "xx"}, {"theme": "pink"}, {"lang": "de", "theme": "\0"},
                                    {"clock": "13"}, {"lang": "de", "zone": "Mars/Olympus"}, {"lang": "de", "zone": "\0"}])  # fmt: skip
def test_unknown_choices_are_refused(browser, fields):
    reply = browser.post("/look/", fields)

    assert (reply.status_code, browser.cookie("lang")) == (400, None)


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_other_sites_cannot_choose(browser, headers):
    reply = browser.post("/look/", {"lang": "de"}, headers=headers)

    assert (reply.status_code, browser.cookie("lang")) == (403, None)


def test_links_of_a_talk_are_named_in_the_language_of_the_visitor(browser, session):
    event = make_event(session, slug="harbour")
    make_talk(session, event, slug="tides", links=[("slides_link", "https://slides.example")])

    page = browser.get("/event/harbour/tides", headers={"Accept-Language": "de"}).text

    assert ">Folien</a>" in page


def test_the_colour_of_the_window_is_that_of_the_paper(app, browser):
    style = Path(app.static_folder, "web.css").read_text()
    light, dark = re.search(r"--paper: light-dark\((#\w+), (#\w+)\)", style).groups()

    assert re.findall('<meta name="theme-color" (.*)>', browser.get("/event").text) == [
        f'content="{light}" media="(prefers-color-scheme: light)"',
        f'content="{dark}" media="(prefers-color-scheme: dark)"',
    ]
    browser.post("/look/", {"theme": "dark"})
    assert re.findall('<meta name="theme-color" (.*)>', browser.get("/event").text) == [f'content="{dark}"']


def test_a_clock_of_12_hours_is_that_of_all_times_and_its_pages_stay_apart(browser, session):
    event = make_event(session, slug="harbour", timezone="UTC", starts_at=days_from_now(3).replace(hour=9, minute=0))
    room = make_room(session, event, "Hall")
    make_talk(
        session, event, slug="tides", room_id=room.id, duration=45,
        starts_at=days_from_now(3).replace(hour=16, minute=5, second=0, microsecond=0),
    )  # fmt: skip
    session.commit()
    pages = ["/event/harbour/schedule", "/event/harbour/tides", "/event/harbour/schedule?zone=Asia/Tokyo"]
    before = [browser.get(path).text for path in pages]

    reply = browser.post("/look/", {"clock": "12", "page": pages[0]})

    assert (reply.status_code, browser.cookie("clock")) == (303, "12")
    for path, page in zip(pages, before):
        seen = browser.get(path)
        assert seen.headers["Cache-Control"] == "no-cache, public"
        assert ["16:05<" in text for text in (page, seen.text)] == [True, False]
        assert [">4:05" in text for text in (page, seen.text)] == [False, True]
        assert '<option value="12" selected>12 hours</option>' in seen.text
    browser.post("/look/", {"clock": "24"})
    assert [browser.get(path).text for path in pages] == before
