"""The pages of the signed-in user about themselves."""

import datetime as dt

import pytest

from joindin.models import EventSettings, TalkRating
from joindin.operations.devices import create_device, delete_device, merge_device
from joindin.operations.feedback.guest_texts import write_guest_text
from joindin.operations.feedback.talk_ratings import Rater, rate_talk
from joindin.utils.datetimes import utc_now
from tests.browser_client import main_text
from tests.factories import (
    days_from_now,
    make_attendance,
    make_claim,
    make_event,
    make_event_comment,
    make_pending_event,
    make_rejected_event,
    make_report,
    make_star,
    make_talk,
    make_talk_comment,
    make_user,
)

PAGES = ("/me/", "/me/stars/", "/me/comments/", "/me/talks/")


@pytest.fixture
def user(session, browser):
    user = make_user(session, "ada", full_name="Ada Attendee")
    browser.sign_in_directly(user)
    return user


def test_empty_pages_say_how_to_begin(browser, user):
    texts = [main_text(browser.get(path)) for path in PAGES]

    assert "You can begin in three ways" in texts[0]
    assert [browser.get(path).headers["Cache-Control"] for path in PAGES] == ["private, no-cache"] * 4
    assert browser.get("/me/claims/").location == "/accounts/claims/"


def test_visitors_are_sent_to_the_sign_in(browser):
    assert [browser.get(path).location for path in PAGES] == [f"/accounts/login/?next={path}" for path in PAGES]


def test_the_overview_names_what_is_next_and_what_is_waiting(browser, session, event, user):
    make_star(session, make_talk(session, event, "To come"), user)
    past = make_event(session, "Past", starts_at=days_from_now(-3))
    rated, unrated = make_talk(session, past, "Rated"), make_talk(session, past, "Not rated")
    for talk in (rated, unrated, make_talk(session, past, "Own", speakers=[user])):
        make_star(session, talk, user)
    make_talk_comment(session, rated, user)
    make_attendance(session, event, user)
    make_pending_event(session, "Waiting Conf", host=user)
    make_rejected_event(session, "Refused Conf", host=user)
    claimed = make_talk(session, event, "Claimed", speakers=["Ada A."])
    make_claim(session, claimed, claimed.speakers[0], user, user_approved_at=None, host_approved_at=utc_now())

    text = main_text(browser.get("/me/"))

    assert "What is next To come" in text
    waiting = text.partition("Waiting for your feedback")[2].partition("My talks")[0]
    assert "Not rated" in waiting
    assert all(title not in waiting for title in ("Own", "To come"))
    assert "Waiting Conf waits for approval" in text
    assert "Refused Conf not published" in text
    assert "A host named you as the speaker of 1 talk." in text


def test_the_overview_says_how_much_time_is_left(browser, session, event, user):
    soon = make_talk(session, event, "Soon", starts_at=utc_now() + dt.timedelta(hours=3, minutes=2))
    running = make_talk(session, event, "Running", starts_at=utc_now() - dt.timedelta(minutes=5), duration=30)
    ended = make_talk(session, event, "Ended", starts_at=utc_now() - dt.timedelta(minutes=50), duration=30)
    for talk in (soon, running, ended):
        make_star(session, talk, user)
    make_attendance(
        session, make_event(session, "Far Conf", starts_at=days_from_now(20), ends_at=days_from_now(21)), user
    )

    text = main_text(browser.get("/me/")).partition("Waiting for your feedback")[0]

    assert [text.count(words) for words in ("in 3 hours", "on now", "in 3 weeks")] == [1, 1, 1]
    assert "Ended" not in text


def test_the_overview_names_new_feedback_and_missing_slides(browser, session, event, user):
    talk = make_talk(session, event, "Mine", speakers=[user], starts_at=days_from_now(-1))
    rate_talk(session, talk.id, Rater(user_id=make_user(session).id), rating=4, now=utc_now())
    make_talk_comment(session, talk, make_user(session), created_at=utc_now())
    make_talk_comment(session, talk, make_user(session), created_at=days_from_now(-9))

    text = main_text(browser.get("/me/"))

    assert "New in the last week: 1 rating, 1 text" in text
    assert "The slides are missing. Add slides Mine" in text

    talk.slides_url = "https://slides.example/"

    assert "The slides are missing." not in main_text(browser.get("/me/"))


def test_the_overview_names_open_decisions_of_hosts(browser, session, user):
    event = make_event(session, "Hosted Conf", host=user)
    talk = make_talk(session, event, "Talk", speakers=["Ann", "Bob"])
    for speaker in talk.speakers:
        make_claim(session, talk, speaker, make_user(session), user_approved_at=utc_now(), host_approved_at=None)
    make_report(session, make_talk_comment(session, talk, make_user(session)))
    make_report(session, make_event_comment(session, event, make_user(session)))
    make_talk_comment(session, talk, None, rating=0, is_waiting=True, is_hidden=True)
    make_claim(session, talk, talk.speakers[0], make_user(session), user_approved_at=None, host_approved_at=utc_now())

    assert "To do: 2 claims 2 reports 1 text to release" in main_text(browser.get("/me/"))


