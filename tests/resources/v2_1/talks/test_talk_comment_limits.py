"""Rate limit, spam check and concurrency of comments on talks (spec 2.14, 8.3)."""

import datetime as dt
from threading import Thread

import pytest
import time_machine
from sqlalchemy import func, select

from joindin.models import AccessToken, Event, Mail, Talk, TalkComment, TalkCommentReport
from joindin.operations.counter_repair import verify_counters
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import utc_now
from tests.concurrency import CONCURRENT_REQUESTS, count_outcomes, run_concurrently
from tests.factories import (
    NOW,
    make_claim,
    make_client,
    make_event,
    make_event_comment,
    make_talk,
    make_talk_comment,
    make_user,
    parse_instant,
)
from tests.utils.test_akismet import FakeAkismet

NOON = parse_instant("2026-11-21T12:00:00")


class ThoughtfulAkismet(FakeAkismet):
    """Calls a function before it responds."""

    def __init__(self):
        super().__init__()
        self.think = lambda question: None

    @property
    def verdict(self):
        _path, question = self.received[-1]
        self.think(question)
        return self._verdict

    @verdict.setter
    def verdict(self, verdict):
        self._verdict = verdict


@pytest.fixture
def akismet(app, monkeypatch):
    """A fake Akismet server, with the settings to use it."""
    with ThoughtfulAkismet() as server:
        for name, value in server.settings.items():
            monkeypatch.setitem(app.config, name, value)
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def at_most(app, monkeypatch):
    """``at_most(3, minutes=10)`` sets the limit."""

    def setting(most, minutes=60):
        monkeypatch.setitem(app.config, "TALK_COMMENT_LIMIT", most)
        monkeypatch.setitem(app.config, "TALK_COMMENT_WINDOW", minutes)

    return setting


@pytest.fixture
def ask(app, session):
    """``ask(user, method, path, body)`` returns a function that sends the request with its own client."""
    client = make_client(session)

    def asking(user, method, path, body=None):
        token = new_token()
        session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=client.id, created_at=NOW))
        session.commit()
        headers = {"Authorization": f"Bearer {token}"}
        return lambda: app.test_client().open(f"/v2.1{path}", method=method, json=body, headers=headers)

    return asking


def comment_at(api, talk, time, text, **body):
    with time_machine.travel(time, tick=False):
        return api.post(f"/v2.1/talks/{talk.id}/comments", json={"comment": text, "rating": 4, **body})


def too_often(seconds):
    return (429, [f"Rate limit exceeded. Try again in {seconds} seconds"], str(seconds))


def read_outcome(reply):
    return reply.status_code, reply.json, reply.headers.get("Retry-After")


def find_wrong_counters(session):
    """Return the counters that differ from the rows."""
    return [drift for _, found in verify_counters(session, fix=False) for drift in found]


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_thirty_comments_an_hour_are_enough(api, session, talk):
    author = make_user(session)
    other_talk = make_talk(session, make_event(session))
    for number in range(29):
        minutes = dt.timedelta(minutes=59 - number)
        kind = {"is_private": number % 3 == 1, "is_hidden": number % 3 == 2}
        make_talk_comment(session, (talk, other_talk)[number % 2], author, created_at=NOON - minutes, **kind)
    make_talk_comment(session, talk, author, created_at=NOON - dt.timedelta(minutes=60))
    make_talk_comment(session, talk, make_user(session), created_at=NOON)
    make_event_comment(session, session.get(Event, talk.event_id), author, created_at=NOON)
    writer = api.signed_in(author)

    thirtieth = comment_at(writer, talk, NOON, "The thirtieth")
    next_one = comment_at(writer, other_talk, NOON, "One more")
    by_another = comment_at(api.signed_in(make_user(session)), talk, NOON, "Mine")

    assert (thirtieth.status_code, by_another.status_code) == (201, 201)
    assert read_outcome(next_one) == too_often(60)
    assert session.scalar(select(TalkComment.id).where(TalkComment.text == "One more")) is None
    assert find_wrong_counters(session) == []


