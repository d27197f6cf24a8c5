"""The demo community: it has the centre of the product, and what its texts say of the data is true."""

import datetime as dt
import re
from collections import Counter

import pytest
import time_machine
from sqlalchemy import func, select

from joindin.extensions import db
from joindin.models import (
    Attendance,
    Event,
    EventComment,
    EventCommentReport,
    EventHost,
    Mail,
    Room,
    Talk,
    TalkClaim,
    TalkComment,
    TalkCommentReport,
    TalkSpeaker,
    TalkStar,
    Track,
    User,
)
from joindin.seeds.demo import CLIENT_KEY, CLIENT_SECRET, PASSWORD, USERS, load_demo
from joindin.utils.datetimes import get_timezone, utc_now
from tests.database_rows import empty_database

LISTS = {
    "hot": [
        "Harbour Code Days",
        "Accessible Web Evening",
        "Polyglot Meadow",
        "Winter Garden Conference",
        "Small Servers Summit",
        "Lighthouse Testing Days",
        "Open Maps Assembly",
        "Query Makers Day",
    ],
    "upcoming": [
        "Harbour Code Days",
        "Accessible Web Evening",
        "Polyglot Meadow",
        "Small Servers Summit",
        "Open Maps Assembly",
    ],
    "past": ["Harbour Code Days", "Winter Garden Conference", "Lighthouse Testing Days", "Query Makers Day"],
    "cfp": ["Small Servers Summit", "Open Maps Assembly"],
}


@pytest.fixture(scope="module")
def _demo(app):
    with app.app_context():
        load_demo(db.session, utc_now())
        db.session.commit()
        yield
        empty_database()
    # The next test has other rows with the same ids.
    for cache in ("fragment_cache", "query_cache"):
        app.extensions[cache].clear()


@pytest.fixture(autouse=True)
def _empty_afterwards(_demo):
    """Replace the shared fixture: no test of this module writes rows that another one reads."""


@pytest.fixture
def events(session):
    return {event.name: event for event in session.scalars(select(Event).order_by(Event.id))}


@pytest.fixture
def talks(session):
    return session.scalars(select(Talk).order_by(Talk.id)).all()


def count(session, model, *conditions):
    return session.scalar(select(func.count()).select_from(model).where(*conditions))


def of(event, talks):
    return [talk for talk in talks if talk.event_id == event.id]


def sign_in(api, username):
    client = {"client_id": CLIENT_KEY, "client_secret": CLIENT_SECRET}
    return api.post(
        "/v2.1/token", json={"grant_type": "password", "username": username, "password": PASSWORD, **client}
    )


def test_the_demo_has_events_for_every_list(api):
    names = {name: [event["name"] for event in api.get(f"/v2.1/events?filter={name}").json["events"]] for name in LISTS}

    assert names == LISTS


def test_three_past_and_two_coming_events_have_forty_talks(events, talks):
    now = utc_now()
    programs = Counter(talk.event_id for talk in talks)
    past = [event.name for event in events.values() if event.ends_at < now and programs[event.id]]
    coming = [event.name for event in events.values() if event.starts_at > now and programs[event.id]]

    assert len(talks) == 40
    assert past == ["Winter Garden Conference", "Query Makers Day", "Lighthouse Testing Days"]
    assert coming == ["Accessible Web Evening", "Polyglot Meadow"]


def test_the_demo_has_rows_of_every_kind(session):
    claimed, free = TalkSpeaker.user_id.is_not(None), TalkSpeaker.user_id.is_(None)
    rated = (TalkComment.rating > 0, ~TalkComment.is_hidden, TalkComment.user_id.is_not(None))

    assert count(session, Track) == 4
    assert (count(session, TalkSpeaker, claimed), count(session, TalkSpeaker, free)) == (31, 12)
    assert count(session, TalkComment, *rated) == 150
    assert count(session, TalkStar) > 50
    assert count(session, TalkClaim, TalkClaim.host_approved_at.is_(None)) == 2
    assert count(session, TalkClaim, TalkClaim.user_approved_at.is_(None)) == 1
    assert [count(session, report) for report in (EventCommentReport, TalkCommentReport)] == [1, 1]
    assert count(session, Mail) == 0


