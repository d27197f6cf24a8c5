"""Pages of tags, places and collections (Gancio contract, sections 9 to 13)."""

import datetime as dt
import html
import re

import pytest

from joindin.models import Collection, CollectionFilter
from joindin.resources.web.public import agenda
from tests.conftest import WEBSITE_URL
from tests.factories import days_from_now, make_event, make_pending_event, make_place


@pytest.fixture
def place(session):
    return make_place(session, "Harbour Hall", address="Quay 1")


@pytest.fixture
def event(session, host, place):
    return make_event(
        session, "Tides", host=host, slug="tides", tags=["Sea"], place_id=place.id, location="Harbour Hall, Quay 1"
    )


@pytest.fixture
def collection(session):
    collection = Collection(name="By the sea", position=1)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["sea"], place_ids=[], actors=[]))
    session.flush()
    return collection


def names(reply):
    """Return the events that a page lists."""
    return re.findall(r'class="p-name u-url" href="/event/[^"]*" dir="auto">([^<]*)<', reply.text)


def paths(place):
    return ["/tag/Sea", f"/place/{place.id}/Harbour%20Hall", "/collection/By%20the%20sea"]


def test_page_lists_the_coming_events(api, session, host, event, place, collection):
    make_event(session, "Elsewhere", host=host, tags=["land"])
    make_pending_event(session, host=host, tags=["Sea"], place_id=place.id)
    session.commit()

    replies = [api.get(path) for path in paths(place)]

    assert [(reply.status_code, reply.headers["Content-Type"]) for reply in replies] == [
        (200, "text/html; charset=utf-8")
    ] * 3
    assert [names(reply) for reply in replies] == [["Tides"]] * 3
    assert "Quay 1" in replies[1].text
    assert "Set-Cookie" not in replies[0].headers


def test_page_names_its_address_and_its_feeds(api, event, place, collection):
    for path, address, feed in (
        ("/tag/Sea", "/tag/Sea", "/tag/Sea"),
        (f"/place/{place.id}/Harbour%20Hall", f"/place/{place.id}/Harbour%20Hall", f"/place/{place.id}"),
        ("/collection/By%20the%20sea", "/collection/By%20the%20sea", "/collection/By%20the%20sea"),
    ):
        page = api.get(path).text
        assert f'<link rel="canonical" href="{WEBSITE_URL}{address}">' in page
        assert f'href="/feed/rss{feed}"' in page
        assert f'href="/feed/ics{feed}"' in page
        assert api.get(f"/feed/rss{feed}").status_code == 200
        assert api.get(f"/feed/ics{feed}").status_code == 200


def test_other_spellings_lead_to_the_address_of_the_page(api, session, event, place, collection):
    other = make_place(session, "A/b", address="Quay 2")
    make_event(session, place_id=other.id, tags=["ci/cd"])
    session.commit()
    hall = f"/place/{place.id}/Harbour%20Hall"
    moved = {
        "/tag/sea": "/tag/Sea",
        "/tag/SEA?past=1": "/tag/Sea?past=1",
        "/tag/CI%2Fcd": "/tag/ci%2Fcd",
        f"/place/{place.id}": hall,
        f"/place/{place.id}/anything?past=1": f"{hall}?past=1",
        "/place/Harbour%20Hall": hall,
        "/place/A%2Fb": f"/place/{other.id}/A%2Fb",
        "/collection/by%20THE%20sea": "/collection/By%20the%20sea",
    }

    replies = {path: api.get(path) for path in moved}

    assert {path: (reply.status_code, reply.location) for path, reply in replies.items()} == {
        path: (301, address) for path, address in moved.items()
    }
    assert {api.get(address).status_code for address in moved.values()} == {200}


def test_a_name_that_nothing_has_shows_a_search(api, event):
    for path in ("/tag/none", "/place/none", "/city/nl/none", "/country/nl", "/collection/none"):
        reply = api.get(path, headers={"Accept": "text/html"})
        assert (reply.status_code, 'type="search"' in reply.text) == (404, True)


