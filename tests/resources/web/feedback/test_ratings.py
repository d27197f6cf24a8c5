"""Ratings and comments of users, and what their levels show (T14)."""

import datetime as dt
import re

import pytest

from joindin.models import BrowserSession, Event, EventComment, EventSettings, Talk, TalkComment, TalkRating
from joindin.queries.event_settings import load_event_settings
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser, make_user_with_password
from tests.factories import NOW, make_event_comment, make_talk, make_talk_comment, make_user, newest

PATH = "/event/feedback-conf/errors"


def rate(browser, talk, **fields):
    return browser.send("/me/ratings/", {"talk": talk.stub, **fields}, page=f"/f/{talk.stub}")


def comment(browser, **fields):
    return browser.send(f"{PATH}/comments", fields, page=PATH)


def test_a_rating_with_an_account_counts_in_the_average(session, browser, talk, app):
    reply = rate(browser, talk, rating=4)

    assert (reply.status_code, reply.headers["Location"]) == (303, f"/me/ratings/?talk={talk.stub}")
    assert "4, Great" in browser.get(f"/me/ratings/?talk={talk.stub}").text
    assert Browser(app).get(f"/v2.1/talks/{talk.id}").json["talks"][0]["average_rating"] == 4
    assert Browser(app).get(f"/v2.1/talks/{talk.id}/comments").json["comments"] == []

    rate(browser, talk, take_back=1)
    assert session.query(TalkRating).count() == 0


def test_a_repeated_or_delayed_request_takes_no_later_rating_back(session, browser, talk):
    before = utc_now() - dt.timedelta(minutes=5)
    rate(browser, talk, rating=4, idempotency_key="a")
    rate(browser, talk, take_back=1, idempotency_key="b")
    rate(browser, talk, rating=2, idempotency_key="c")

    replies = [
        rate(browser, talk, take_back=1, idempotency_key="b"),
        rate(browser, talk, take_back=1, written_at=before.isoformat()),
        rate(browser, talk, rating=4, idempotency_key="a"),
    ]

    assert [reply.status_code for reply in replies] == [303] * 3
    assert session.query(TalkRating).one().rating == 2


def test_speakers_do_not_rate_their_own_talk(app, session, speaker, talk):
    reply = rate(Browser(app).sign_in_directly(speaker), talk, rating=5)

    assert reply.status_code == 403
    assert session.query(TalkRating).count() == 0


@pytest.mark.parametrize("rating", ["", "9", "x"])
def test_a_rating_is_required(session, browser, talk, rating):
    assert rate(browser, talk, rating=rating).status_code == 400
    assert session.query(TalkRating).count() == 0


def test_an_event_for_texts_only_takes_no_new_ratings(session, browser, event, talk):
    rate(browser, talk, rating=4)
    session.add(EventSettings(event_id=event.id, feedback_scheme="none"))

    reply = rate(browser, talk, rating=5)

    assert (reply.status_code, "This event takes texts without ratings" in reply.text) == (400, True)
    assert (session.query(TalkRating).one().rating, session.get_one(Talk, talk.id).rating_sum) == (4, 4)
    assert rate(browser, talk, take_back=1).status_code == 303
    assert session.query(TalkRating).count() == 0


def test_a_comment_with_name(session, browser, talk, guest):
    reply = comment(browser, text="Clear & short", rating=5, level="everyone")

    assert reply.status_code == 303
    assert reply.headers["Location"] == f"{PATH}#comment-{session.query(TalkComment).one().id}"
    page = guest.get(PATH).text
    assert "Clear &amp; short" in page
    assert "Grace Guest" in page
    assert session.get_one(Talk, talk.id).rating_sum == 5


@pytest.mark.parametrize("rating", ["0", "6", "77", "x"])
def test_a_comment_with_an_unknown_rating_is_refused(session, browser, talk, rating):
    comment(browser, text="First", rating=5, level="everyone")

    refused = comment(browser, text="Second", rating=rating, level="everyone")
    on_event = browser.send("/event/feedback-conf/comments", {"text": "Third", "rating": rating})

    assert (refused.status_code, on_event.status_code) == (400, 400)
    assert "Choose a rating from 1 to 5" in refused.text
    assert session.query(TalkComment).count() == 1
    assert session.query(EventComment).count() == 0


def test_web_addresses_in_a_comment_are_links(session, talk, guest, event):
    make_talk_comment(
        session, talk, text="See https://a.example/x?a=1&b=2.\nNot javascript:alert(1)", answer="At https://b.example",
        answered_at=utc_now(),
    )  # fmt: skip
    make_event_comment(session, event, text="<https://c.example/>")
    session.commit()

    rel = 'rel="nofollow ugc noopener noreferrer"'
    link = f'See <a href="https://a.example/x?a=1&amp;b=2" {rel}>https://a.example/x?a=1&amp;b=2</a>.<br>Not javascript'
    for path in (PATH, "/event/feedback-conf/talk-comments"):
        text = guest.get(path).text
        assert link in text
        assert f'<a href="https://b.example" {rel}>' in text
    for path in ("/event/feedback-conf", "/event/feedback-conf/comments"):
        assert f'&lt;<a href="https://c.example/" {rel}>https://c.example/</a>&gt;' in guest.get(path).text