def test_an_assignment_is_accepted_on_the_overview(browser, session, event, user):
    talk = make_talk(session, event, "Claimed", speakers=["Ada A."])
    claim = make_claim(session, talk, talk.speakers[0], user, user_approved_at=None, host_approved_at=utc_now())

    assert f'action="/me/claims/{claim.id}/"' in browser.get("/me/").text
    browser.send(f"/me/claims/{claim.id}/", {"answer": "accept"}, page="/me/")

    assert "A host named you" not in main_text(browser.get("/me/"))


def test_talks_without_feedback_are_not_asked_for(browser, session, user):
    past = make_event(session, starts_at=days_from_now(-3))
    session.add(EventSettings(event_id=past.id, feedback_access="off"))
    make_star(session, make_talk(session, past, "Silent"), user)

    assert "Waiting for your feedback" not in main_text(browser.get("/me/"))


def test_own_comments_are_listed_with_private_ones(browser, session, event, user):
    talk = make_talk(session, event)
    make_talk_comment(session, talk, user, text="In private", is_private=True)
    make_talk_comment(session, talk, make_user(session), text="Of another")
    make_event_comment(session, event, user, text="About all")
    make_talk_comment(session, make_talk(session, make_pending_event(session)), user, text="On a hidden one")

    text = main_text(browser.get("/me/comments/"))

    assert "for the speaker and the hosts In private" in text
    assert "About all" in text
    assert "Of another" not in text
    assert text.count("Edit · Delete") == 2
    assert "On a hidden one" not in text
    assert browser.get("/me/comments/?page=0").status_code == 404


def test_own_talks_and_stars_are_listed(browser, session, event, user):
    make_talk_comment(session, make_talk(session, event, "Mine", speakers=[user]), make_user(session), rating=4)
    make_star(session, make_talk(session, event, "Starred"), user)

    assert "/edit" in browser.get("/me/talks/").text
    assert "1 comment, rated 4.0 of 5 by 1" in main_text(browser.get("/me/talks/"))
    assert "Starred" in main_text(browser.get("/me/stars/"))


def test_pages_cost_the_same_however_long_they_are(browser, session, event, user, count_statements):
    numbers = []
    for _ in range(2):
        for _ in range(3):
            make_star(session, make_talk(session, event, speakers=[user]), user)
            make_attendance(session, make_event(session, host=user), user)
        numbers.append([])
        for path in PAGES:
            browser.get(path)
            with count_statements() as statements:
                browser.get(path)
            numbers[-1].append(len(statements))

    assert numbers[0] == numbers[1]


def test_the_page_of_a_user_names_events_in_whose_lists_they_are(browser, session, event, user):
    make_attendance(session, event, user)
    assert event.name in main_text(browser.get("/user/ada"))

    browser.send(f"/event/{event.slug}/attend", {"on": "1"}, page=f"/event/{event.slug}")
    assert event.name not in main_text(browser.get("/user/ada"))


def test_a_list_of_attendees_can_be_private(browser, session, event):
    session.add(EventSettings(event_id=event.id, is_attendee_list_public=False))

    assert browser.get(f"/event/{event.slug}/attendees").status_code == 404


def test_ratings_of_a_device_become_those_of_the_account(session, event, user):
    talks = [make_talk(session, event) for _ in range(3)]
    device, _ = create_device(session, now=utc_now())
    for talk in talks:
        rate_talk(session, talk.id, Rater(device_id=device.id), rating=2, now=utc_now())
    rate_talk(session, talks[1].id, Rater(user_id=user.id), rating=5, now=utc_now())
    own = make_talk(session, event, speakers=[user])
    rate_talk(session, own.id, Rater(device_id=device.id), rating=5, now=utc_now())
    session.commit()

    for _ in range(2):
        merge_device(session, device.id, user.id, now=utc_now())
        session.commit()

    session.expire_all()
    counts = [(talk.rating_sum, talk.rating_count, talk.guest_rating_count) for talk in (*talks, own)]
    assert counts == [(2, 1, 0), (5, 1, 0), (2, 1, 0), (0, 0, 0)]


def test_a_forgotten_device_leaves_nothing(session, event, user):
    talk = make_talk(session, event)
    device, _ = create_device(session, now=utc_now())
    rate_talk(session, talk.id, Rater(device_id=device.id), rating=2, now=utc_now())
    write_guest_text(session, talk.id, device_id=device.id, text="Short.", is_public=False, source="web", now=utc_now())
    session.commit()

    delete_device(session, device.id)
    session.commit()

    session.expire_all()
    assert session.query(TalkRating).count() == 0
    assert (talk.guest_rating_count, talk.all_comment_count, session.get(type(event), event.id).talk_comment_count) == (
        0,
        0,
        0,
    )
