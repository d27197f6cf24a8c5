"""The page of a talk, for visitors, authors of comments, and hosts."""

import datetime as dt

import pytest
from flask import request

from joindin.models import EventSettings
from joindin.performance.caching.response_cache import EXPIRY_ENVIRON_KEY
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text
from tests.conftest import WEBSITE_URL
from tests.factories import make_event, make_star, make_talk, make_talk_comment, make_track, make_user

PAGE = "/event/plain-conf/errors"


@pytest.fixture
def host(session):
    return make_user(session, "host")


@pytest.fixture
def event(session, host):
    return make_event(session, "Plain Conf", slug="plain-conf", host=host, starts_at=utc_now() - dt.timedelta(days=1))


@pytest.fixture
def talk(session, event):
    began = utc_now() - dt.timedelta(hours=2)
    return make_talk(session, event, "Errors", slug="errors", stub="abc12", description="", starts_at=began)


def settings(session, event, **values):
    session.add(EventSettings(event_id=event.id, **values))
    session.flush()


def test_a_talk_without_an_abstract_says_so(browser, session, talk):
    assert "Nothing more is known about this talk yet." in main_text(browser.get(PAGE))


def test_the_short_address_has_a_code(browser, talk):
    text = browser.get(PAGE).text

    assert 'role="img"' in text
    assert f"QR code for {WEBSITE_URL}/talk/abc12" in text


def test_the_track_leads_to_its_talks(browser, session, event, talk):
    track = make_track(session, event, "Web")
    make_talk(session, event, "Forms", slug="forms", tracks=[track])

    assert f'href="/event/plain-conf/schedule?track={track.id}"' in browser.get("/event/plain-conf/forms").text


def test_hosts_see_the_number_of_stars_and_others_if_the_event_says_so(
    browser, another_browser, session, event, talk, host
):
    make_star(session, talk, make_user(session))
    browser.sign_in_directly(host)
    assert "1 star" in main_text(browser.get(PAGE))
    assert "1 star" not in main_text(another_browser.get(PAGE))

    settings(session, event, is_star_count_public=True)

    assert "1 star" in main_text(another_browser.get(PAGE))


def test_a_comment_names_the_host_and_the_rating_in_words(browser, session, talk, host):
    make_talk_comment(session, talk, host, rating=4, text="Well done")
    make_talk_comment(session, talk, None, rating=0, text="Who are you?")

    page = main_text(browser.get(PAGE))

    assert "(host)" in page
    assert "rated 4 of 5: Great Well done" in page
    assert "A person who was there" in page


def test_the_question_stands_beside_the_mean_of_two(browser, session, event, talk):
    talk.rating_sum, talk.rating_count = 12, 3
    settings(session, event, feedback_scheme="two")

    assert "Content: 4.0 of 5 from 3 people with an account" in main_text(browser.get(PAGE))


@pytest.mark.parametrize(("minutes", "is_editable"), [(5, True), (20, False)])
def test_a_comment_is_edited_for_15_minutes(browser, session, talk, minutes, is_editable):
    user = make_user(session)
    comment = make_talk_comment(session, talk, user, created_at=utc_now() - dt.timedelta(minutes=minutes))
    browser.sign_in_directly(user)

    text = browser.get(PAGE).text

    assert (f"/comments/talk/{comment.id}/edit" in text) == is_editable
    assert f"/comments/talk/{comment.id}/delete" in text


@pytest.mark.parametrize("number", [1, 12])
def test_the_page_has_a_fixed_number_of_statements(browser, session, talk, count_statements, number):
    for _ in range(number):
        make_talk_comment(session, talk, make_user(session))
    session.commit()

    with count_statements() as counted:
        browser.get(PAGE)

    assert len(counted) == 12


@pytest.mark.parametrize(
    ("hours", "shown"),
    [(2, (False, True, False)), (-1, (True, False, False)), (-24 * 91, (False, False, True))],
    ids=["before", "begun", "closed"],
)
def test_a_talk_can_be_rated_from_its_start_until_feedback_closes(browser, session, event, talk, hours, shown):
    talk.starts_at = event.ends_at = utc_now() + dt.timedelta(hours=hours)
    session.commit()

    page = browser.get(PAGE).text

    parts = (f'href="/f/{talk.stub}"', "can be rated as soon as it begins", "Feedback on this talk is closed")
    assert tuple(part in page for part in parts) == shown
    assert ("Sign in to comment" in page) == shown[0]


def test_the_stored_page_of_a_talk_ends_with_its_start(app, session, event, talk):
    talk.starts_at = utc_now() + dt.timedelta(hours=2)
    session.commit()

    with app.test_request_context(PAGE):
        app.preprocess_request()
        app.dispatch_request()
        expiry = request.environ[EXPIRY_ENVIRON_KEY]

    assert expiry == talk.starts_at.timestamp()


@pytest.mark.parametrize("year", [1, 9999])
def test_a_talk_of_another_age_has_a_page(browser, session, event, talk, year):
    talk.starts_at = event.starts_at = event.ends_at = dt.datetime(year, 12, 30, tzinfo=dt.UTC)
    session.commit()

    assert browser.get(PAGE).status_code == 200
