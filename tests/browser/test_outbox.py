"""Ratings and stars without a network: kept by the browser, and sent once when there is one again (story T13)."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from joindin.models import DeviceStar, Event, Talk, TalkRating
from joindin.utils.datetimes import utc_now
from tests.browser_client import PASSWORD, make_user_with_password
from tests.factories import make_event, make_talk

FEEDBACK = "/guest/feedback/tides/"


@pytest.fixture
def event(session):
    event = make_event(session, "Harbour Code Days", slug="harbour", starts_at=utc_now() - dt.timedelta(days=1))
    for title, stub in (("On tides", "tides"), ("Harbour lights", "light")):
        make_talk(session, event, title, stub=stub, starts_at=utc_now() - dt.timedelta(hours=1))
    session.commit()
    return event


def stored(session, model):
    session.rollback()
    return session.query(model).all()


def close_feedback(session, event, closed_at):
    """Move the event with its talks so that feedback, which closes 90 days after it, closed at that time."""
    event = session.get_one(Event, event.id)
    event.starts_at = event.ends_at = closed_at - dt.timedelta(days=90)
    for talk in session.query(Talk):
        talk.starts_at, talk.duration = event.starts_at, 0
    session.commit()


def waiting(visitor):
    return visitor.page.locator(".waiting")


def test_a_rating_waits_for_the_network_and_is_sent_once(visitor, session, event):
    visitor.visit("/f/tides")
    with visitor.offline():
        visitor.page.get_by_role("button", name="4 Great", exact=True).click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
        assert visitor.path == "/f/tides"
        assert stored(session, TalkRating) == []

    expect(waiting(visitor)).to_have_text("")
    assert [rating.rating for rating in stored(session, TalkRating)] == [4]
    visitor.visit(FEEDBACK)
    assert "4, Great" in visitor.text


def test_a_rating_whose_response_is_lost_counts_once(visitor, session, event):
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    visitor.visit("/f/tides")
    with visitor.offline():
        visitor.context.set_offline(False)
        visitor.page.route(f"**{FEEDBACK}", lose)
        visitor.page.get_by_role("button", name="4 Great", exact=True).click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
    assert lost == [200]
    visitor.page.unroute(f"**{FEEDBACK}")
    visitor.visit("/event/harbour")
    expect(waiting(visitor)).to_have_text("")

    assert len(stored(session, TalkRating)) == 1
    talk = session.query(Talk).filter_by(stub="tides").one()
    assert (talk.guest_rating_sum, talk.guest_rating_count) == (4, 1)


def test_a_rating_that_was_written_before_the_end_is_taken_after_it(visitor, session, event):
    visitor.visit("/f/tides")
    with visitor.offline():
        visitor.page.get_by_role("button", name="5 Brilliant", exact=True).click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
        close_feedback(session, event, utc_now().replace(microsecond=0))

    expect(waiting(visitor)).to_have_text("")
    assert [rating.rating for rating in stored(session, TalkRating)] == [5]


def test_a_rating_that_was_written_after_the_end_is_refused(visitor, session, event):
    visitor.visit("/f/light")
    # Times of writing are in whole seconds.
    close_feedback(session, event, utc_now() - dt.timedelta(seconds=2))

    visitor.press("5 Brilliant")

    expect(visitor.page.get_by_role("alert")).to_have_text("Feedback on this talk is closed.")
    assert stored(session, TalkRating) == []
    visitor.visit("/f/light")
    expect(visitor.page.get_by_role("main")).to_contain_text("Feedback on this talk is closed.")
    expect(visitor.page.get_by_role("button", name="5 Brilliant")).to_have_count(0)


def test_the_last_of_two_stars_without_network_is_sent(visitor, session, event):
    visitor.visit("/event/harbour")
    star = visitor.page.get_by_role("button", name="Star “On tides”")
    with visitor.offline():
        star.click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
        expect(star).to_have_attribute("aria-pressed", "true")
        visitor.page.get_by_role("button", name="Star “Harbour lights”").click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (2)")
        star.click()
        expect(star).to_have_attribute("aria-pressed", "false")
        visitor.take_screenshot("stars that wait to be sent")

    expect(waiting(visitor)).to_have_text("")
    [star] = stored(session, DeviceStar)
    assert session.get_one(Talk, star.talk_id).stub == "light"


def test_an_early_rating_waits_until_the_talk_begins(visitor, session, event):
    talk = session.query(Talk).filter_by(stub="tides").one()
    talk.starts_at = utc_now().replace(microsecond=0) + dt.timedelta(seconds=10)
    session.commit()
    visitor.visit("/f/tides")
    visitor.page.get_by_role("button", name="4 Great", exact=True).click()

    expect(visitor.page.locator(".message")).to_contain_text("This talk begins on")
    expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
    visitor.check_page("rating that waits until the talk begins")
    assert stored(session, TalkRating) == []
    expect(waiting(visitor)).to_have_text("", timeout=60_000)
    assert len(stored(session, TalkRating)) == 1


def test_a_rating_that_is_refused_later_stays_until_it_is_discarded(visitor, session, event):
    visitor.visit("/f/tides")
    with visitor.offline():
        visitor.page.get_by_role("button", name="4 Great", exact=True).click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
        session.query(Talk).filter_by(stub="tides").one().has_feedback = False
        session.commit()

    expect(waiting(visitor)).to_contain_text("On tides This talk takes no feedback")
    visitor.check_page("rating that was refused")
    visitor.visit("/event/harbour")
    visitor.press("Discard")
    expect(waiting(visitor)).to_have_text("")
    visitor.visit("/event/harbour")
    expect(waiting(visitor)).to_have_text("")
    assert stored(session, TalkRating) == []


def test_a_rating_of_a_user_is_never_sent_by_the_next_one(visitor, session, event):
    ada, _ = make_user_with_password(session, "ada"), make_user_with_password(session, "bob")
    session.commit()
    visitor.sign_in("ada", PASSWORD)
    visitor.visit("/f/tides")
    with visitor.offline():
        visitor.page.get_by_role("button", name="4 Great", exact=True).click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
        # Another one signs in, as after the end of the session.
        visitor.page.route("**/me/ratings/", lambda route: route.abort())
    visitor.context.clear_cookies()
    visitor.sign_in("bob", PASSWORD)
    visitor.page.unroute("**/me/ratings/")
    visitor.visit("/event/harbour")
    expect(waiting(visitor)).to_have_text("")
    assert stored(session, TalkRating) == []

    visitor.context.clear_cookies()
    with visitor.page.expect_response("**/me/ratings/"):
        visitor.sign_in("ada", PASSWORD)
    expect(waiting(visitor)).to_have_text("")
    assert [rating.user_id for rating in stored(session, TalkRating)] == [ada.id]


def test_signing_out_asks_before_a_rating_is_lost(visitor, session, event):
    make_user_with_password(session, "ada")
    session.commit()
    visitor.sign_in("ada", PASSWORD)
    visitor.page.route("**/me/ratings/", lambda route: route.abort())
    visitor.visit("/f/tides")
    with visitor.offline():
        visitor.page.get_by_role("button", name="4 Great", exact=True).click()
        expect(waiting(visitor)).to_have_text("Waiting to be sent (1)")
    questions = []
    visitor.page.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.dismiss()))
    visitor.page.get_by_role("button", name="Sign out", exact=True).click()
    assert visitor.path == "/f/tides"

    visitor.page.once("dialog", lambda dialog: (questions.append(dialog.message), dialog.accept()))
    visitor.press("Sign out")
    visitor.page.wait_for_url("**/accounts/**")
    assert questions == ["What waits to be sent is lost if you sign out. Sign out?"] * 2
    visitor.sign_in("ada", PASSWORD)
    expect(waiting(visitor)).to_have_text("")


def test_the_page_of_the_scale_looks_as_with_the_style_sheet(visitor, event):
    styles = """() => [...document.querySelectorAll("body, body *")].map((element) => {
      const style = getComputedStyle(element);
      return [element.tagName, ...[...style].map((name) => `${name}: ${style.getPropertyValue(name)}`)].join("; ");
    })"""
    visitor.visit("/f/tides")
    alone = visitor.page.evaluate(styles)
    visitor.page.evaluate("""() => new Promise((resolve) => {
      const link = Object.assign(document.createElement("link"), {rel: "stylesheet", href: "/static/web.css"});
      link.addEventListener("load", resolve);
      document.head.append(link);
    })""")

    assert visitor.page.evaluate(styles) == alone