def test_the_wait_ends_when_the_oldest_comment_leaves_the_window(api, session, talk, at_most):
    at_most(2, minutes=10)
    writer = api.signed_in(make_user(session))
    times = [NOON + dt.timedelta(seconds=seconds) for seconds in (0, 100, 100.5, 599, 599.5, 600, 601)]

    replies = [comment_at(writer, talk, time, f"At {time}") for time in times]

    assert [read_outcome(reply) for reply in replies[2:5]] == [too_often(500), too_often(1), too_often(1)]
    assert [replies[number].status_code for number in (0, 1, 5)] == [201, 201, 201]
    assert read_outcome(replies[6]) == too_often(99)


def test_the_limit_comes_after_the_fields_and_before_the_duplicate(api, session, talk, at_most):
    at_most(1)
    author = make_user(session)
    writer = api.signed_in(author)
    make_talk_comment(session, talk, author, text="Said", created_at=NOON)

    replies = [
        comment_at(writer, talk, NOON, ""),
        comment_at(writer, talk, NOON, "x", rating=0),
        comment_at(writer, talk, NOON, "x", rating=9),
        comment_at(writer, talk, NOON, "Said"),
    ]

    assert [read_outcome(reply) for reply in replies] == [
        (400, ['The field "comment" is required'], None),
        (400, ['The field "rating" is required'], None),
        (400, ['The field "rating" must be a number (1-5)'], None),
        too_often(3600),
    ]


def test_refused_comments_do_not_count(api, session, talk, at_most):
    at_most(2)
    writer = api.signed_in(make_user(session))

    replies = [comment_at(writer, talk, NOON, text) for text in ("a", "a", "", "a", "b", "c")]

    assert [reply.status_code for reply in replies] == [201, 400, 400, 400, 201, 429]
    assert session.scalars(select(TalkComment.text).order_by(TalkComment.id)).all() == ["a", "b"]


def test_edits_and_reports_are_not_limited(api, session, talk, at_most):
    at_most(1)
    author = make_user(session)
    writer = api.signed_in(author)
    comment = make_talk_comment(session, talk, author, created_at=NOON)

    with time_machine.travel(NOON, tick=False):
        edited = writer.put(f"/v2.1/talk_comments/{comment.id}", json={"comment": "New"})
        reported = writer.post(f"/v2.1/talk_comments/{comment.id}/reported")

    assert (edited.status_code, reported.status_code) == (200, 202)


def test_spam_is_refused_before_anything_is_stored(api, session, talk, akismet):
    akismet.verdict = b"true"
    versions = talk.version, session.get(Event, talk.event_id).version
    author = make_user(session)
    make_talk_comment(session, talk, author, text="Buy now")
    writer = api.signed_in(author)

    replies = [
        comment_at(writer, talk, NOW, "Buy now"),
        comment_at(writer, talk, NOW, "Buy now", rating=0),
        comment_at(api, talk, NOW, "Buy now"),
    ]

    assert [reply.json for reply in replies] == [
        ["Comment failed spam check"],
        ['The field "rating" is required'],
        ["You must be logged in to create data"],
    ]
    assert [fields["comment_content"] for _path, fields in akismet.received] == ["Buy now"]
    assert (count(session, TalkComment), count(session, Mail)) == (1, 0)
    assert find_wrong_counters(session) == []
    assert versions <= (talk.version, session.get(Event, talk.event_id).version)


def test_comments_over_the_limit_are_not_sent_to_akismet(api, session, talk, akismet, at_most):
    at_most(1)
    writer = api.signed_in(make_user(session))

    first, second = comment_at(writer, talk, NOON, "Fine"), comment_at(writer, talk, NOON, "Too much")

    assert first.status_code == 201
    assert read_outcome(second) == too_often(3600)
    assert [fields["comment_content"] for _path, fields in akismet.received] == ["Fine"]


def test_a_slow_spam_check_blocks_no_other_request(session, ask, talk, akismet):
    author, path = make_user(session), f"/talks/{talk.id}/comments"
    first, second = (
        ask(author, "POST", path, {"comment": text, "rating": 4}) for text in ("Thought about", "Meanwhile")
    )
    meanwhile = []

    def think(question):
        if question["comment_content"] == "Thought about":
            meanwhile.append(second())

    akismet.think = think
    reply = first()

    assert [each.status_code for each in (*meanwhile, reply)] == [201, 201]
    assert session.scalars(select(TalkComment.text).order_by(TalkComment.id)).all() == ["Meanwhile", "Thought about"]