def test_talks_have_levels_which_are_filters_of_each_programme(events, talks):
    levels = {talk.title: talk.level for talk in talks}

    assert Counter(levels.values()) == {"beginner": 9, "intermediate": 8, "advanced": 7, None: 16}
    assert (levels["French without fear"], levels["Search that forgives"]) == ("beginner", "advanced")
    programmes = {talk.event_id for talk in talks}
    assert all(len({talk.level for talk in talks if talk.event_id == id_ and talk.level}) > 1 for id_ in programmes)


def test_comments_are_written_after_the_talk_and_before_now_by_people_who_attend(session):
    rows = session.execute(
        select(TalkComment.created_at, Talk.starts_at, Talk.duration, Attendance.user_id, TalkSpeaker.id)
        .join(Talk, Talk.id == TalkComment.talk_id)
        .outerjoin(Attendance, (Attendance.event_id == Talk.event_id) & (Attendance.user_id == TalkComment.user_id))
        .outerjoin(TalkSpeaker, (TalkSpeaker.talk_id == Talk.id) & (TalkSpeaker.user_id == TalkComment.user_id))
    ).all()
    of_events = session.execute(
        select(EventComment.created_at, Event.starts_at).join(Event, Event.id == EventComment.event_id)
    ).all()

    assert len(rows) == 151
    ends = [row.starts_at + dt.timedelta(minutes=row.duration) for row in rows]
    assert all(end < row.created_at < utc_now() for end, row in zip(ends, rows, strict=True))
    assert {(row.user_id is not None, row.id) for row in rows} == {(True, None)}
    assert all(starts_at < created_at < utc_now() for created_at, starts_at in of_events)


def test_ratings_are_mixed_and_texts_differ(session):
    comments = session.execute(select(TalkComment.rating, TalkComment.text)).all()
    texts = [row.text for row in comments]
    averages = {talk.rating_sum / talk.rating_count for talk in session.scalars(select(Talk)) if talk.rating_count}

    assert len(set(texts)) == len(texts)
    assert {row.rating for row in comments} == {1, 2, 3, 4, 5}
    assert len(averages) > 5


def test_talks_lie_within_their_events_and_do_not_overlap_in_a_track(session, events, talks):
    track_of = dict(session.execute(select(Talk.id, Track.id).join(Talk.tracks)).all())
    last_end = {}

    for talk in sorted(talks, key=lambda talk: talk.starts_at):
        event = next(event for event in events.values() if event.id == talk.event_id)
        end = talk.starts_at + dt.timedelta(minutes=talk.duration)
        assert event.starts_at <= talk.starts_at < end <= event.ends_at, talk.title
        place = (event.id, track_of.get(talk.id))
        assert last_end.get(place, talk.starts_at) <= talk.starts_at, talk.title
        last_end[place] = end


def test_descriptions_of_events_agree_with_their_talks(session, events, talks):
    def days(name):
        zone = get_timezone(events[name].timezone)
        return {talk.starts_at.astimezone(zone).date() for talk in of(events[name], talks)}

    def tracks(name):
        return count(session, Track, Track.event_id == events[name].id)

    evening, meadow = of(events["Accessible Web Evening"], talks), of(events["Polyglot Meadow"], talks)
    queries, tests = of(events["Query Makers Day"], talks), of(events["Lighthouse Testing Days"], talks)

    assert events["Harbour Code Days"].description.startswith("Three days of talks")
    assert len(days("Harbour Code Days")) == 3
    assert events["Accessible Web Evening"].description.startswith("Four short talks")
    assert [talk.duration for talk in evening] == [20] * 4
    assert min(talk.starts_at.astimezone(get_timezone("Europe/London")).hour for talk in evening) >= 18
    assert events["Polyglot Meadow"].description.startswith("Six hours of lessons, an hour each")
    assert ([talk.duration for talk in meadow], tracks("Polyglot Meadow")) == ([60] * 6, 2)
    assert events["Winter Garden Conference"].description.startswith("Two tracks")
    assert (tracks("Winter Garden Conference"), len(days("Winter Garden Conference"))) == (2, 2)
    assert events["Query Makers Day"].description.startswith("One day and five talks")
    assert (len(queries), [talk.duration for talk in queries if talk.title == "Reading plans"]) == (5, [60])
    assert events["Lighthouse Testing Days"].description.startswith("Six talks in two days")
    assert (len(tests), len(days("Lighthouse Testing Days"))) == (6, 2)


