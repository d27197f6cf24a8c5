"""Pages and the script for other web sites (Gancio contract, section 13)."""

import re

import pytest

from joindin.models import EventFlyer, SiteSetting
from tests.conftest import WEBSITE_URL
from tests.factories import NOW, days_from_now, make_event, make_pending_event, make_place


@pytest.fixture
def event(session, host):
    place = make_place(session, "Harbour Hall")
    event = make_event(session, "Tides", host=host, slug="tides", tags=["Sea"], place_id=place.id)
    session.add(
        EventFlyer(event_id=event.id, file="0" * 32 + ".jpg", width=9, height=9, byte_size=9, alt_text="A wave")
    )
    session.commit()
    return event


def names(reply):
    return re.findall(r'<span class="name" dir="auto">([^<]*)<', reply.text)


@pytest.mark.parametrize("path", ["/embed/tides", "/embed/list"])
def test_page_may_be_framed_and_others_may_not(api, event, path):
    page, other = api.get(path), api.get("/event/tides")

    assert page.status_code == 200
    assert "X-Frame-Options" not in page.headers
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert page.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert other.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in other.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers
    assert [word for word in ("<script", "<form", "csrf") if word in page.text] == []


def test_card_shows_the_event_by_slug_and_id(api, event):
    cards = [api.get(f"/embed/{name}") for name in ("tides", event.id)]

    assert [names(card) for card in cards] == [["Tides"]] * 2
    assert f'<a class="event" href="{WEBSITE_URL}/event/tides" target="_blank" rel="noopener">' in cards[0].text
    assert f'<img src="/media/thumb/{"0" * 32}.jpg" alt="A wave" loading="lazy">' in cards[0].text
    assert "Harbour Hall" in cards[0].text


def test_hidden_event_has_no_card(api, session, host):
    hidden = make_pending_event(session, host=host)

    assert [api.get(f"/embed/{name}").status_code for name in (hidden.id, "none", "%00", "9" * 30)] == [404] * 4


def test_list_has_the_events_that_are_asked_for(api, session, host, event):
    make_event(session, "Land", host=host, tags=["Land"], starts_at=days_from_now(5))
    make_event(session, "Past", host=host, tags=["Sea"], starts_at=days_from_now(-9), ends_at=days_from_now(-8))
    make_event(
        session, "Yesterday", host=host, tags=["Day"], starts_at=days_from_now(-0.9), ends_at=days_from_now(-0.8)
    )
    session.commit()
    place_id = event.place_id

    shown = {
        query: names(api.get(f"/embed/list{query}"))
        for query in ("", "?tags=sea", "?tags=sea,land", "?tags[]=sea&tags[]=land", f"?places={place_id}", "?max=1",
                      "?max=x", "?tags=none", f"?places={place_id}&tags=land", "?collection=none")
    }  # fmt: skip

    everything = ["Yesterday", "Land", "Tides"]
    assert shown == {
        "": everything,
        "?tags=sea": ["Tides"],
        "?tags=sea,land": ["Land", "Tides"],
        "?tags[]=sea&tags[]=land": ["Land", "Tides"],
        f"?places={place_id}": ["Tides"],
        "?max=1": ["Yesterday"],
        "?max=x": everything,
        "?tags=none": [],
        f"?places={place_id}&tags=land": [],
        "?collection=none": [],
    }


def test_a_collection_of_the_home_page_that_is_gone_counts_as_no_setting(api, session, event):
    session.add(SiteSetting(key="collection_in_home", value="gone", updated_at=NOW))
    session.commit()

    assert names(api.get("/embed/list")) == ["Tides"]
    assert names(api.get("/embed/list?collection=gone")) == []


def test_list_has_occurrences_where_the_site_shows_them(api, session, host):
    parent = make_event(session, "Parent", host=host, is_series=True)
    make_event(session, "Date", host=host, parent_id=parent.id, occurrence_at=days_from_now(10))
    session.commit()
    before = names(api.get("/embed/list?show_recurrent=true"))
    session.add(SiteSetting(key="allow_recurrent_event", value=True, updated_at=NOW))
    session.commit()

    assert before == []
    assert names(api.get("/embed/list?show_recurrent=true")) == ["Date"]
    assert names(api.get("/embed/list")) == []


def test_list_has_the_title_and_the_theme_that_are_asked_for(api, event):
    page = api.get("/embed/list?title=%3Cb%3ENext&theme=dark").text

    assert ">&lt;b&gt;Next</a></h1>" in page
    assert '<html lang="en" data-theme="dark">' in page
    assert '<html lang="en">' in api.get("/embed/list?theme=%22x").text


def test_script_is_loaded_by_other_sites(api):
    reply = api.get("/gancio-events.es.js")
    again = api.get("/gancio-events.es.js", headers={"If-None-Match": reply.headers["ETag"]})

    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.headers["Cache-Control"] == "public, max-age=3600"
    assert again.status_code == 304
