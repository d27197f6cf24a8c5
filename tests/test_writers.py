"""Many write at once through a real server: nothing that was acknowledged is lost, and all is counted right."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException

import pytest
from sqlalchemy import select

from joindin.clock import utc_now
from joindin.credentials import new_token, token_hash
from joindin.models import AccessToken, Attendance, EventComment, TalkComment, TalkStar
from joindin.operations.counters import check_counters, check_listing
from tests.factories import NOW, make_client, make_event, make_talk, make_user
from tests.serving import PATIENCE, serving

WORKERS, WRITERS, WRITES = 2, 8, 24


@pytest.fixture
def server(settings, app):
    with serving(settings, WORKERS) as served:
        yield served


class Somebody:
    """Writes again and again, and remembers what was acknowledged: who goes where, and what was said."""

    def __init__(self, port, number, token, things):
        self._draw = random.Random(number)
        self._connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
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

    def _say(self, path, text):
        got = self._ask("POST", path, json.dumps({"comment": text, "rating": self._draw.randint(1, 5)}))
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


@pytest.fixture
def things(session):
    """Paths of two events and of two talks of each."""
    events = [make_event(session) for _ in range(2)]
    talks = [make_talk(session, event) for event in events * 2]
    return [f"/v2.1/events/{event.id}" for event in events] + [f"/v2.1/talks/{talk.id}" for talk in talks]


@pytest.mark.parametrize("dies", [False, True], ids=["all live", "a worker dies"])
def test_what_was_acknowledged_is_there_and_counted(server, session, things, dies):
    users, client = [make_user(session) for _ in range(WRITERS)], make_client(session)
    tokens = [new_token() for _ in users]
    for number, (user, token) in enumerate(zip(users, tokens)):
        # Half of them never used theirs, which is written down meanwhile.
        used = {"created_at": NOW, "last_used_at": utc_now() if number % 2 else None}
        session.add(AccessToken(token_hash=token_hash(token), user_id=user.id, client_id=client.id, **used))
    session.commit()
    people = [Somebody(server.port, number, token, things) for number, token in enumerate(tokens)]
    meanwhile = server.workers()[0].kill if dies else int

    with ThreadPoolExecutor(WRITERS) as pool:
        work = [pool.submit(each.write, meanwhile if number == 0 else int) for number, each in enumerate(people)]
        for done in work:
            done.result(PATIENCE)

    session.rollback()
    assert [each.refusals for each in people] == [[]] * WRITERS
    assert [each.lost(marks_of(session, user), words_of(session, user)) for user, each in zip(users, people)] == [
        ({}, set())
    ] * WRITERS
    assert [drift for _, drifts in check_counters(session, fix=False) for drift in drifts] == []
    assert check_listing(session, fix=False) == {}
    # Most of it came through.
    assert sum(each.acknowledged for each in people) > WRITERS * WRITES * 0.7


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
