"""Feedback on talks in the schedule, and their slides and recordings."""

import re

import pytest

from joindin.models import EventSettings, TalkRating
from joindin.resources.web.programme import fragments
from tests.browser_client import main_text
from tests.factories import NOW, make_event, make_talk, make_talk_comment, make_user

PAGE = "/event/harbour/schedule"


@pytest.fixture
def event(session):
    return make_event(session, "Harbour Days", slug="harbour")


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "Opening", slug="opening")


@pytest.fixture
def user(session):
    return make_user(session, "ada")


def rate(session, talk, user, rating):
    session.add(TalkRating(talk_id=talk.id, user_id=user.id, rating=rating, created_at=NOW, updated_at=NOW))
    talk.rating_sum, talk.rating_count = talk.rating_sum + rating, talk.rating_count + 1
    session.commit()


def line(reply):
    """Return the line of feedback of the only talk, without markup; None if it has none."""
    item = reply.text.partition('<ol class="slots">')[2].partition("</ol>")[0]
    lines = [re.sub("<.*?>", "", text) for text in re.findall('<p class="muted">(.*?)</p>', item)]
    assert len(lines) <= 2
    return lines[1] if len(lines) == 2 else None


def test_a_talk_without_feedback_has_no_line(browser, session, talk):
    talk.rating_sum, talk.rating_count, talk.guest_rating_sum, talk.guest_rating_count = 8, 2, 9, 2
    session.commit()
    reply = browser.get(PAGE)
    assert line(reply) is None
    assert "<!--" not in reply.text


def test_ratings_are_shown_from_three_on_and_comments_from_one(browser, session, talk):
    talk.rating_sum, talk.rating_count, talk.comment_count = 13, 3, 1
    session.commit()
    assert line(browser.get(PAGE)) == "4.3 of 5 (3) · 1 comment"

    talk.guest_rating_sum, talk.guest_rating_count, talk.comment_count = 48, 12, 3
    session.commit()
    reply = browser.get(PAGE)
    assert line(reply) == "4.3 of 5 (3) · 4.0 of 5 (12 without an account) · 3 comments"
    assert '<a href="/event/harbour/opening#comments">3 comments</a>' in reply.text
    german = browser.get(PAGE, headers={"Accept-Language": "de"})
    assert line(german) == "4,3 von 5 (3) · 4,0 von 5 (12 ohne Konto) · 3 Kommentare"


def test_ratings_of_two_questions_name_the_first(browser, session, event, talk):
    session.add(EventSettings(event_id=event.id, feedback_scheme="two"))
    talk.guest_rating_sum, talk.guest_rating_count = 12, 3
    session.commit()
    assert line(browser.get(PAGE)) == "Content: 4.0 of 5 (3 without an account)"


def test_private_and_hidden_comments_are_not_counted(browser, session, talk, user):
    make_talk_comment(session, talk, user, is_private=True)
    make_talk_comment(session, talk, user, is_hidden=True)
    session.commit()
    assert line(browser.get(PAGE)) is None


def test_users_see_their_rating_and_no_one_elses(browser, session, talk, user):
    rate(session, talk, user, 4)
    rate(session, talk, make_user(session), 1)
    visitor = line(browser.get(PAGE))
    browser.sign_in_directly(user)

    assert visitor is None
    assert line(browser.get(PAGE)) == "you rated 4"
    assert line(browser.get(PAGE, headers={"Accept-Language": "de"})) == "Ihre Bewertung: 4"


def test_the_rating_of_a_comment_counts_before_that_of_a_tap(browser, session, talk, user):
    rate(session, talk, user, 4)
    make_talk_comment(session, talk, user, rating=0)
    make_talk_comment(session, talk, user, rating=2)
    session.commit()
    browser.sign_in_directly(user)
    assert line(browser.get(PAGE)) == "2 comments · you rated 2"


def test_slides_and_recordings_are_linked(browser, session, event):
    links = [
        ("video_link", "https://video.example/1"),
        ("code_link", "https://code.example"),
        ("slides_link", "javascript:1"),
    ]
    make_talk(session, event, links=links)
    make_talk(session, event).slides_url = "https://slides.example/2"
    session.commit()
    page = browser.get(PAGE).text

    assert re.findall(r'<a href="(https://[a-z]+\.example[^"]*)" [^>]*>(\w+)</a>', page) == [
        ("https://video.example/1", "Video"), ("https://slides.example/2", "Slides"),
    ]  # fmt: skip
    assert "Slides: javascript:1" in main_text(browser.get(PAGE))


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_rating_by_another_user_is_shown_without_another_rendering(
    browser, session, talk, user, is_signed_in, monkeypatch, count_statements
):
    talk.rating_sum, talk.rating_count = 12, 3
    session.commit()
    if is_signed_in:
        browser.sign_in_directly(user)
    browser.get(PAGE)
    monkeypatch.setattr(fragments, "render_template", None)
    rate(session, talk, make_user(session), 1)

    with count_statements() as statements:
        reply = browser.get(PAGE)

    assert line(reply) == "3.2 of 5 (4)"
    # Of users also the session, their stars and whether they host the event.
    assert len(statements) == (5 if is_signed_in else 2)


@pytest.mark.parametrize("number", [1, 40])
def test_the_number_of_statements_does_not_depend_on_the_number_of_rated_talks(
    browser, session, event, user, number, count_statements
):
    for _ in range(number):
        rate(session, make_talk(session, event), user, 4)
    browser.sign_in_directly(user)
    browser.get(PAGE)
    with count_statements() as statements:
        reply = browser.get(PAGE)
    assert reply.text.count("you rated 4") == number
    assert len(statements) == 5
