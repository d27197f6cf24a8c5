"""Feedback without an account (T12, T15)."""

import datetime as dt

import pytest

from joindin.models import EventSettings, Talk, TalkComment, TalkRating, TalkRatingNetwork
from joindin.operations.feedback.limits import GUEST_DEVICE, GUEST_TEXTS, guest_network_limit
from joindin.queries.feedback.rated_talks import count_seats_of_rooms
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, main_text
from tests.factories import make_room, make_talk, make_user
from tests.german_pages import GERMAN

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def send(guest, talk, **fields):
    return guest.post(f"/guest/feedback/{talk.stub}/", fields, headers=SAME_ORIGIN)


def change_settings(session, event, **values):
    session.add(EventSettings(event_id=event.id, **values))
    session.commit()


def test_the_page_of_a_talk_is_the_same_for_all_and_sets_no_cookie(guest, talk):
    reply = guest.get(f"/f/{talk.stub}")

    assert reply.status_code == 200
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Cache-Control"] == "no-cache, public"
    assert reply.text.count('name="rating"') == 5
    assert f'action="/guest/feedback/{talk.stub}/"' in reply.text
    assert 'rel="stylesheet"' not in reply.text


def test_the_page_of_a_talk_says_that_feedback_is_closed(session, app, guest, event, talk):
    signed_in = Browser(app).sign_in_directly(make_user(session))
    change_settings(session, event, feedback_days=3)
    opened = [browser.get(f"/f/{talk.stub}").text for browser in (guest, signed_in)]
    event.starts_at = event.ends_at = talk.starts_at = utc_now() - dt.timedelta(days=4)
    session.commit()

    closed = [browser.get(f"/f/{talk.stub}") for browser in (guest, signed_in)]

    assert ['name="rating"' in text for text in opened] == [True, True]
    assert [reply.status_code for reply in closed] == [200, 200]
    for reply in closed:
        assert 'name="rating"' not in reply.text
        assert "Feedback on this talk is closed." in main_text(reply)


def test_five_taps_of_one_device_are_one_rating(session, guest, talk):
    replies = [send(guest, talk, rating=number) for number in (1, 2, 3, 4, 5)]

    assert [reply.status_code for reply in replies] == [303] * 5
    assert replies[0].headers["Location"] == f"/guest/feedback/{talk.stub}/"
    assert session.query(TalkRating).one().rating == 5
    talk = session.get_one(Talk, talk.id)
    assert (talk.guest_rating_sum, talk.guest_rating_count, talk.rating_count) == (5, 1, 0)
    assert "5, Brilliant" in guest.get(f"/guest/feedback/{talk.stub}/").text


def test_a_rating_is_taken_back(session, guest, talk):
    send(guest, talk, rating=4)

    assert send(guest, talk, take_back=1).status_code == 303
    assert session.get_one(Talk, talk.id).guest_rating_count == 0


def test_the_talk_that_follows_in_the_room_is_named(session, guest, talk, event):
    hall = make_room(session, event, "Hall")
    talk.room_id, later = hall.id, talk.starts_at + dt.timedelta(hours=2)
    make_talk(session, event, "Called off", room_id=hall.id, starts_at=talk.starts_at, state="cancelled")
    make_talk(session, event, "Elsewhere", starts_at=later)
    following = make_talk(session, event, "Tides", room_id=hall.id, starts_at=later, slug="tides")
    session.commit()
    send(guest, talk, rating=4)

    page = guest.get(f"/guest/feedback/{talk.stub}/").text
    assert f'Next in this room: <a href="/event/{event.slug}/tides" dir="auto">Tides</a>' in page
    assert "Called off" not in page
    assert "Next in this room" not in guest.get(f"/guest/feedback/{following.stub}/").text