def test_tags_and_places_of_hidden_events_alone_have_no_page(api, session, host):
    place = make_place(session, "Insult Hall")
    event = make_pending_event(session, host=host, tags=["Insult"], place_id=place.id)
    paths = [
        "/tag/Insult",
        "/tag/insult",
        f"/place/{place.id}",
        "/place/Insult%20Hall",
        f"/place/{place.id}/Insult%20Hall",
    ]

    hidden = [api.get(path).status_code for path in paths]
    event.is_active, event.is_pending = True, False

    assert hidden == [404] * 5
    assert [api.get(path).status_code for path in paths] == [200, 301, 301, 301, 200]


def test_past_events_have_a_list_of_their_own(api, session, host, event):
    for days in (-20, -10):
        starts_at = days_from_now(days)
        make_event(
            session,
            f"Past {days}",
            host=host,
            tags=["Sea"],
            starts_at=starts_at,
            ends_at=starts_at + dt.timedelta(hours=1),
        )
    session.commit()

    assert names(api.get("/tag/Sea")) == ["Tides", "Past -10", "Past -20"]
    assert names(api.get("/tag/Sea?past=1")) == ["Past -10", "Past -20"]


def test_long_list_has_pages(api, session, host, monkeypatch):
    monkeypatch.setattr(agenda, "PAGE_SIZE", 2)
    for number in range(5):
        make_event(session, f"Sea {number}", host=host, tags=["Sea"], starts_at=days_from_now(10 + number))
    session.commit()

    pages = [api.get("/tag/Sea")]
    while following := re.search(r'href="([^"]*)" rel="next"', pages[-1].text):
        pages.append(api.get(following[1]))

    assert [names(page) for page in pages] == [["Sea 0", "Sea 1"], ["Sea 2", "Sea 3"], ["Sea 4"]]
    assert ['rel="prev"' in page.text for page in pages] == [False, True, True]
    assert ['content="noindex"' in page.text for page in pages] == [False, True, True]


@pytest.mark.parametrize(
    "path",
    ["/tag/none", "/place/999999", "/place/none", "/place/99999999999999999999", "/collection/none",
     "/tag/%00", "/tag/%ED%A0%80", "/collection/%00", "/place/%00"],
)  # fmt: skip
def test_unknown_name_is_not_found(api, event, path):
    assert api.get(path).status_code == 404


@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999999999999", "1001", "", "1e3"])
def test_unknown_page_is_not_found(api, event, number):
    assert api.get(f"/tag/Sea?page={number}").status_code == 404


def test_hostile_names_are_text(api, session, host):
    evil = "<script>alert('x')</script>"
    place = make_place(session, evil, address=evil)
    make_event(session, evil, host=host, slug="evil", tags=[evil], place_id=place.id, location=evil)
    session.commit()

    for path in (f"/place/{place.id}", "/embed/list", "/embed/evil", "/event/evil"):
        page = api.get(path, follow_redirects=True)
        assert (page.status_code, "<script>" in page.text) == (200, False)


@pytest.mark.parametrize("number", [1, 6])
def test_page_costs_a_fixed_number_of_statements(api, session, host, place, count_statements, number):
    for _ in range(number):
        make_event(session, host=host, tags=["Sea"], place_id=place.id)
    session.commit()
    costs = {}
    for path in ("/tag/Sea", f"/place/{place.id}/Harbour%20Hall", "/embed/list"):
        with count_statements() as statements:
            api.get(path)
        costs[path.split("/")[1]] = len(statements)

    assert costs == {"tag": 5, "place": 6, "embed": 4}


def test_only_past_events(api, session):
    make_event(session, "Ebb", tags=["Sea"], starts_at=days_from_now(-20))
    session.commit()

    page = api.get("/tag/Sea")

    assert "No events are planned here." in page.text
    assert names(page) == ["Ebb"]


def test_a_place_has_directions(api, session, host):
    place = make_place(session, "Quay", latitude=54.4076, longitude=-18.6606)
    make_event(session, host=host, place_id=place.id)
    session.commit()

    page = api.get(f"/place/{place.id}/Quay").text

    assert 'href="geo:54.407600,-18.660600"' in page
    assert "https://www.openstreetmap.org/?mlat=54.407600&amp;mlon=-18.660600#map=16/54.407600/-18.660600" in page


def test_a_place_without_coordinates_has_no_directions(api, event, place):
    assert "geo:" not in api.get(f"/place/{place.id}/Harbour%20Hall").text


def tags(page):
    return re.findall(r'href="/tag/([^"]*)">#', page.text)


