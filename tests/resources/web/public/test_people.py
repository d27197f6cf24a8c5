"""The page of a person: what it shows of talks, events and comments, and the full lists below it."""

import datetime as dt
import re

import pytest
import time_machine

from joindin.models import Attendance, EventSettings, TalkLink
from tests.browser_client import Browser, main_text
from tests.factories import (
    NOW,
    make_attendance,
    make_event,
    make_event_comment,
    make_pending_event,
    make_talk,
    make_talk_comment,
    make_user,
    parse_instant,
)
from tests.german_pages import GERMAN, check_german

LISTS = ("talks", "hosted", "events", "comments")


@pytest.fixture
def ann(session):
    return make_user(session, "ann", full_name="Ann Ash")


@pytest.fixture
def event(session):
    return make_event(session, "Conf", slug="conf")


def at(minutes):
    return NOW + dt.timedelta(minutes=minutes)


def test_the_page_has_the_newest_comments_on_talks_and_events(session, browser, ann, event):
    talk = make_talk(session, event, "Tides", slug="tides")
    for number in range(4):
        make_talk_comment(session, talk, ann, text=f"Talk text {number}", rating=4, created_at=at(2 * number))
        make_event_comment(session, event, ann, text=f"Event text {number}", rating=0, created_at=at(2 * number + 1))
    session.commit()

    reply = browser.get("/user/ann")

    text = main_text(reply)
    shown = ["Event text 3", "Talk text 3", "Event text 2", "Talk text 2", "Event text 1"]
    assert sorted(shown, key=text.index) == shown
    assert "Talk text 1" not in text
    assert "Conf · " in text
    assert text.count("rated 4 of 5") == 2
    assert 'href="/event/conf/tides#comment-' in reply.text
    assert 'href="/event/conf/comments#comment-' in reply.text
    assert '<a href="/user/ann/comments">All comments' in reply.text


def test_comments_that_not_everyone_may_read_with_the_name_are_left_out(app, session, browser, ann, event):
    talk, other = make_talk(session, event, "Tides"), make_user(session, "other")
    hidden_talk = make_talk(session, event, "Gone", is_active=False)
    pending = make_pending_event(session, "Waiting", host=ann)
    private = make_event(session, "Private", is_private=True, host=ann)
    for subject in (hidden_talk, make_talk(session, pending), make_talk(session, private)):
        make_talk_comment(session, subject, ann, text="Secret")
    for subject in (pending, private):
        make_event_comment(session, subject, ann, text="Secret")
    make_talk_comment(session, talk, ann, text="Secret", is_private=True)
    make_talk_comment(session, talk, ann, text="Secret", is_hidden=True)
    make_talk_comment(session, talk, ann, text="Secret", is_name_hidden=True)
    make_event_comment(session, event, ann, text="Secret", is_hidden=True)
    make_talk_comment(session, talk, other, text="Secret")
    make_talk_comment(session, talk, None, text="Secret")
    make_talk_comment(session, talk, ann, text="Open")
    session.commit()
    browsers = [browser] + [
        Browser(app).sign_in_directly(user) for user in (ann, other, make_user(session, is_admin=True))
    ]

    for each in browsers:
        for path in ("/user/ann", "/user/ann/comments"):
            reply = each.get(path)
            assert (reply.text.count("Open"), "Secret" in reply.text) == (1, False)
            assert "All comments" not in reply.text


def test_a_visitor_no_longer_sees_a_comment_that_is_hidden(session, browser, ann, event):
    comment = make_talk_comment(session, make_talk(session, event), ann, text="Seen")
    session.commit()
    before = [browser.get(path) for path in ("/user/ann", "/user/ann/comments")]
    comment.is_hidden = True
    session.commit()
    after = [browser.get(path) for path in ("/user/ann", "/user/ann/comments")]

    assert ["Seen" in reply.text for reply in (*before, *after)] == [True, True, False, False]
    assert all("public" in reply.headers["Cache-Control"] for reply in (*before, *after))
    assert before[0].headers["ETag"] != after[0].headers["ETag"]