def test_a_hidden_name_is_nowhere(session, browser, talk, guest, user):
    comment(browser, text="Honest words", rating=2, level="anonymous")

    listed = guest.get(f"/v2.1/talks/{talk.id}/comments?verbose=yes").json["comments"][0]
    assert (listed["comment"], listed["user_display_name"], listed["username"]) == ("Honest words", None, None)
    assert "user_uri" not in listed
    assert guest.get(f"/v2.1/users/{user.id}/talk_comments").json["comments"] == []
    for path in (PATH, "/event/feedback-conf/talk-comments", "/user/grace"):
        text = guest.get(path).text
        assert "Grace Guest" not in text or (path == "/user/grace" and "Honest words" not in text)
    assert session.get_one(Talk, talk.id).rating_sum == 2


def test_a_private_comment_is_not_listed(session, browser, talk, guest):
    comment(browser, text="For you only", rating=2, level="speakers", nameless="y")

    written = session.query(TalkComment).one()
    assert (written.is_private, written.is_name_hidden) == (True, True)
    assert "For you only" not in guest.get(PATH).text
    assert guest.get(f"/v2.1/talks/{talk.id}/comments").json["comments"] == []


def test_a_level_that_hosts_do_not_allow_is_not_offered(session, browser, event, talk):
    session.add(EventSettings(event_id=event.id, is_hidden_name_allowed=False, is_private_text_allowed=False))

    assert 'name="level"' not in browser.get(PATH).text
    comment(browser, text="Open words", rating=2)
    assert session.query(TalkComment).one().visibility == "everyone"


@pytest.mark.parametrize(
    ("changes", "choice"),
    [
        ({"is_hidden_name_allowed": False, "is_private_text_allowed": False}, {"level": "anonymous"}),
        ({"is_private_text_allowed": False}, {"level": "speakers"}),
        ({"is_hidden_name_allowed": False}, {"level": "speakers", "nameless": "y"}),
    ],
)
def test_a_level_that_hosts_withdrew_is_never_loosened(session, browser, event, talk, changes, choice):
    session.add(EventSettings(event_id=event.id, **changes))

    refused = comment(browser, text="For few", rating=2, **choice)
    resent = comment(browser, text="For few", rating=2, level="")

    assert (refused.status_code, resent.status_code) == (400, 400)
    assert "The hosts do not offer this choice any more. Choose who may read it." in refused.text
    assert "For few" in refused.text
    assert '<input type="hidden" name="level" value="">' in refused.text
    assert 'value="everyone">' in refused.text
    assert session.query(TalkComment).count() == 0

    # Browsers send the hidden field after the chosen level.
    assert comment(browser, text="For few", rating=2, level=["everyone", ""]).status_code == 303
    assert session.query(TalkComment).one().visibility == "everyone"


def test_a_missing_rating_is_asked_for_once(session, browser, talk):
    asked = comment(browser, text="No number")
    assert asked.status_code == 400
    assert "Send without a rating" in asked.text
    assert "No number" in asked.text
    assert session.query(TalkComment).count() == 0

    assert comment(browser, text="No number", without_rating=1).status_code == 303
    assert session.query(TalkComment).count() == 1


def test_a_text_survives_an_expired_form(session, browser, talk):
    reply = browser.post(f"{PATH}/comments", {"text": "Long <words>", "rating": 3, "csrfmiddlewaretoken": "old"})

    assert reply.status_code == 403
    assert "Long &lt;words&gt;" in reply.text
    assert "was open for too long" in reply.text
    assert session.query(TalkComment).count() == 0


def test_a_text_survives_signing_in(session, app, user, guest, talk):
    reply = guest.post(f"{PATH}/comments", {"text": "Still here", "rating": 3})
    assert reply.status_code == 403
    assert "Still here" in reply.text
    assert "/accounts/login/?next=" in reply.text

    guest.sign_in_directly(user)
    again = guest.post(f"{PATH}/comments", {"text": "Still here", "rating": 3})
    assert (again.status_code, "Still here" in again.text) == (403, True)
    assert comment(guest, text="Still here", rating=3).status_code == 303
    assert comment(guest, text="Still here", rating=2).status_code == 400
    assert session.query(TalkComment).count() == 1


