"""A hidden talk and the page of a person in a browser, in English and German."""

import pytest

from joindin.models import Event
from joindin.operations.organiser.talks import set_talk_visibility
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_event, make_event_comment, make_talk, make_talk_comment, make_user


@pytest.fixture
def talk(session):
    host = make_user_with_password(session, "hanna", full_name="Hanna Host")
    event = make_event(session, "Harbour Conference", slug="harbour", host=host, location="Bremen")
    talk = make_talk(
        session, event, "A talk about tides and other things that come and go", slug="tides", speakers=[host]
    )
    make_talk(session, event, "Lighthouses", slug="lighthouses", speakers=[host])
    set_talk_visibility(session, talk.id, is_active=False, actor=None)
    session.commit()
    return talk


@pytest.mark.parametrize(
    ("locale", "button", "banner"),
    [("en-GB", "Show again", "This talk is hidden."), ("de-DE", "Wieder zeigen", "Dieser Vortrag ist verborgen.")],
)
def test_a_host_shows_a_hidden_talk_again(new_visitor, talk, locale, button, banner):
    host, other = new_visitor(javascript=False, locale=locale), new_visitor(locale=locale)
    host.sign_in("hanna", PASSWORD)

    host.visit("/event/harbour/tides")
    assert banner in host.text
    host.check_page(f"hidden talk {locale}")
    host.press(button)

    other.visit("/event/harbour/tides")
    assert talk.title in other.text
    assert banner not in other.text


@pytest.mark.parametrize(("locale", "link"), [("en-GB", "All comments"), ("de-DE", "Alle Kommentare")])
def test_the_page_of_a_person_and_their_comments(new_visitor, session, talk, locale, link):
    ann = make_user(session, "ann", full_name="Ann Ash")
    other = make_talk(session, make_event(session, "Meetup", slug="meetup"), "Rocks", slug="rocks", speakers=[ann])
    for number in range(51):
        make_talk_comment(session, other, ann, rating=number % 6, text=f"Comment no. {number}\n\nWith a second part.")
    make_event_comment(session, session.get_one(Event, talk.event_id), ann, text="A word about the event")
    session.commit()
    window = new_visitor(locale=locale)

    window.visit("/user/ann")
    window.check_page(f"person {locale}")
    window.page.get_by_role("link", name=link).click()
    window.page.wait_for_url("**/user/ann/comments")
    window.check_page(f"comments of a person {locale}")
    window.visit("/user/ann/talks")
    window.check_page(f"talks of a person {locale}")

    assert window.page.locator("h1").count() == 1