def test_all_comments_are_paged_newest_first(session, browser, ann, event):
    talk = make_talk(session, event)
    for number in range(51):
        make_talk_comment(session, talk, ann, text=f"Text no. {number:02}", created_at=at(number))
    session.commit()

    first, last = (browser.get(f"/user/ann/comments{query}") for query in ("", "?page=2"))

    assert first.text.index("Text no. 50") < first.text.index("Text no. 01")
    assert ("Text no. 00" in first.text, "Text no. 00" in last.text, "Text no. 01" in last.text) == (False, True, False)
    assert ['<meta name="robots" content="noindex">' in reply.text for reply in (first, last)] == [False, True]
    assert all('/user/ann/comments">' in reply.text.partition('rel="canonical"')[2][:99] for reply in (first, last))
    assert 'rel="next" href="/user/ann/comments?page=2"' in first.text
    assert 'rel="prev" href="/user/ann/comments"' in last.text


def test_the_other_lists_have_what_is_left_out_on_the_page(session, browser, ann, event):
    for number in range(21):
        make_talk(session, event, f"Talk no. {number:02}", speakers=[ann], starts_at=at(number - 999))
    for number in range(11):
        make_event(session, f"Own no. {number:02}", host=ann, starts_at=at(number), ends_at=at(number + 60))
        attended = make_event(session, f"Seen no. {number:02}", starts_at=at(number), ends_at=at(number + 60))
        make_attendance(session, attended, ann)
    secret = make_event(session, "Secret")
    make_attendance(session, secret, ann)
    session.get(Attendance, (secret.id, ann.id)).is_listed = False
    session.commit()

    page = browser.get("/user/ann").text
    lists = {name: browser.get(f"/user/ann/{name}").text for name in ("talks", "hosted", "events")}

    assert [f"{kind} no. 00" in page for kind in ("Talk", "Own", "Seen")] == [False] * 3
    assert [f"{kind} no. {last}" in page for kind, last in (("Talk", 20), ("Own", 10), ("Seen", 10))] == [True] * 3
    assert all(f'href="/user/ann/{name}"' in page for name in lists)
    assert {name: [text.count(f"{kind} no. ") for kind in ("Talk", "Own", "Seen")] for name, text in lists.items()} == {
        "talks": [21, 0, 0],
        "hosted": [0, 11, 0],
        "events": [0, 0, 11],
    }
    assert "Secret" not in page + lists["events"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_end_with_their_last_page(session, browser, ann, name):
    event = make_event(session, "Conf")
    for number in range(51):
        if name == "talks":
            make_talk(session, event, speakers=[ann], starts_at=at(number))
        elif name == "comments":
            make_event_comment(session, event, ann)
        else:
            other = make_event(session, host=ann if name == "hosted" else None, starts_at=at(number))
            if name == "events":
                make_attendance(session, other, ann)
    session.commit()

    path = f"/user/ann/{name}"
    last = browser.get(f"{path}?page=2")
    statuses = [browser.get(f"{path}?page={page}").status_code for page in ("3", "0", "-1", "x", "%00", "", "9" * 30)]

    assert (last.status_code, "Page 2 of 2" in main_text(last)) == (200, True)
    assert ('rel="prev"' in last.text, 'rel="next"' in last.text) == (True, False)
    assert statuses == [404] * 7
    assert browser.get(f"{path}?page=1").status_code == 200


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("talks", "No talks yet."),
        ("hosted", "No events yet."),
        ("events", "No events yet."),
        ("comments", "There are no comments yet."),
    ],
)
def test_an_empty_list_says_so(browser, ann, name, shown):
    first = browser.get(f"/user/ann/{name}")

    assert (first.status_code, shown in main_text(first)) == (200, True)
    assert browser.get(f"/user/ann/{name}?page=2").status_code == 404