def test_a_form_of_an_expired_session_is_not_stored_for_another_user(session, guest, talk):
    ann, bob = make_user_with_password(session), make_user_with_password(session)
    guest.sign_in(ann)
    token = guest.token(PATH)
    newest(session, BrowserSession).expires_at = utc_now()
    session.commit()
    guest.sign_in(bob)

    def send(path, **fields):
        headers = {"Origin": "http://localhost"}
        return guest.post(path, {"csrfmiddlewaretoken": token, **fields}, headers=headers)

    commented = send(f"{PATH}/comments", text="Of Ann", rating=3)
    rated = send("/me/ratings/", talk=talk.stub, rating=3)

    assert [reply.status_code for reply in (commented, rated)] == [403, 403]
    assert ["Of Ann" in commented.text, 'name="rating" value="3"' in rated.text] == [True, True]
    assert (session.query(TalkComment).count(), session.query(TalkRating).count()) == (0, 0)


@pytest.mark.parametrize("slug", [None, "schedule"])
def test_comments_on_a_talk_without_an_address_of_its_own(session, browser, guest, talk, slug):
    talk.slug = slug
    session.commit()
    path = f"/talk/{talk.stub}"
    assert f'action="{path}/comments"' in browser.get(path).text
    assert f'action="{path}/comments"' in browser.get(f"/me/ratings/?talk={talk.stub}").text

    asked = browser.send(f"{path}/comments", {"text": "No number"}, page=path)
    sent = browser.send(f"{path}/comments", {"text": "Still clear", "rating": 5}, page=path)

    assert (asked.status_code, f'action="{path}/comments"' in asked.text) == (400, True)
    assert (sent.status_code, sent.location) == (303, f"{path}#comment-{session.query(TalkComment).one().id}")
    assert "Still clear" in guest.get(f"{path}?page=last").text
    assert guest.get(f"{path}/comments").location == f"{path}#comments"


def test_visitors_and_unknown_talks_by_the_short_address(session, guest, browser, talk):
    reply = guest.post(f"/talk/{talk.stub}/comments", {"text": "Kept words"})

    assert (reply.status_code, "Kept words" in reply.text) == (403, True)
    assert browser.get("/talk/nosuch/comments").status_code == 404
    assert session.query(TalkComment).count() == 0


def test_comments_on_the_event(session, browser, event, guest):
    path = "/event/feedback-conf/comments"
    assert browser.send(path, {"text": "Well run", "rating": 5}).status_code == 303

    assert "Well run" in guest.get(path).text
    assert browser.send(path, {"text": "Well run", "rating": 4}).status_code == 400


@pytest.mark.parametrize("scheme", ["none", "one"])
def test_a_comment_on_the_event_without_a_rating_is_not_counted(session, browser, event, scheme):
    session.add(EventSettings(event_id=event.id, feedback_scheme=scheme))

    reply = browser.send("/event/feedback-conf/comments", {"text": "Well run"})

    stored, event = session.query(EventComment).one(), session.get_one(Event, event.id)
    assert (reply.status_code, stored.text, stored.rating) == (303, "Well run", 0)
    assert (event.comment_count, event.rating_sum, event.rating_count) == (1, 0, 0)


def test_comments_are_paged(session, guest, talk):
    users = [make_user(session) for _ in range(3)]
    for number in range(51):
        make_talk_comment(session, talk, users[number % 3], rating=0, text=f"Number {number:02}.")

    first, last = guest.get(PATH).text, guest.get(f"{PATH}?page=last").text
    assert ("Number 00." in first, "Number 50." in first) == (True, False)
    assert ("Number 00." in last, "Number 50." in last) == (False, True)
    assert [guest.get(f"{PATH}?page={page}").status_code for page in ("3", "x", "0", "9" * 30)] == [404] * 4


def test_means_are_shown_from_three_ratings_on(session, guest, talk):
    for rating in (5, 4):
        make_talk_comment(session, talk, make_user(session), rating=rating)
    assert "of 5 from" not in guest.get(PATH).text

    make_talk_comment(session, talk, make_user(session), rating=4)
    assert "4.3 of 5 from 3 people with an account" in guest.get(PATH).text


@pytest.mark.parametrize("path", ["/event/feedback-conf/feedback", PATH])
def test_standard_words_of_the_scale_are_in_the_language_of_the_page(browser, talk, path):
    text = browser.get(path, headers={"Accept-Language": "de"}).text

    assert '<html lang="de"' in text
    assert "Noch nicht ausgereift" in text
    assert "Needs more work" not in text


def test_choices_of_a_comment_are_in_the_language_of_the_page(browser, talk):
    text = browser.get(PATH, headers={"Accept-Language": "de"}).text

    assert "Alle, mit meinem Namen" in text
    assert "Everyone, with my name" not in text


