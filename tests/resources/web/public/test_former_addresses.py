"""Former addresses of events and talks: here, and on the server that an event was imported from."""

import re

import pytest

from joindin.models import Event, EventAlias, Talk
from joindin.operations.talks import TalkDetails, delete_talk, edit_talk
from tests.factories import NOW, make_event, make_pending_event, make_talk


def test_an_address_with_an_id_leads_to_the_page(session, browser):
    event = make_event(session, slug="concert")

    response = browser.get(f"/event/{event.id}")

    assert (response.status_code, response.headers["Location"]) == (301, "/event/concert")


def test_an_address_with_the_id_of_a_series_leads_to_its_page(session, browser):
    parent = make_event(session, slug="meetup", is_series=True)

    assert browser.get(f"/event/{parent.id}").headers["Location"] == "/event/meetup"


def test_a_former_id_or_slug_leads_to_the_event_that_had_it(session, browser):
    first, imported = make_event(session, slug="first"), make_event(session, slug="concert-2")
    session.add_all(EventAlias(alias=alias, event_id=imported.id) for alias in (str(first.id), "concert"))

    locations = [browser.get(f"/event/{address}").headers["Location"] for address in (first.id, "concert")]

    assert locations == ["/event/concert-2", "/event/concert-2"]


def test_a_slug_of_an_event_here_wins(session, browser):
    make_event(session, "Here", slug="concert")
    session.add(EventAlias(alias="concert", event_id=make_event(session).id))

    response = browser.get("/event/concert")

    assert response.status_code == 200
    assert "Here" in response.get_data(as_text=True)


def test_former_addresses_of_hidden_events_are_not_found(session, browser):
    pending = make_pending_event(session)
    session.add(EventAlias(alias="secret", event_id=pending.id))

    private = make_event(session, is_private=True)

    addresses = ["secret", pending.id, private.id, 10**9, "9" * 30, "nothing", "-1"]
    assert [browser.get(f"/event/{address}").status_code for address in addresses] == [404] * 7


def rename(session, talk, title):
    details = TalkDetails(title, "Text", talk.type_id, talk.language_id, talk.starts_at, 60)
    edit_talk(session, talk.id, details, actor=None, now=NOW)
    session.commit()


def test_a_renamed_talk_is_found_by_its_old_new_and_short_address(session, browser):
    event = make_event(session, slug="conf")
    talk = make_talk(session, event, "First", slug="first", stub="abc12")
    rename(session, talk, "Second")
    rename(session, talk, "Third")

    replies = [browser.get(path) for path in ("/event/conf/first", "/event/conf/second", "/talk/abc12")]

    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [
        (301, "/event/conf/third"),
        (301, "/event/conf/third"),
        (302, "/event/conf/third"),
    ]
    assert browser.get("/event/conf/third").status_code == 200


def test_equal_titles_both_open_and_an_old_slug_hides_no_talk(session, browser):
    event = make_event(session, slug="conf")
    first, second = (make_talk(session, event, "Old", slug=slug) for slug in ("old", "old-2"))
    rename(session, first, "Keynote")
    rename(session, second, "Keynote")
    third = make_talk(session, event, "Something new", slug="old")

    pages = [browser.get(f"/event/conf/{slug}") for slug in ("keynote", f"keynote-{second.id}", "old")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert third.title in pages[2].text


def test_new_slugs_are_no_reserved_words(session, browser):
    event = make_event(session, slug="conf")
    talk = make_talk(session, event, "First", slug="first")
    rename(session, talk, "Schedule")

    assert browser.get("/event/conf/first").headers["Location"] == f"/event/conf/schedule-{talk.id}"
    assert browser.get(f"/event/conf/schedule-{talk.id}").status_code == 200


def test_a_deleted_talk_is_gone(session, browser):
    event = make_event(session, slug="conf")
    talk = make_talk(session, event, "First", slug="first")
    rename(session, talk, "Second")
    delete_talk(session, talk.id, actor=None)
    session.commit()

    pages = [browser.get(f"/event/conf/{slug}") for slug in ("first", "second")]

    assert [page.status_code for page in pages] == [410, 410]
    assert all("This talk was taken out of the programme on" in page.text for page in pages)
    assert "First" not in pages[0].text


def test_a_hidden_talk_has_no_former_addresses(session, browser):
    event = make_event(session, slug="conf")
    talk = make_talk(session, event, "First", slug="first")
    rename(session, talk, "Second")
    session.get(Talk, talk.id).is_active = False
    session.commit()

    assert [browser.get(f"/event/conf/{slug}").status_code for slug in ("first", "second")] == [404, 404]


def test_pages_of_a_renamed_event_redirect(session, browser):
    event = make_event(session, slug="conf")
    make_talk(session, event, "First", slug="first")
    session.get(Event, event.id).slug = "conf-2027"
    session.commit()

    locations = [browser.get(f"/event/conf{rest}").headers["Location"] for rest in ("", "?a=1", "/first?a=%20b")]

    assert locations == ["/event/conf-2027", "/event/conf-2027?a=1", "/event/conf-2027/first?a=%20b"]


def test_odd_characters_below_a_former_address_stay_escaped(session, browser):
    event = make_event(session, slug="new")

    reply = browser.get(f"/event/{event.id}/a%0d%0ab%3Fc/slide?d=%0a")

    assert (reply.status_code, reply.location) == (301, "/event/new/a%0D%0Ab%3Fc/slide?d=%0a")


def test_an_event_whose_slug_is_a_reserved_word_is_shown_by_its_id(session, browser):
    event = make_event(session, "Odd", slug="pending")

    page = browser.get(f"/event/view/{event.id}")

    assert (page.status_code, "<h1" in page.text) == (200, True)


@pytest.mark.parametrize("address", ["/event/{id}", "/e/odd1", "/event/attend/submit", "/event/submit/details"])
def test_links_lead_to_an_event_whose_slug_is_a_reserved_word(session, browser, address):
    event = make_event(session, "Odd", slug="submit", stub="odd1")
    talk = make_talk(session, event, description="Words", stub="odd2")
    session.commit()
    path = f"/event/view/{event.id}"

    assert browser.get(address.format(id=event.id)).location == path
    for page in ("/event", f"/talk/{talk.stub}", "/event/submit/schedule", f"/f/{talk.stub}"):
        assert f'href="{path}"' in browser.get(page).text
    page = browser.get(path).text
    canonical = re.search(r'rel="canonical" href="(.*?)"', page)[1]
    assert canonical.endswith(path)
    assert f'"url": "{canonical}"' in page
    assert f"<loc>{canonical}</loc>" in browser.get("/sitemap/events-1.xml").text


def test_a_form_that_is_sent_to_a_former_address_of_an_event_is_sent_on(session, browser):
    event = make_event(session, slug="concert-2")
    session.add(EventAlias(alias="concert", event_id=event.id))

    reply = browser.send("/event/concert/comments", {"text": "Nice"}, page="/accounts/login/")

    assert (reply.status_code, reply.headers["Location"]) == (307, "/event/concert-2/comments")