def test_the_page_of_the_device_lists_its_texts_with_and_without_a_rating(session, guest, talk, event, app):
    other = make_talk(session, event, "Rated", starts_at=talk.starts_at)
    send(guest, talk, text="Only a text")
    send(guest, other, text=f"Rated and {'long ' * 40}", rating=4)

    page = guest.get("/guest/").text

    texts = page.partition("Your texts from this device")[2]
    assert texts.index(f"/guest/feedback/{other.stub}/") < texts.index(f"/guest/feedback/{talk.stub}/")
    assert ("Only a text" in texts, "Rated and long" in texts, "long " * 40 in texts) == (True, True, False)
    assert page.count(f"/guest/feedback/{talk.stub}/") == 1
    assert "Your texts" not in Browser(app).get("/guest/").text
    assert "Ihre Texte von diesem Gerät" in guest.get("/guest/", headers=GERMAN).text
    session.get_one(Talk, talk.id).is_active = False
    session.commit()
    assert "Only a text" not in guest.get("/guest/").text


def test_a_text_is_for_the_speakers_and_in_no_list(session, guest, talk, app):
    send(guest, talk, good="The examples", next="Larger letters")

    comment = session.query(TalkComment).one()
    assert comment.text == "Good: The examples\n\nNext time: Larger letters"
    assert (comment.visibility, comment.state, comment.user_id) == ("speakers", "shown", None)
    assert "The examples" not in guest.get(f"/event/feedback-conf/{talk.slug}").text
    assert guest.get(f"/v2.1/talks/{talk.id}/comments").json["comments"] == []
    assert "The examples" in guest.get(f"/guest/feedback/{talk.stub}/").text
    assert "The examples" not in Browser(app).get(f"/guest/feedback/{talk.stub}/").text


def test_a_public_text_waits_for_a_host(session, guest, event, talk):
    change_settings(session, event, is_public_guest_text_allowed=True)

    send(guest, talk, good="Great", level="everyone")

    comment = session.query(TalkComment).one()
    assert (comment.visibility, comment.state) == ("everyone", "waiting")
    assert guest.get(f"/v2.1/talks/{talk.id}/comments").json["comments"] == []
    assert guest.post(f"/v2.1/talk_comments/{comment.id}/reported").status_code in (401, 404)


def test_a_text_with_a_link_waits_too(session, guest, talk):
    send(guest, talk, good="See https://spam.example/")

    assert session.query(TalkComment).one().state == "waiting"


def test_a_text_is_changed_and_deleted(session, guest, talk):
    send(guest, talk, good="One")
    send(guest, talk, text="Two")
    assert session.query(TalkComment).one().text == "Two"

    send(guest, talk, delete_text=1)
    assert session.query(TalkComment).count() == 0


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"rating": "6"},
        {"rating": "0"},
        {"rating": "x"},
        {"rating": "1" * 400},
        {"rating": "٣"},
        {"good": "x" * 6000},
    ],
)
def test_wrong_fields_are_refused_and_nothing_is_stored(session, guest, talk, fields):
    reply = send(guest, talk, **fields)

    assert reply.status_code == 400
    assert (session.query(TalkRating).count(), session.query(TalkComment).count()) == (0, 0)


def test_control_characters_are_removed(session, guest, talk):
    send(guest, talk, good="a\x00b\x07c")

    assert session.query(TalkComment).one().text == "Good: abc"


def test_a_program_that_fills_in_everything_stores_nothing(session, guest, talk):
    assert send(guest, talk, rating=5, website="https://spam.example").status_code == 303
    assert session.query(TalkRating).count() == 0


def test_feedback_opens_with_the_talk_and_closes_after_the_event(session, guest, event):
    later = make_talk(session, event, starts_at=utc_now() + dt.timedelta(hours=1))
    assert send(guest, later, rating=5).status_code == 403

    event.starts_at, event.ends_at = utc_now() - dt.timedelta(days=102), utc_now() - dt.timedelta(days=100)
    old = make_talk(session, event, starts_at=event.starts_at)
    assert send(guest, old, rating=5).status_code == 403
    written = (utc_now() - dt.timedelta(days=20)).isoformat()
    assert send(guest, old, rating=5, written_at=written).status_code == 403
    # A talk does not open earlier for feedback that names the time of writing.
    assert send(guest, later, rating=5, written_at=utc_now().isoformat()).status_code == 403
    assert session.query(TalkRating).count() == 0