def test_rate_what_you_saw(guest, browser, talk, event, session):
    text = guest.get("/event/feedback-conf/feedback").text
    assert f'action="/guest/feedback/{talk.stub}/"' in text
    assert 'action="/me/ratings/"' in browser.get("/event/feedback-conf/feedback").text


def test_closed_feedback_says_until_when_it_was_open(guest, talk, event, session):
    event.timezone, event.ends_at = "Europe/Berlin", dt.datetime(2026, 7, 3, 18, tzinfo=dt.UTC)
    talk.starts_at = dt.datetime(2026, 7, 3, 16, tzinfo=dt.UTC)
    session.commit()

    text = guest.get("/event/feedback-conf/feedback").text

    assert text.count("Feedback was open until Thu, 1 Oct 2026, 20:00.") == 1
    assert 'name="rating"' not in text
    assert 'href="/event/feedback-conf/errors"' in text


def test_a_talk_that_outlasts_the_event_is_rated_longer(guest, talk, event, session):
    long_ago = utc_now() - dt.timedelta(days=event_days(session, event) + 2)
    event.ends_at, talk.starts_at = long_ago, long_ago
    make_talk(session, event, "After party", stub="party", starts_at=utc_now() - dt.timedelta(hours=3))
    session.commit()

    text = guest.get("/event/feedback-conf/feedback").text

    assert text.count('action="/guest/feedback/') == 1
    assert 'action="/guest/feedback/party/"' in text
    assert text.count("Feedback was open until ") == 1


def event_days(session, event):
    return load_event_settings(session, event.id).feedback_days


@pytest.mark.parametrize(
    ("access", "words"),
    [
        ("account", "This event takes feedback from people with an account."),
        ("room", "This event takes feedback with the code of the room."),
    ],
)
def test_talks_that_guests_cannot_rate_have_the_reason(session, guest, browser, talk, event, access, words):
    session.add(EventSettings(event_id=event.id, feedback_access=access))
    session.commit()

    texts = [client.get("/event/feedback-conf/feedback").text for client in (guest, browser)]

    assert [words in text for text in texts] == [True, False]
    assert ['name="rating"' in text for text in texts] == [False, True]


def checked_level(page):
    checked = re.search(r'<input[^>]* checked[^>]* name="level"[^>]* value="(\w+)"', page)
    nameless = re.search(r'<input[^>]* name="nameless"[^>]*>', page)
    return checked and checked[1], bool(nameless) and " checked" in nameless[0]


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ({"level": "everyone"}, ("everyone", False)),
        ({"level": "anonymous"}, ("anonymous", False)),
        ({"level": "speakers"}, ("speakers", False)),
        ({"level": "speakers", "nameless": "y"}, ("speakers", True)),
    ],
)
def test_a_new_comment_starts_with_the_last_choice(browser, talk, chosen, shown):
    first = checked_level(browser.get(PATH).text)
    comment(browser, text="Words", rating=2, **chosen)

    pages = [browser.get(path).text for path in (PATH, f"/me/ratings/?talk={talk.stub}")]

    assert first == ("everyone", False)
    assert [checked_level(page) for page in pages] == [shown, shown]


def test_the_newest_choice_counts_and_only_that_of_the_user(session, browser, talk, user):
    for minute, fields in enumerate(({"is_private": True}, {"is_name_hidden": True})):
        make_talk_comment(session, talk, user, created_at=NOW + dt.timedelta(minutes=minute), **fields)
    make_talk_comment(session, talk, make_user(session), created_at=NOW + dt.timedelta(days=1))
    session.commit()

    assert checked_level(browser.get(PATH).text) == ("anonymous", False)


@pytest.mark.parametrize(
    ("changes", "last", "shown"),
    [
        ({"is_private_text_allowed": False}, {"level": "speakers", "nameless": "y"}, ("everyone", False)),
        ({"is_hidden_name_allowed": False}, {"level": "anonymous"}, ("everyone", False)),
        ({"is_hidden_name_allowed": False}, {"level": "speakers", "nameless": "y"}, ("speakers", False)),
    ],
)
def test_a_last_choice_that_the_event_does_not_offer_is_not_shown(session, browser, event, talk, changes, last, shown):
    comment(browser, text="Words", rating=2, **last)
    session.add(EventSettings(event_id=event.id, **changes))
    session.commit()

    page = browser.get(PATH).text

    assert checked_level(page) == shown
    assert "do not offer this choice" not in page
    assert '<input type="hidden" name="level" value="">' not in page


def test_a_comment_sent_without_a_level_is_for_everyone_whatever_was_chosen_last(session, browser, talk):
    comment(browser, text="Words", rating=2, level="speakers")
    comment(browser, text="Open words", rating=2)

    assert [each.visibility for each in session.query(TalkComment).order_by(TalkComment.id)] == ["speakers", "everyone"]