def test_tags_are_listed_from_a_to_z_with_their_numbers(api, session, host):
    make_event(session, host=host, tags=["php", "Ada", "b/c"])
    make_event(session, host=host, tags=["php"])
    make_pending_event(session, host=host, tags=["Hidden"])
    session.commit()

    page = api.get("/tag")

    assert tags(page)[3:] == ["Ada", "b%2Fc", "php"]
    assert tags(page)[0] == "php"
    assert '<span dir="auto">php</span> <span class="muted">2<' in page.text
    assert api.get("/tag/b%2Fc").status_code == 200


def test_a_site_without_tags(api, session):
    assert "No event has a tag yet." in api.get("/tag").text


def test_many_tags_have_pages(api, session, host, monkeypatch, count_statements):
    monkeypatch.setattr(agenda, "TAGS_SIZE", 2)
    make_event(session, host=host, tags=["a", "b", "c", "d & e", "é"])
    session.commit()
    with count_statements() as statements:
        pages = [api.get("/tag")]
    first_cost = len(statements)
    while following := re.search(r'href="([^"]*)" rel="next"', pages[-1].text):
        pages.append(api.get(html.unescape(following[1])))

    assert [tags(page)[-2:] for page in pages[:2]] == [["a", "b"], ["c", "d%20%26%20e"]]
    assert [len(tags(page)) for page in pages] == [7, 2, 1]
    assert 'content="noindex"' in pages[1].text
    back = re.search(r'href="([^"]*)" rel="prev"', pages[2].text)[1]
    assert tags(api.get(html.unescape(back))) == ["c", "d%20%26%20e"]
    assert first_cost == 2


@pytest.mark.parametrize("page", ["x", "2", "after", "after_%00"])
def test_unknown_page_of_tags(api, session, page):
    assert api.get(f"/tag?page={page}").status_code == 404


def listed_places(page):
    return re.findall(r'href="/place/\d+/([^"]*)" dir="auto">', page.text)


def test_places_are_listed_with_their_coming_events(api, session, host, event):
    yesterday, hour = days_from_now(-1), dt.timedelta(hours=1)
    attic, cellar, yard = (make_place(session, name) for name in ("Attic / 2", "Cellar", "Yard"))
    make_event(session, host=host, place_id=attic.id)
    make_event(session, "On now", host=host, place_id=attic.id, starts_at=yesterday, ends_at=days_from_now(1))
    make_event(session, host=host, place_id=cellar.id, starts_at=yesterday, ends_at=yesterday + hour)
    make_pending_event(session, host=host, place_id=yard.id)
    session.commit()

    page = api.get("/place")

    assert listed_places(page) == ["Attic%20%2F%202", "Harbour%20Hall"]
    assert "2 coming events" in page.text
    assert "1 coming event<" in page.text
    assert "Quay 1" in page.text
    assert api.get(f"/place/{attic.id}/Attic%20%2F%202").status_code == 200


def test_a_site_without_places(api, session):
    assert "No place has a coming event." in api.get("/place").text


def test_many_places_have_pages(api, session, host, monkeypatch, count_statements):
    monkeypatch.setattr(agenda, "PLACES_SIZE", 2)
    for name in ("b", "B", "a", "é", "z"):
        place = make_place(session, name, **({"lookup_key": None} if name == "B" else {}))
        make_event(session, host=host, place_id=place.id)
    session.commit()
    pages = [api.get("/place")]
    while following := re.search(r'href="([^"]*)" rel="next"', pages[-1].text):
        with count_statements() as statements:
            pages.append(api.get(html.unescape(following[1])))

    assert [listed_places(page) for page in pages] == [["a", "b"], ["B", "%C3%A9"], ["z"]]
    assert 'content="noindex"' in pages[1].text
    back = re.search(r'href="([^"]*)" rel="prev"', pages[2].text)[1]
    assert listed_places(api.get(html.unescape(back))) == ["B", "%C3%A9"]
    assert len(statements) == 2


@pytest.mark.parametrize(
    "page", ["x", "2", "after", "after_", "after_x", "after_%00", "before_-1", "after_99999999999999999999"]
)
def test_unknown_page_of_places(api, session, page):
    assert api.get(f"/place?page={page}").status_code == 404