def test_the_limit_is_kept_by_many_comments_at_once(session, ask, at_most):
    at_most(5)
    user, event = make_user(session), make_event(session)
    talks = [make_talk(session, event), make_talk(session, make_event(session))]
    make_talk_comment(session, talks[0], user, created_at=utc_now())

    replies = run_concurrently(
        session,
        [
            ask(user, "POST", f"/talks/{talks[number % 2].id}/comments", {"comment": f"No. {number}", "rating": 4})
            for number in range(CONCURRENT_REQUESTS)
        ],
    )

    refused = [reply for reply in replies if reply.status_code == 429]
    assert sorted(reply.status_code for reply in replies) == [201] * 4 + [429] * 4
    for reply in refused:
        seconds = int(reply.headers["Retry-After"])
        assert 3540 <= seconds <= 3600
        assert reply.json == [f"Rate limit exceeded. Try again in {seconds} seconds"]
    assert count(session, TalkComment) == 5
    assert find_wrong_counters(session) == []


def test_the_same_words_at_once_are_one_comment(session, ask):
    speaker, user = make_user(session), make_user(session)
    talk = make_talk(session, make_event(session), speakers=[speaker])
    body = {"comment": "Great", "rating": 5}

    replies = run_concurrently(
        session, [ask(user, "POST", f"/talks/{talk.id}/comments", body) for _ in range(CONCURRENT_REQUESTS)]
    )

    assert count_outcomes(replies) == {(201,): 1, (400, "Duplicate comment"): CONCURRENT_REQUESTS - 1}
    assert (count(session, TalkComment), count(session, Mail)) == (1, 1)
    assert find_wrong_counters(session) == []


def test_of_many_ratings_at_once_one_counts(session, ask, talk):
    user = make_user(session)
    path = f"/talks/{talk.id}/comments"

    replies = run_concurrently(
        session,
        [ask(user, "POST", path, {"comment": f"No. {number}", "rating": 4}) for number in range(CONCURRENT_REQUESTS)],
    )

    assert count_outcomes(replies) == {(201,): CONCURRENT_REQUESTS}
    assert (talk.comment_count, talk.rating_sum, talk.rating_count) == (CONCURRENT_REQUESTS, 4, 1)
    assert find_wrong_counters(session) == []


def test_many_reports_at_once_count_once(session, ask, talk):
    comment = make_talk_comment(session, talk, make_user(session), rating=2)
    make_talk_comment(session, talk, make_user(session), rating=4)
    path = f"/talk_comments/{comment.id}/reported"

    replies = run_concurrently(session, [ask(make_user(session), "POST", path) for _ in range(CONCURRENT_REQUESTS)])

    assert count_outcomes(replies) == {(202,): CONCURRENT_REQUESTS}
    assert count(session, TalkCommentReport) == CONCURRENT_REQUESTS
    assert (talk.comment_count, talk.all_comment_count, talk.rating_sum, talk.rating_count) == (1, 2, 4, 1)
    assert find_wrong_counters(session) == []