def test_feedback_that_was_written_in_time_is_taken_later(session, guest, event, talk):
    change_settings(session, event, feedback_days=30)
    event.ends_at = talk.starts_at = utc_now() - dt.timedelta(days=33)
    session.commit()

    assert send(guest, talk, rating=5, written_at=(utc_now() - dt.timedelta(days=2)).isoformat()).status_code == 403
    assert send(guest, talk, rating=4, written_at=(utc_now() - dt.timedelta(days=4)).isoformat()).status_code == 303
    assert session.query(TalkRating).one().rating == 4


@pytest.mark.parametrize("access", ["off", "account", "room"])
def test_hosts_restrict_feedback(session, guest, event, talk, access):
    change_settings(session, event, feedback_access=access)

    assert send(guest, talk, rating=5).status_code == 403
    assert 'name="rating"' not in guest.get(f"/f/{talk.stub}").text


def test_a_page_of_another_site_is_asked_to_confirm(session, guest, talk):
    reply = guest.post(f"/guest/feedback/{talk.stub}/", {"rating": 5}, headers={"Origin": "https://other.example"})

    assert reply.status_code == 403
    assert session.query(TalkRating).count() == 0


def test_a_device_is_slowed(guest, talk):
    replies = [send(guest, talk, rating=4).status_code for _ in range(GUEST_DEVICE.max_count + 1)]

    assert replies == [303] * GUEST_DEVICE.max_count + [429]


def test_networks_are_counted_outside_the_days_of_the_event_only(session, guest, event, talk):
    send(guest, talk, rating=5)
    on_the_days = session.query(TalkRatingNetwork).count()
    event.starts_at, event.ends_at = utc_now() - dt.timedelta(days=9), utc_now() - dt.timedelta(days=7)
    talk.starts_at = event.starts_at
    session.commit()

    send(guest, make_talk(session, event, starts_at=event.starts_at), rating=5)

    counted = session.query(TalkRatingNetwork).one()
    assert (on_the_days, counted.number, "127.0.0.1" in counted.network) == (0, 1, False)


def test_the_same_key_is_one_tap(session, guest, talk):
    send(guest, talk, rating=5, idempotency_key="a")
    send(guest, talk, rating=1, idempotency_key="a")

    assert session.query(TalkRating).one().rating == 5


def test_a_repeated_request_takes_no_later_rating_back(session, guest, talk):
    send(guest, talk, rating=5, idempotency_key="a")
    send(guest, talk, take_back=1, idempotency_key="b")
    send(guest, talk, rating=2, idempotency_key="c")

    assert send(guest, talk, take_back=1, idempotency_key="b").status_code == 303
    send(guest, talk, rating=5, idempotency_key="a")

    assert session.query(TalkRating).one().rating == 2
    assert session.get_one(Talk, talk.id).guest_rating_sum == 2


def test_a_delayed_request_takes_no_later_rating_back(session, guest, talk):
    before = utc_now() - dt.timedelta(minutes=5)
    send(guest, talk, rating=2)

    assert send(guest, talk, take_back=1, written_at=before.isoformat()).status_code == 303
    assert session.query(TalkRating).one().rating == 2
    send(guest, talk, take_back=1)
    assert session.query(TalkRating).count() == 0


