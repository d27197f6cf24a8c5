"""Concurrent writes through a server with several workers: nothing acknowledged is lost, and all counters are right."""

import json
from concurrent.futures import ThreadPoolExecutor
from math import floor
from urllib.request import urlopen

import pytest
from sqlalchemy import false, select

from joindin.models import Event, EventComment, EventHost, Mail, Talk, TalkComment, TalkSpeaker, User
from joindin.operations.counter_repair import verify_counters, verify_read_models
from joindin.operations.mail_opt_outs import opt_out
from tests.factories import NOW, make_event, make_talk, make_user
from tests.live_server import live_server
from tests.performance.sql.api_writers import ApiWriter, Critic, issue_tokens
from tests.services import TIMEOUT_S

WORKERS, WRITERS, WRITES = 2, 8, 24
MAIL_FIELDS = ("stub", "author", "comment", "rating", "is_private")

pytestmark = pytest.mark.slow("starts a server and writes for some seconds")


@pytest.fixture
def server(settings, app):
    with live_server(settings, WORKERS) as server:
        yield server


@pytest.fixture
def paths(session):
    """The paths of two events and of two talks of each."""
    events = [make_event(session) for _ in range(2)]
    talks = [make_talk(session, event) for event in events * 2]
    return [f"/v2.1/events/{event.id}" for event in events] + [f"/v2.1/talks/{talk.id}" for talk in talks]


@pytest.mark.parametrize("dies", [False, True], ids=["all live", "a worker dies"])
def test_acknowledged_writes_are_stored_and_counted(server, session, paths, dies):
    users = [make_user(session) for _ in range(WRITERS)]
    writers = [ApiWriter(server.port, *each, paths) for each in enumerate(issue_tokens(session, users))]

    write_concurrently(session, writers, server.workers()[0].kill if dies else None)

    assert [writer.refused for writer in writers] == [[]] * WRITERS
    assert dies or acknowledged(writers) == WRITERS * WRITES
    assert [writer.lost(session, user) for user, writer in zip(users, writers)] == [({}, set())] * WRITERS
    assert [each for _, inconsistencies in verify_counters(session, fix=False) for each in inconsistencies] == []
    assert verify_read_models(session, fix=False) == {}
    assert acknowledged(writers) > WRITERS * WRITES * 0.7


@pytest.mark.parametrize("dies", [False, True], ids=["all live", "a worker dies"])
def test_acknowledged_comments_are_stored_counted_and_mailed(server, session, paths, dies):
    users = [make_user(session) for _ in range(WRITERS)]
    # Two of the writers are speakers, one of them without mails, and one is a host.
    for talk_id in session.scalars(select(Talk.id)):
        session.add_all(TalkSpeaker(talk_id=talk_id, name=user.full_name, user_id=user.id) for user in users[:2])
    opt_out(session, users[1].id, "feedback", now=NOW)
    session.add_all(EventHost(event_id=id_, user_id=users[2].id) for id_ in session.scalars(select(Event.id)))
    writers = [Critic(server.port, *each, paths) for each in enumerate(issue_tokens(session, users))]

    write_concurrently(session, writers, server.workers()[0].kill if dies else None)

    assert [writer.refused for writer in writers] == [[]] * WRITERS
    assert dies or acknowledged(writers) == WRITERS * WRITES
    assert [writer.lost(session, user)[1] for user, writer in zip(users, writers)] == [set()] * WRITERS
    assert [each for _, inconsistencies in verify_counters(session, fix=False) for each in inconsistencies] == []
    assert counted_ratings(session, EventComment, EventComment.event_id) == commenters(
        session, EventComment, EventComment.event_id, without=users[2:3]
    )
    assert counted_ratings(session, TalkComment, TalkComment.talk_id) == commenters(
        session, TalkComment, TalkComment.talk_id, without=users[:2]
    )
    assert stored_mails(session) == expected_mails(session, to=users[0])
    assert [fetch_rating(server.port, path) for path in paths] == [mean_rating(session, path) for path in paths]
    assert acknowledged(writers) > WRITERS * WRITES * 0.7


def write_concurrently(session, writers, interrupt):
    """Let all writers write; the first of them calls ``interrupt`` after a third of its requests."""

    def write(writer):
        for number in range(WRITES):
            if interrupt and writer is writers[0] and number == WRITES // 3:
                interrupt()
            writer.write(number)

    with ThreadPoolExecutor(WRITERS) as executor:
        for future in [executor.submit(write, writer) for writer in writers]:
            future.result(TIMEOUT_S)
    session.rollback()


def acknowledged(writers):
    return sum(reply.status not in (None, 503) for writer in writers for reply in writer.replies)


def counted_ratings(session, model, subject):
    """Return subject and user of each comment whose rating counts."""
    return sorted(map(tuple, session.execute(select(subject, model.user_id).where(model.rating > 0))))


def commenters(session, model, subject, *, without):
    """Return subject and user of all comments, once each, without the users whose ratings do not count."""
    user_ids = [user.id for user in without]
    pairs = select(subject, model.user_id).where(model.user_id.not_in(user_ids)).distinct()
    return sorted(map(tuple, session.execute(pairs)))


def stored_mails(session):
    mails = session.execute(select(Mail.recipient, Mail.context))
    return sorted((recipient, *(context[name] for name in MAIL_FIELDS)) for recipient, context in mails)


def expected_mails(session, *, to):
    comments = (
        select(Talk.stub, User.full_name, TalkComment.text, TalkComment.rating, TalkComment.is_private)
        .join(Talk, TalkComment.talk_id == Talk.id)
        .join(User, TalkComment.user_id == User.id)
        .where(User.id != to.id)
    )
    return sorted((to.email, *comment) for comment in session.execute(comments))


def fetch_rating(port, path):
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_S) as response:
        [shown] = next(each for name, each in json.load(response).items() if name != "meta")
    return shown["event_average_rating" if "events" in path else "average_rating"]


def mean_rating(session, path):
    """Return the mean of the public ratings, rounded half up."""
    is_event = "events" in path
    model, subject = (EventComment, EventComment.event_id) if is_event else (TalkComment, TalkComment.talk_id)
    conditions = [subject == int(path.rpartition("/")[2]), model.rating > 0]
    if not is_event:
        conditions.append(TalkComment.is_private == false())
    ratings = session.scalars(select(model.rating).where(*conditions)).all()
    return floor(sum(ratings) / len(ratings) + 0.5) if ratings else 0