def test_a_comment_is_hidden_if_and_only_if_a_report_is_open(session, ask):
    host = make_user(session)
    talk = make_talk(session, make_event(session, host=host))
    comment = make_talk_comment(session, talk, make_user(session), rating=2)
    path, denied = f"/talk_comments/{comment.id}/reported", {"decision": "denied"}

    replies = run_concurrently(
        session,
        [ask(make_user(session), "POST", path) for _ in range(CONCURRENT_REQUESTS // 2)]
        + [ask(host, "PUT", path, denied) for _ in range(CONCURRENT_REQUESTS // 2)],
    )

    open_reports = select(func.count()).where(TalkCommentReport.decision.is_(None))
    is_open = session.scalar(open_reports) > 0
    assert count_outcomes(replies) == {(202,): CONCURRENT_REQUESTS // 2, (204,): CONCURRENT_REQUESTS // 2}
    assert session.get(TalkComment, comment.id).is_hidden is is_open
    assert (talk.comment_count, talk.rating_sum) == ((0, 0) if is_open else (1, 2))
    assert count(session, TalkCommentReport) == CONCURRENT_REQUESTS // 2
    assert find_wrong_counters(session) == []


def test_a_comment_is_not_changed_once_it_is_reported(session, ask, talk):
    author = make_user(session)
    comment = make_talk_comment(session, talk, author, text="Rude", created_at=dt.datetime.now(dt.UTC))
    path = f"/talk_comments/{comment.id}"

    replies = run_concurrently(
        session,
        [ask(author, "PUT", path, {"comment": "Kind"}) for _ in range(CONCURRENT_REQUESTS // 2)]
        + [ask(make_user(session), "POST", f"{path}/reported") for _ in range(CONCURRENT_REQUESTS // 2)],
    )

    edited = sum(reply.status_code == 200 for reply in replies)
    expected = {
        (202,): CONCURRENT_REQUESTS // 2,
        (200,): edited,
        (404, "Comment not found"): CONCURRENT_REQUESTS // 2 - edited,
    }
    assert count_outcomes(replies) == {outcome: times for outcome, times in expected.items() if times}
    assert session.get(TalkComment, comment.id).text == ("Kind" if edited else "Rude")
    assert find_wrong_counters(session) == []


def test_a_rating_does_not_outlive_a_claim_that_is_approved_meanwhile(session, ask):
    host, speaker = make_user(session), make_user(session)
    talk = make_talk(session, make_event(session, host=host), speakers=["Free"])
    make_claim(session, talk, talk.speakers[0], speaker)
    names = {"display_name": "Free", "username": speaker.username}

    replies = run_concurrently(
        session,
        [
            ask(host, "POST", f"/talks/{talk.id}/speakers", names),
            *[
                ask(speaker, "POST", f"/talks/{talk.id}/comments", {"comment": f"No. {number}", "rating": 5})
                for number in range(CONCURRENT_REQUESTS - 1)
            ],
        ],
    )

    assert count_outcomes(replies) == {(204,): 1, (201,): CONCURRENT_REQUESTS - 1}
    assert (talk.comment_count, talk.rating_sum, talk.rating_count) == (CONCURRENT_REQUESTS - 1, 0, 0)
    assert find_wrong_counters(session) == []


def test_comments_written_during_their_deletion_are_counted_right(session, ask, talk):
    admin, author = make_user(session, is_admin=True), make_user(session)
    other = make_talk(session, make_event(session))
    for each in (talk, other):
        make_talk_comment(session, each, author)
        make_talk_comment(session, each, admin)

    replies = run_concurrently(
        session,
        [
            *[
                ask(author, "POST", f"/talks/{each.id}/comments", {"comment": f"No. {number}", "rating": 5})
                for number in range(3)
                for each in (talk, other)
            ],
            *[ask(admin, "DELETE", f"/users/{author.id}/talk_comments") for _ in range(2)],
        ],
    )

    assert count_outcomes(replies) == {(201,): 6, (204,): 2}
    assert find_wrong_counters(session) == []


def test_concurrent_comments_edits_and_reports_are_counted_right(session, ask):
    host, speaker = make_user(session), make_user(session)
    event = make_event(session, host=host)
    talk, doomed = make_talk(session, event, speakers=["Free", speaker]), make_talk(session, event)
    comments = [make_talk_comment(session, talk, make_user(session), rating=number) for number in (1, 2)]
    people = [make_user(session) for _ in range(4)]
    for each in people:
        make_talk_comment(session, doomed, each, rating=5)
    before = talk.version, event.version

    replies = run_concurrently(
        session,
        [
            *[
                ask(each, "POST", f"/{place}/comments", {"comment": "Well", "rating": 3})
                for each in people
                for place in (f"talks/{talk.id}", f"events/{event.id}")
            ],
            ask(speaker, "POST", f"/talks/{talk.id}/comments", {"comment": "Thanks", "rating": 5, "private": 1}),
            ask(people[0], "POST", f"/talk_comments/{comments[0].id}/reported"),
            ask(host, "PUT", f"/talk_comments/{comments[1].id}/reported", {"decision": "approved"}),
            ask(people[1], "POST", f"/talks/{talk.id}/starred"),
            ask(host, "DELETE", f"/talks/{doomed.id}"),
        ],
    )

    assert count_outcomes(replies) == {(201,): 10, (202,): 1, (204,): 2}
    assert (talk.comment_count, talk.all_comment_count, talk.rating_sum, talk.rating_count) == (4, 7, 12, 4)
    assert session.scalars(select(Talk.id)).all() == [talk.id]
    assert find_wrong_counters(session) == []
    assert (talk.version > before[0], event.version > before[1]) == (True, True)
