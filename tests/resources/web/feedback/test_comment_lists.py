"""Threads of comments: pages of 50 with the newest comment last, and addresses of single comments (C6)."""

import datetime as dt
import re

import pytest

from joindin.models import EventComment, TalkComment
from joindin.utils.datetimes import utc_now
from tests.browser_client import Browser
from tests.factories import make_event_comment, make_talk_comment, make_user, newest

EVENT_THREAD, TALK_THREAD = "/event/feedback-conf/comments", "/event/feedback-conf/errors"


@pytest.fixture
def make_thread(session, event, talk):
    """Return a function that stores comments on the event or the talk, the oldest first, and a hidden one before them."""

    def make(thread, number, author=None):
        began_at = utc_now() - dt.timedelta(hours=1)
        make, subject = (make_event_comment, event) if thread == EVENT_THREAD else (make_talk_comment, talk)
        make(session, subject, author, rating=0, text="Hidden", is_hidden=True, created_at=began_at)
        comments = [
            # Two at a time are as old as each other.
            make(session, subject, author, rating=0, text=f"Text {each}.",
                 created_at=began_at + dt.timedelta(seconds=each // 2))
            for each in range(number)
        ]  # fmt: skip
        session.commit()
        return comments

    return make


def shown_ids(reply):
    return [int(id_) for id_ in re.findall(r'id="comment-(\d+)"', reply.text)]


@pytest.mark.parametrize("thread", [EVENT_THREAD, TALK_THREAD])
def test_a_thread_has_the_newest_comment_last(guest, make_thread, thread):
    ids = [comment.id for comment in make_thread(thread, 101)]

    first, second, third, last = (guest.get(f"{thread}{query}") for query in ("", "?page=2", "?page=3", "?page=last"))

    assert [shown_ids(page) for page in (first, second, third, last)] == [ids[:50], ids[50:100], ids[100:], ids[100:]]
    newest_link = f'<a href="{thread}?page=3">Newest comments</a>'
    assert [newest_link in page.text for page in (first, second, third)] == [True, True, False]
    assert [guest.get(f"{thread}?page={page}").status_code for page in ("4", "x", "lost")] == [404] * 3


@pytest.mark.parametrize("page", ["0", "00", "-1", "+1", "1.0", "", "\u0661", "2", "9999999", "9" * 30, "9" * 5000])
@pytest.mark.parametrize(
    "path",
    [
        EVENT_THREAD,
        TALK_THREAD,
        "/event/feedback-conf/talk-comments",
        "/event/feedback-conf/feedback",
        "/user/grace/comments",
    ],
)
def test_a_number_that_is_no_page_is_not_found(guest, make_thread, user, path, page):
    make_thread(TALK_THREAD, 1, user)

    assert guest.get(path).status_code == 200
    assert guest.get(path, query_string={"page": page}).status_code == 404


@pytest.mark.parametrize("thread", [EVENT_THREAD, TALK_THREAD])
def test_a_thread_without_comments_has_one_page(guest, event, talk, thread):
    replies = [guest.get(f"{thread}{query}") for query in ("", "?page=last")]

    assert [reply.status_code for reply in replies] == [200, 200]
    assert ["Newest comments" in reply.text for reply in replies] == [False, False]


def test_comments_on_all_talks_have_the_newest_first(guest, make_thread):
    ids = [comment.id for comment in make_thread(TALK_THREAD, 51)][::-1]

    pages = [guest.get(f"/event/feedback-conf/talk-comments{query}") for query in ("", "?page=2")]

    assert [shown_ids(page) for page in pages] == [ids[:50], ids[50:]]


@pytest.mark.parametrize(("thread", "model"), [(EVENT_THREAD, EventComment), (TALK_THREAD, TalkComment)])
@pytest.mark.parametrize(("number", "query"), [(49, ""), (50, "?page=2"), (101, "?page=3")])
def test_a_new_comment_is_on_the_page_to_which_its_author_is_led(
    session, browser, make_thread, thread, model, number, query
):
    make_thread(thread, number)

    target = EVENT_THREAD if model is EventComment else f"{TALK_THREAD}/comments"
    reply = browser.send(target, {"text": "The newest", "rating": "4"}, page=thread)

    comment_id = newest(session, model).id
    assert (reply.status_code, reply.location) == (303, f"{thread}{query}#comment-{comment_id}")
    assert shown_ids(browser.get(reply.location))[-1] == comment_id


@pytest.mark.parametrize(("thread", "kind"), [(EVENT_THREAD, "event"), (TALK_THREAD, "talk")])
def test_an_edited_comment_is_on_the_page_to_which_its_author_is_led(app, session, make_thread, thread, kind):
    author = make_user(session, "author")
    comments = make_thread(thread, 101, author)
    for comment in comments:
        comment.created_at = utc_now() - dt.timedelta(minutes=1)
    session.commit()
    browser = Browser(app).sign_in_directly(author)

    locations = []
    for comment in (comments[49], comments[50], comments[100]):
        locations.append(browser.send(f"/comments/{kind}/{comment.id}/edit", {"text": "Other words"}).location)
        assert comment.id in shown_ids(browser.get(locations[-1]))

    expected = ((49, ""), (50, "?page=2"), (100, "?page=3"))
    assert locations == [f"{thread}{query}#comment-{comments[index].id}" for index, query in expected]


@pytest.mark.parametrize(("thread", "kind"), [(EVENT_THREAD, "event"), (TALK_THREAD, "talk")])
def test_a_thread_offers_to_edit_only_new_comments(app, session, make_thread, thread, kind):
    author = make_user(session, "author")
    old, new = make_thread(thread, 2, author)
    new.created_at = utc_now() - dt.timedelta(minutes=1)
    session.commit()

    shown = Browser(app).sign_in_directly(author).get(thread).text

    actions = re.findall(rf"/comments/{kind}/(\d+)/(edit|delete)", shown)
    assert actions == [(str(old.id), "delete"), (str(new.id), "edit"), (str(new.id), "delete")]


def test_an_answered_comment_is_on_the_page_to_which_the_speaker_is_led(app, make_thread, speaker):
    comment = make_thread(TALK_THREAD, 51)[50]

    ada = Browser(app).sign_in_directly(speaker)
    reply = ada.send(f"/comments/talk/{comment.id}/answer", {"text": "Thank you"})

    assert reply.location == f"{TALK_THREAD}?page=2#comment-{comment.id}"
    assert "Thank you" in ada.get(reply.location).text


@pytest.mark.parametrize("thread", [EVENT_THREAD, TALK_THREAD])
def test_hosts_are_named_in_words(app, guest, make_thread, host, user, thread, count_statements):
    make_thread(thread, 1, host)
    make_thread(thread, 1, user)
    text = guest.get(thread).text
    counts = []
    for number in (2, 20):
        make_thread(thread, number, host)
        guest.get(thread)
        with count_statements() as executed:
            guest.get(thread)
        counts.append(len(executed))

    assert text.count("(host)") == 1
    assert re.search(r"Grace Guest</a>\s+·", text)
    assert counts[0] == counts[1]


def test_a_comment_on_an_event_is_not_taken_after_feedback_has_closed(session, browser, event):
    path = EVENT_THREAD
    token = browser.token(path)
    event.starts_at, event.ends_at = (utc_now() - dt.timedelta(days=days) for days in (92, 91))
    session.commit()

    page = browser.get(path).text
    reply = browser.post(path, {"csrfmiddlewaretoken": token, "text": "Too late.", "rating": 4})

    assert "Feedback was open until" in page
    assert 'name="text"' not in page
    assert reply.status_code == 403
    assert "Feedback on this event is closed" in reply.text
    assert "Too late." in reply.text
    assert session.query(EventComment).count() == 0


@pytest.mark.parametrize("thread", [EVENT_THREAD, TALK_THREAD])
def test_a_rating_is_offered_only_to_people_whose_rating_would_be_stored(app, browser, host, speaker, talk, thread):
    def offers_rating(page):
        assert 'name="text"' in page.text
        return 'name="rating"' in page.text

    def send(**fields):
        return browser.send(f"{thread.removesuffix('/comments')}/comments", fields, page=thread)

    owner = Browser(app).sign_in_directly(host if thread == EVENT_THREAD else speaker)

    assert offers_rating(browser.get(thread))
    assert not offers_rating(owner.get(thread))
    sent = [send(text="First.", rating="4") for _click in range(2)]
    assert [reply.status_code for reply in sent] == [303, 303]
    assert sent[0].headers["Location"] == sent[1].headers["Location"]
    assert not offers_rating(browser.get(thread))
    assert not offers_rating(send(text="", rating="5"))
    assert send(text="Second.").status_code == 303
