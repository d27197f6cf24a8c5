"""Many write at once through a real server: nothing that was acknowledged is lost, and all is counted right."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from math import floor
from urllib.request import urlopen

import pytest
from sqlalchemy import false, select

from joindin.models import (
    AccessToken,
    Attendance,
    Event,
    EventComment,
    EventHost,
    Mail,
    Talk,
    TalkComment,
    TalkSpeaker,
    TalkStar,
    User,
)
from joindin.operations.counter_repair import verify_counters, verify_read_models
from joindin.operations.mail_opt_outs import opt_out
from joindin.security.tokens import hash_token, new_token
from joindin.utils.datetimes import utc_now
from tests.factories import NOW, make_client, make_event, make_talk, make_user
from tests.live_server import TIMEOUT_S, live_server

WORKERS, WRITERS, WRITES = 2, 8, 24
TOLD = ("stub", "author", "comment", "rating", "is_private")


@pytest.fixture
def server(settings, app):
    with live_server(settings, WORKERS) as served:
        yield served


class Somebody:
    """Writes again and again, and remembers what was acknowledged: who goes where, and what was said."""

    def __init__(self, port, number, token, things):
        self._draw = random.Random(number)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._things = things
        # By address: True, False, or None where no answer came.
        self.marks = {}
        self.said = set()
        self.refusals = []
        self.acknowledged = 0

    def write(self, meanwhile):
        for number in range(WRITES):
            if number == WRITES // 3:
                meanwhile()
            thing = self._draw.choice(self._things)
            if self._draw.random() < 0.5:
                self._mark(f"{thing}/{'attending' if 'events' in thing else 'starred'}")
            else:
                self._say(f"{thing}/comments", f"Words {number}")

    def lost(self, marks, words):
        """What was acknowledged and is not so: marks by address, and words."""
        wrong = {path: wanted for path, wanted in self.marks.items() if wanted not in (None, path in marks)}
        return wrong, self.said - words

    def _mark(self, path):
        method, status = self._draw.choice([("POST", 201), ("DELETE", 200)])
        got = self._ask(method, path)
        self.marks[path] = None if got is None else method == "POST"
        if got not in (None, status):
            self.refusals.append((method, path, got))

    def _say(self, path, text, **more):
        got = self._ask("POST", path, json.dumps({"comment": text, "rating": self._draw.randint(1, 5), **more}))
        if got == 201:
            self.said.add((path, text))
        elif got is not None:
            self.refusals.append(("POST", path, got))

    def _ask(self, method, path, body=None):
        """The status; None if the connection broke, and then nobody knows."""
        try:
            self._connection.request(method, path, body, self._headers)
            reply = self._connection.getresponse()
            reply.read()
            self.acknowledged += 1
            return reply.status
        except (OSError, HTTPException):
            self._connection.close()
            return None


class Critic(Somebody):
    """Comments and rates again and again, some of it in private, and some of it once more, which is refused."""

    def write(self, meanwhile):
        for number in range(WRITES):
            if number == WRITES // 3:
                meanwhile()
            if self.said and self._draw.random() < 0.2:
                self._repeat(*self._draw.choice(sorted(self.said)))
            else:
                path = f"{self._draw.choice(self._things)}/comments"
                self._say(path, f"Words {number}", private=self._draw.random() < 0.2)

    def _repeat(self, path, text):
        got = self._ask("POST", path, json.dumps({"comment": text, "rating": 5}))
        if got not in (None, 400):
            self.refusals.append(("again", path, got))


@pytest.fixture
def things(session):
    """Paths of two events and of two talks of each."""
    events = [make_event(session) for _ in range(2)]
    talks = [make_talk(session, event) for event in events * 2]
    return [f"/v2.1/events/{event.id}" for event in events] + [f"/v2.1/talks/{talk.id}" for talk in talks]


@pytest.mark.parametrize("dies", [False, True], ids=["all live", "a worker dies"])
def test_what_was_acknowledged_is_there_and_counted(server, session, things, dies):
    users = [make_user(session) for _ in range(WRITERS)]
    people = [Somebody(server.port, number, token, things) for number, token in enumerate(tokens_of(session, users))]

    all_write(session, people, server.workers()[0].kill if dies else int)

    assert [each.refusals for each in people] == [[]] * WRITERS
    assert [each.lost(marks_of(session, user), words_of(session, user)) for user, each in zip(users, people)] == [
        ({}, set())
    ] * WRITERS
    assert [drift for _, drifts in verify_counters(session, fix=False) for drift in drifts] == []
    assert verify_read_models(session, fix=False) == {}
    # Most of it came through.
    assert sum(each.acknowledged for each in people) > WRITERS * WRITES * 0.7


@pytest.mark.parametrize("dies", [False, True], ids=["all live", "a worker dies"])
def test_all_that_was_said_and_rated_is_there_counted_and_told(server, session, things, dies):
    users = [make_user(session) for _ in range(WRITERS)]
    # Two of those who write speak, one of them does not want to hear of it, and one is a host.
    for talk_id in session.scalars(select(Talk.id)):
        session.add_all(TalkSpeaker(talk_id=talk_id, name=user.full_name, user_id=user.id) for user in users[:2])
    opt_out(session, users[1].id, "feedback", now=NOW)
    session.add_all(EventHost(event_id=id_, user_id=users[2].id) for id_ in session.scalars(select(Event.id)))
    people = [Critic(server.port, number, token, things) for number, token in enumerate(tokens_of(session, users))]

    all_write(session, people, server.workers()[0].kill if dies else int)

    assert [each.refusals for each in people] == [[]] * WRITERS
    assert [each.said - words_of(session, user) for user, each in zip(users, people)] == [set()] * WRITERS
    assert [drift for _, drifts in verify_counters(session, fix=False) for drift in drifts] == []
    assert rated_by(session, EventComment, EventComment.event_id) == said_by(
        session, EventComment, EventComment.event_id, but=users[2:3]
    )
    assert rated_by(session, TalkComment, TalkComment.talk_id) == said_by(
        session, TalkComment, TalkComment.talk_id, but=users[:2]
    )
    assert letters(session) == letters_due(session, to=users[0])
    assert [average_of(server.port, path) for path in things] == [mean_rating(session, path) for path in things]
    assert sum(each.acknowledged for each in people) > WRITERS * WRITES * 0.7


def tokens_of(session, users):
    client, tokens = make_client(session), [new_token() for _ in users]
    for number, (user, token) in enumerate(zip(users, tokens)):
        # Half of them never used theirs, which is written down meanwhile.
        used = {"created_at": NOW, "last_used_at": utc_now() if number % 2 else None}
        session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=client.id, **used))
    session.commit()
    return tokens


def all_write(session, people, meanwhile):
    """All at the same time; the first of them does ``meanwhile`` on the way."""
    with ThreadPoolExecutor(WRITERS) as pool:
        work = [pool.submit(each.write, meanwhile if number == 0 else int) for number, each in enumerate(people)]
        for done in work:
            done.result(TIMEOUT_S)
    session.rollback()


def rated_by(session, model, thing):
    """Who rated what, as often as it counts."""
    return sorted(map(tuple, session.execute(select(thing, model.user_id).where(model.rating > 0))))


def said_by(session, model, thing, *, but):
    """Who said anything about what, once each, without those whose ratings do not count."""
    nobody = [user.id for user in but]
    pairs = select(thing, model.user_id).where(model.user_id.not_in(nobody)).distinct()
    return sorted(map(tuple, session.execute(pairs)))


def letters(session):
    mails = session.execute(select(Mail.recipient, Mail.context))
    return sorted((recipient, *(facts[name] for name in TOLD)) for recipient, facts in mails)


def letters_due(session, *, to):
    said = (
        select(Talk.stub, User.full_name, TalkComment.text, TalkComment.rating, TalkComment.is_private)
        .join(Talk, TalkComment.talk_id == Talk.id)
        .join(User, TalkComment.user_id == User.id)
        .where(User.id != to.id)
    )
    return sorted((to.email, *comment) for comment in session.execute(said))


def average_of(port, path):
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=TIMEOUT_S) as reply:
        [shown] = next(each for name, each in json.load(reply).items() if name != "meta")
    return shown["event_average_rating" if "events" in path else "average_rating"]


def mean_rating(session, path):
    """Of what everybody sees, half up."""
    model, thing = (EventComment, EventComment.event_id) if "events" in path else (TalkComment, TalkComment.talk_id)
    shown = [thing == int(path.rpartition("/")[2]), model.rating > 0]
    if model is TalkComment:
        shown.append(TalkComment.is_private == false())
    ratings = session.scalars(select(model.rating).where(*shown)).all()
    return floor(sum(ratings) / len(ratings) + 0.5) if ratings else 0


def marks_of(session, user):
    going = session.scalars(select(Attendance.event_id).where(Attendance.user_id == user.id))
    starred = session.scalars(select(TalkStar.talk_id).where(TalkStar.user_id == user.id))
    return {f"/v2.1/events/{id_}/attending" for id_ in going} | {f"/v2.1/talks/{id_}/starred" for id_ in starred}


def words_of(session, user):
    on_events = select(EventComment.event_id, EventComment.text).where(EventComment.user_id == user.id)
    on_talks = select(TalkComment.talk_id, TalkComment.text).where(TalkComment.user_id == user.id)
    return {(f"/v2.1/events/{id_}/comments", text) for id_, text in session.execute(on_events)} | {
        (f"/v2.1/talks/{id_}/comments", text) for id_, text in session.execute(on_talks)
    }