def test_descriptions_of_accounts_agree_with_their_rows(session, events):
    described = {name: text for name, _, _, text in USERS}
    users = {user.username: user for user in session.scalars(select(User))}
    hosted = {
        name: set(session.scalars(select(EventHost.event_id).where(EventHost.user_id == user.id)))
        for name, user in users.items()
    }
    speaking = {name for name, user in users.items() if count(session, TalkSpeaker, TalkSpeaker.user_id == user.id)}
    commenting = {name for name, user in users.items() if count(session, TalkComment, TalkComment.user_id == user.id)}
    shared = [
        event_id for event_id in hosted["grace"] if any(event_id in hosted[name] for name in hosted if name != "grace")
    ]

    assert described["grace"] == "hosts five events, two of them with others"
    assert (len(hosted["grace"]), len(shared)) == (5, 2)
    assert hosted["tomasz"] & {events["Typography for Terminals"].id}
    assert {name for name, text in described.items() if text == "speaks and comments"} <= speaking & commenting
    assert count(session, TalkClaim, TalkClaim.user_id == users["priya"].id, TalkClaim.host_approved_at.is_(None)) == 1
    assert count(session, TalkCommentReport, TalkCommentReport.reporter_id == users["linnea"].id) == 1
    assert {name for name in USERS[7][:1] if users[name].is_verified} == set()


def test_one_event_waits_and_one_was_rejected_with_a_reason(session):
    hidden = session.execute(
        select(Event.name, Event.is_pending, Event.rejection_reason).where(~Event.is_visible).order_by(Event.id)
    ).all()

    assert hidden == [
        ("Typography for Terminals", True, None),
        (
            "Get Rich With Coins",
            False,
            "This looks like an advertisement. We list events of communities only.",
        ),
    ]


def test_past_events_have_comments_and_ratings(api):
    shown = {event["name"]: event for event in api.get("/v2.1/events?filter=past").json["events"]}

    facts = ("event_comments_count", "event_average_rating", "talks_count")
    assert [shown["Winter Garden Conference"][fact] for fact in facts] == [5, 3, 12]
    assert [shown["Query Makers Day"][fact] for fact in facts] == [2, 5, 5]
    assert [shown["Lighthouse Testing Days"][fact] for fact in facts] == [2, 5, 6]


def test_running_event_has_rooms_with_talks(browser, session):
    code = session.scalar(select(Room.code).where(Room.name == "Sail Loft"))
    schedule = browser.get("/event/harbour-code-days/schedule", headers={"Host": "web.example"})

    assert [name in schedule.text for name in ("Rope Walk", "Sail Loft")] == [True, True]
    starts_at = session.scalar(select(Talk.starts_at).where(Talk.title == "Find the slow query"))
    with time_machine.travel(starts_at + dt.timedelta(minutes=1), tick=False):
        assert "Find the slow query" in browser.get(f"/r/{code}", headers={"Host": "web.example"}).text


def test_pages_of_the_demo_show_talks_speakers_and_comments(browser, session):
    talk = session.scalar(select(Talk).where(Talk.title == "Reading plans"))
    page = browser.get(f"/talk/{talk.stub}", headers={"Host": "web.example"}, follow_redirects=True)

    assert page.status_code == 200
    for text in ("Yuki Arden", "Query Makers Day", "An hour that felt like twenty minutes."):
        assert text in page.text


def test_an_event_has_a_short_address(browser):
    assert browser.get("/e/harbour", headers={"Host": "web.example"}).location.endswith("/event/harbour-code-days")


def test_verified_users_sign_in_through_the_demo_application(api):
    replies = {name: sign_in(api, name) for name, *_ in USERS if name != "otto"}

    assert {reply.status_code for reply in replies.values()} == {200}
    # The ids are those of the list, on PostgreSQL as on SQLite: examples contain them.
    numbers = {name: number for number, (name, *_) in enumerate(USERS, 1)}
    assert {name: reply.json["user_uri"].rpartition("/v2.1/users/")[2] for name, reply in replies.items()} == {
        name: str(numbers[name]) for name in replies
    }


def test_the_unverified_user_does_not_sign_in(api):
    reply = sign_in(api, "otto")

    assert (reply.status_code, reply.json) == (401, ["Not verified"])


def test_texts_end_like_sentences(session, talks):
    texts = [*session.scalars(select(TalkComment.text)), *session.scalars(select(EventComment.text))]
    texts += [talk.description for talk in talks] + list(session.scalars(select(Event.description)))

    assert [text for text in texts if not re.search(r"[.!?]\Z", text)] == []