def talks_of(reply):
    """Return the titles of the talks by the heading under which they stand."""
    part = reply.text.partition('<h2 id="talks">')[2].partition("</section>")[0]
    parts = re.findall("<h3>(.*?)</h3>(.*?)(?=<h3>|$)", part, re.DOTALL)
    return {heading: re.findall(r"Talk \w+", text) for heading, text in parts}


def test_next_talks_stand_before_past_ones(session, browser, ann, event):
    hour = 60
    for title, minutes, duration in (
        ("Talk Old", -30 * hour, 60), ("Talk Late", 40 * hour, 60), ("Talk Soon", 2 * hour, 60),
        ("Talk Running", -10, 60), ("Talk Over", -90, 60), ("Talk Long", -300, 600),
    ):  # fmt: skip
        make_talk(session, event, title, speakers=[ann], starts_at=at(minutes), duration=duration)
    session.commit()

    assert talks_of(browser.get("/user/ann")) == {
        "Next talks": ["Talk Long", "Talk Running", "Talk Soon", "Talk Late"],
        "Past talks": ["Talk Over", "Talk Old"],
    }


def test_a_talk_is_past_when_it_ends_without_a_write(session, browser, ann, event):
    make_talk(session, event, "Talk One", speakers=[ann], starts_at=parse_instant("2033-08-03T10:00"), duration=60)
    session.commit()
    shown = []
    for time in ("10:59", "11:00"):
        with time_machine.travel(parse_instant(f"2033-08-03T{time}"), tick=False):
            shown.append(talks_of(browser.get("/user/ann")))

    assert shown == [{"Next talks": ["Talk One"]}, {"Past talks": ["Talk One"]}]


def test_a_next_talk_has_its_time_and_zone_and_a_past_one_its_day(session, browser, ann):
    event = make_event(session, "Conf", slug="conf", timezone="America/New_York")
    make_talk(session, event, "Next", speakers=[ann], starts_at=parse_instant("2033-08-03T14:00"))
    make_talk(session, event, "Past", speakers=[ann], starts_at=parse_instant("2020-08-03T01:00"))
    session.commit()

    text = " ".join(main_text(browser.get("/user/ann")).split())

    assert "Next · Conf Wed, 3 Aug 2033, 10:00 New York" in text
    assert "Past · Conf Sun, 2 Aug 2020" in text
    assert "21:00" not in text


def test_a_talk_has_its_rating_from_three_on_and_its_slides(session, browser, ann, event):
    quiet, closed = (make_event(session, name) for name in ("Quiet", "Closed"))
    session.add(EventSettings(event_id=quiet.id, feedback_scheme="none"))
    session.add(EventSettings(event_id=closed.id, feedback_access="off"))
    rated = make_talk(session, event, "Rated", speakers=[ann], rating_sum=13, rating_count=3)
    make_talk(session, event, "Few", speakers=[ann], rating_sum=10, rating_count=2)
    for other in (quiet, closed):
        make_talk(session, other, "Hidden", speakers=[ann], rating_sum=15, rating_count=3)
    session.add(TalkLink(talk_id=rated.id, type="slides_link", url="https://slides.example/1"))
    session.add(TalkLink(talk_id=rated.id, type="video_link", url="javascript:alert(1)"))
    session.commit()

    for path in ("/user/ann", "/user/ann/talks"):
        page = browser.get(path)
        text = " ".join(main_text(page).split())
        assert (text.count("rated 4.3 of 5 by 3"), text.count(" of 5 ")) == (1, 1)
        assert (
            '<a href="https://slides.example/1" rel="nofollow noopener noreferrer" dir="auto">Slides</a>' in page.text
        )
        assert 'href="javascript' not in page.text


