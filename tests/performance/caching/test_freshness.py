"""Real workers with concurrent writers and readers: a response contains every write acknowledged before its request."""

import json
import os
import random
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest

from joindin.models import AccessToken
from joindin.security.tokens import hash_token, new_token
from tests.factories import NOW, make_client, make_event, make_user
from tests.live_server import live_server
from tests.services import TIMEOUT_S

WORKERS, WRITERS, READERS = 4, 8, 8
# CI asks for 20,000.
OPERATIONS = int(os.environ.get("JOINDIN_TEST_OPERATIONS", "1000"))
# One of this many operations is a write.
WRITES = 4


@pytest.fixture
def server(settings, app):
    """The port of a server with four workers on the tests' database."""
    with live_server(settings, WORKERS) as served:
        yield served.port


@pytest.mark.slow("sends thousands of requests to four workers")
def test_no_read_misses_a_write_that_was_acknowledged_before_it_began(server, session):
    users = [make_user(session) for _ in range(WRITERS)]
    events = [make_event(session) for _ in users]
    tokens = [new_token() for _ in users]
    client = make_client(session)
    for user, token in zip(users, tokens):
        used = {"created_at": NOW, "last_used_at": NOW}
        session.add(AccessToken(token_hash=hash_token(token), user_id=user.id, client_id=client.id, **used))
    session.commit()
    ids = [event.id for event in events]
    counts = Counts(ids)
    rounds = OPERATIONS // (WRITERS + READERS)

    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        work = [pool.submit(write, server, counts, *each, rounds * 2 // WRITES) for each in zip(ids, tokens)]
        work += [
            pool.submit(read, server, counts, seed, rounds * 2 * (WRITES - 1) // WRITES) for seed in range(READERS)
        ]
        wrong = [problem for done in work for problem in done.result()]

    assert wrong == []
    assert list(counts.acknowledged.values()) == [rounds * 2 // WRITES] * WRITERS
    # The cache was of use in spite of the writes: some clients already had the response.
    assert counts.unchanged > 0


class Counts:
    """The number of comments that each event has for certain, and the number that it may have."""

    def __init__(self, ids):
        self.acknowledged = dict.fromkeys(ids, 0)
        self.sent = dict.fromkeys(ids, 0)
        self.unchanged = 0


def write(port, counts, event_id, token, rounds):
    """Comment repeatedly on an event without other comments."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    problems = []
    for number in range(1, rounds + 1):
        counts.sent[event_id] = number
        body = json.dumps({"comment": f"Comment {number}", "rating": 3})
        connection.request("POST", f"/v2.1/events/{event_id}/comments", body, headers)
        reply = connection.getresponse()
        said = reply.read()
        if reply.status != 201:
            problems.append((reply.status, said))
        counts.acknowledged[event_id] = number
    return problems


def read(port, counts, seed, rounds):
    """Read lists and events; half the time telling what was got the last time."""
    draw, connections = random.Random(seed), [HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S) for _ in range(3)]
    ids, kept, problems = list(counts.acknowledged), {}, []
    for _ in range(rounds):
        connection = draw.choice(connections)
        path = draw.choice(["/v2.1/events?filter=hot", "/v2.1/events", *[f"/v2.1/events/{id_}" for id_ in ids]])
        tag, known = kept.get(path, (None, None))
        headers = {"If-None-Match": tag} if tag and draw.random() < 0.5 else {}
        least = counts.acknowledged.copy()
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        body = reply.read()
        most = counts.sent.copy()
        if reply.status == 304:
            counts.unchanged += 1
            shown = known
        else:
            shown = comments_in(body)
            kept[path] = reply.headers["ETag"], shown
        problems += [
            (path, reply.status, id_, least[id_], count, most[id_])
            for id_, count in shown.items()
            if not least[id_] <= count <= most[id_]
        ]
    return problems


def comments_in(body):
    return {int(event["uri"].rpartition("/")[2]): event["event_comments_count"] for event in json.loads(body)["events"]}