def test_a_repeated_text_replaces_no_later_one_and_brings_no_deleted_one_back(session, guest, talk):
    send(guest, talk, text="First", idempotency_key="a")
    send(guest, talk, text="Second", idempotency_key="b")
    send(guest, talk, text="First", idempotency_key="a")
    texts = [comment.text for comment in session.query(TalkComment)]
    send(guest, talk, delete_text=1, idempotency_key="c")
    send(guest, talk, text="Second", idempotency_key="b")
    deleted = session.query(TalkComment).count()
    send(guest, talk, text="Third", idempotency_key="d")
    send(guest, talk, delete_text=1, idempotency_key="c")

    assert (texts, deleted) == (["Second"], 0)
    assert [comment.text for comment in session.query(TalkComment)] == ["Third"]


def test_a_refused_request_may_be_sent_again_with_its_key(session, guest, talk):
    assert send(guest, talk, rating="x", idempotency_key="a").status_code == 400
    talk.has_feedback = False
    session.commit()
    assert send(guest, talk, rating=4, idempotency_key="a").status_code == 403
    talk.has_feedback = True
    session.commit()

    assert send(guest, talk, rating=4, idempotency_key="a").status_code == 303
    assert session.query(TalkRating).one().rating == 4


def test_a_text_before_the_talk_stays_in_the_form(session, guest, event):
    later = make_talk(session, event, starts_at=utc_now() + dt.timedelta(hours=1))

    reply = send(guest, later, good="The <b>title</b>", next="Lights")

    assert reply.status_code == 403
    assert "This talk has not begun." in reply.text
    assert "The &lt;b&gt;title&lt;/b&gt;</textarea>" in reply.text
    assert "Lights</textarea>" in reply.text


def test_a_text_above_the_limit_stays_in_the_form(session, guest, event, talk):
    change_settings(session, event, is_public_guest_text_allowed=True)
    replies = [send(guest, talk, text=f"Text {each}") for each in range(GUEST_TEXTS.max_count)]
    assert [reply.status_code for reply in replies] == [303] * len(replies)

    reply = send(guest, talk, text="One more", level="everyone")

    assert (reply.status_code, reply.headers["Retry-After"].isdigit()) == (429, True)
    assert "Please wait" in reply.text
    assert "One more</textarea>" in reply.text
    assert 'value="everyone" checked' in reply.text


@pytest.mark.parametrize("field", ["text", "good"])
def test_a_text_after_the_decision_of_the_hosts_stays_in_the_form(session, guest, talk, field):
    send(guest, talk, good="Before")
    session.query(TalkComment).one().is_hidden = True

    reply = send(guest, talk, **{field: "Changed"})

    assert reply.status_code == 403
    assert reply.text.count("The hosts have decided about this text.") == 2
    assert "Changed</textarea>" in reply.text
    assert session.query(TalkComment).one().text == "Good: Before"


def test_a_speaker_who_is_signed_in_does_not_rate_as_a_guest(session, app, talk, speaker):
    session.commit()
    browser = Browser(app).sign_in_directly(speaker)

    reply = send(browser, talk, rating=5)

    assert reply.status_code == 403
    assert "You are a speaker of this talk." in reply.text
    assert session.query(TalkRating).count() == 0


def test_a_second_rating_is_stored_for_events_with_two_criteria_only(session, guest, event, talk):
    send(guest, talk, rating=4, rating_2=2)
    assert session.query(TalkRating).one().rating_2 is None

    change_settings(session, event, feedback_scheme="two")
    send(guest, talk, rating=4, rating_2=2)
    session.expire_all()
    assert session.query(TalkRating).one().rating_2 == 2


def test_the_seats_of_the_rooms_raise_the_limit_of_a_network(session, event):
    assert count_seats_of_rooms(session, event.id) == 0
    make_room(session, event, capacity=700)
    make_room(session, event, capacity=100)
    make_room(session, event)
    session.commit()

    seats = count_seats_of_rooms(session, event.id)

    assert guest_network_limit(event, seats, now=event.starts_at).max_count == 4 * (event.attendee_count + 800)
    assert guest_network_limit(event, 100, now=event.starts_at).max_count == 600