def test_cancelled_talks_say_so(session, browser, ann, event):
    make_talk(session, event, "Gone", speakers=[ann], state="cancelled")
    session.commit()

    assert "Cancelled Gone" in " ".join(main_text(browser.get("/user/ann")).split())


def test_the_page_has_languages_and_links_of_the_person(session, browser, ann, event):
    ann.biography = (
        "I write <b>. See https://ann.example/a?b=1&c=2, (http://old.example).\nhttp://[bad javascript:alert(1)"
    )
    ann.twitter_username = "@ann_ash"
    make_talk(session, event, speakers=[ann])
    make_talk(session, event, speakers=[ann])
    session.commit()

    page = browser.get("/user/ann")

    text = " ".join(main_text(page).split())
    assert "Talks in English - UK Twitter @ann_ash" in text
    assert (
        '<a href="https://ann.example/a?b=1&amp;c=2" rel="nofollow ugc noopener noreferrer">'
        "https://ann.example/a?b=1&amp;c=2</a>, (" in page.text
    )
    assert ">http://old.example</a>)." in page.text
    assert page.text.count('rel="nofollow ugc') == 2
    assert 'href="https://twitter.com/ann_ash"' in page.text
    ann.twitter_username = "ann/../x"
    assert "twitter.com" not in browser.get("/user/ann").text


def test_a_person_without_talks_reads_how_to_claim_one(app, session, browser, ann):
    own = Browser(app).sign_in_directly(ann)
    session.commit()

    pages = [each.get("/user/ann") for each in (own, browser)]

    assert ["No talks yet." in page.text for page in pages] == [True, True]
    assert ["To have a talk here" in page.text for page in pages] == [True, False]
    assert ['href="/accounts/profile/"' in page.text for page in pages] == [True, False]


@pytest.mark.parametrize("rest", ["", "?page=2", "/talks", "/comments?page=1"])
def test_other_spellings_of_the_name_lead_to_the_name(browser, ann, rest):
    reply = browser.get(f"/user/ANN{rest}")

    assert (reply.status_code, reply.location) == (301, f"/user/ann{rest}")


def test_a_name_without_its_accents_leads_to_the_name(browser, session):
    make_user(session, "Jürgen M")

    reply = browser.get("/user/jurgen%20m")

    assert (reply.status_code, reply.location) == (301, "/user/J%C3%BCrgen%20M")


def test_pages_cost_the_same_statements_for_any_length(session, browser, ann, event, count_statements):
    def count():
        session.commit()
        numbers = []
        for path in ("/user/ann", *(f"/user/ann/{name}" for name in LISTS)):
            with count_statements() as executed:
                browser.get(path)
            numbers.append(len(executed))
        return numbers

    def add():
        talk = make_talk(session, event, speakers=[ann])
        make_talk_comment(session, talk, ann)
        make_event_comment(session, make_event(session, host=ann), ann)
        make_attendance(session, make_event(session), ann)

    add()
    few = count()
    for _ in range(9):
        add()

    assert count() == few


@pytest.mark.parametrize("name", ["", *(f"/{each}" for each in LISTS)])
def test_names_with_a_slash_and_closed_accounts(session, browser, name):
    make_user(session, "a/b")
    make_user(session, "left", is_active=False)
    session.commit()

    statuses = {user: browser.get(f"/user/{user}{name}").status_code for user in ("a%2Fb", "left", "nobody", "a%00b")}

    assert statuses == {"a%2Fb": 200, "left": 404, "nobody": 404, "a%00b": 404}


@pytest.mark.parametrize("name", ["", *(f"/{each}" for each in LISTS)])
def test_pages_are_translated(session, browser, ann, event, name):
    for number in range(21):
        make_talk(session, event, f"Nr. {number}", speakers=[ann])
    make_talk_comment(session, make_talk(session, event, "Gezeiten"), ann, text="Gut", rating=4)
    session.commit()

    check_german(browser.get(f"/user/ann{name}", headers=GERMAN), "site", "feedback")
