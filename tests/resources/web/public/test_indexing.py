"""Canonical addresses of pages, and the pages that search engines leave out (site 2.1 and 9)."""

import re

import pytest

from joindin.http.surface_routing import WEB, surface_for_path
from joindin.models import City, Collection, CollectionFilter
from joindin.representations.programme.filters import GROUPS
from joindin.resources.web.public.event_search import FILTERS
from joindin.resources.web.public.pages import SELECTING_PARAMETERS
from tests.factories import (
    days_from_now,
    make_event,
    make_event_comment,
    make_place,
    make_room,
    make_talk,
    make_talk_comment,
    make_user,
)

EVENT = "/event/tides"


@pytest.fixture
def values(session):
    """Values of the variables in the addresses of public pages. Each list has two pages where that costs little."""
    host, speaker, place = make_user(session, "hanna"), make_user(session, "ada"), make_place(session, "Quay")
    city = City(geoname_id=1, country_code="NL", slug="utrecht", name="Utrecht")
    session.add(city)
    session.flush()
    event = make_event(
        session, "Tides", slug="tides", host=host, tags=["sea"], place_id=place.id, city_id=city.id,
        starts_at=days_from_now(-1), ends_at=days_from_now(1),
    )  # fmt: skip
    room = make_room(session, event, "Hall")
    talk = make_talk(
        session, event, "On tides", slug="on-tides", speakers=[speaker], room_id=room.id,
        links=[("slides_link", "https://slides.example")], starts_at=days_from_now(-0.5),
    )  # fmt: skip
    make_talk(session, event, "Without an address", slug=None, stub="ab12c", starts_at=days_from_now(-0.5))
    for _ in range(51):
        make_event_comment(session, event, rating=0)
        make_talk_comment(session, talk, rating=0)
    collection = Collection(name="mine", position=1)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["sea"], place_ids=[], actors=[], is_negated=False))
    session.commit()
    return {
        "slug": "tides",
        "talk_slug": "on-tides",
        "stub": "ab12c",
        "username": "ada",
        "room_slug": room.slug,
        "code": room.code,
        "day": f"{talk.starts_at:%Y-%m-%d}",
        **dict(zip(("year", "month", "day_of_month"), f"{days_from_now(1):%Y-%m-%d}".split("-"))),
        "country_code": city.country_code.lower(),
        "city_slug": city.slug,
    }


def read_head(reply):
    """Return the canonical address, and whether search engines leave the page out."""
    [canonical] = re.findall(r'<link rel="canonical" href="([^"]*)">', reply.text)
    robots = re.findall(r'<meta name="robots" content="([^"]*)">', reply.text)
    assert robots in ([], ["noindex"])
    return canonical, robots == ["noindex"]


def list_paths(app, values):
    named = {"/tag/": "sea", "/place/": "1/Quay", "/collection/": "mine"}
    for rule in app.url_map.iter_rules():
        if surface_for_path(rule.rule) != WEB or "GET" not in rule.methods:
            continue
        own = values | {"name": next((name for part, name in named.items() if rule.rule.startswith(part)), "")}
        yield re.sub(r"<(?:\w+:)?(\w+)>", lambda match, own=own: str(own.get(match[1], "nothing")), rule.rule)


@pytest.mark.slow("opens every public page twice")
def test_every_page_with_a_canonical_address_is_left_out_if_its_address_selects(app, browser, values):
    pages = {}
    for path in list_paths(app, values):
        reply = browser.get(path)
        if reply.status_code == 200 and reply.mimetype == "text/html" and 'rel="canonical"' in reply.text:
            pages[path] = read_head(reply), read_head(browser.get(f"{path}?zone=Asia/Tokyo"))

    lists = {"/event", "/agenda", f"/agenda/{values['year']}/{values['month']}", "/cfp", "/tag", "/tag/sea", "/collection/mine", EVENT, f"{EVENT}/schedule", f"{EVENT}/changes", f"{EVENT}/comments",
             f"{EVENT}/talk-comments", f"{EVENT}/feedback", f"{EVENT}/attendees", f"{EVENT}/on-tides", f"{EVENT}/slides",
             f"{EVENT}/calendar", "/place", "/place/1/Quay", "/user/ada", "/talk/ab12c", "/search"}  # fmt: skip
    assert lists - set(pages) == set()
    for path, (bare, selected) in pages.items():
        assert "?" not in bare[0], path
        assert selected == (bare[0], True), path
    always = {path for path, (bare, _) in pages.items() if bare[1]}
    assert always & lists == {"/search"}


@pytest.mark.parametrize(
    "address",
    ["/event?q=tides", "/event?tag=sea", "/event?when=past", "/event?when=all", "/event?sort=latest", "/event?mode=online",
     "/event?from=2027-01-01", "/agenda?from=2027-01-01&to=2027-01-02", "/cfp?tag=sea", "/tag?page=after_a", "/tag/sea?past=1", "/place/1/Quay?past=1",
     "/collection/mine?past=1", f"{EVENT}/comments?page=2", f"{EVENT}/comments?page=last", f"{EVENT}/on-tides?page=2",
     f"{EVENT}/on-tides?page=last", f"{EVENT}/talk-comments?page=2", f"{EVENT}/attendees?page=1", f"{EVENT}/changes?page=1", f"{EVENT}/changes?mine=1",
     f"{EVENT}/feedback?page=1", f"{EVENT}/schedule?view=list", f"{EVENT}/schedule?zone=Asia/Tokyo",
     f"{EVENT}/schedule?q=tides", f"{EVENT}/schedule?room=hall", f"{EVENT}/slides?type=slides_link",
     f"{EVENT}/calendar?room=hall", f"{EVENT}/now?screen=1", f"{EVENT}/rooms/hall?screen=1"],
)  # fmt: skip
def test_selected_and_paged_lists_name_the_bare_page_and_are_left_out(browser, values, address):
    canonical, is_left_out = read_head(browser.get(address))

    path = address.partition("?")[0]
    bare, is_bare_left_out = read_head(browser.get(path))
    assert (canonical, is_left_out, is_bare_left_out) == (bare, True, False)


def test_all_filters_count_as_selecting():
    assert {*FILTERS, *GROUPS} <= SELECTING_PARAMETERS


def test_empty_pages_of_people_are_left_out(browser, session, values):
    make_user(session, "bob")
    make_user(session, "eve", biography="Writes.")

    assert [read_head(browser.get(f"/user/{name}"))[1] for name in ("bob", "eve", "ada", "hanna")] == [True] + [
        False
    ] * 3


def test_other_parameters_do_not_leave_a_page_out(browser, values):
    canonical, is_left_out = read_head(browser.get(f"{EVENT}?utm_source=mail"))

    assert (canonical.endswith(EVENT), is_left_out) == (True, False)
