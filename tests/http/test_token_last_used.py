"""Uses of tokens are collected and recorded together, and no request waits for it."""

import threading
from http.client import HTTPConnection

import pytest
from sqlalchemy import select, update

from joindin.extensions import db
from joindin.http.token_last_used import MIN_RECORD_INTERVAL, TokenUsageRecorder
from joindin.models import AccessToken
from joindin.queries.accounts.api_tokens import get_valid_token
from joindin.security.tokens import hash_token
from tests.factories import NOW, make_client, make_user
from tests.live_server import live_server
from tests.services import TIMEOUT_S


@pytest.fixture
def make_token(session):
    user, client = make_user(session), make_client(session)

    def make(secret, **fields):
        fields = {"user_id": user.id, "client_id": client.id, "created_at": NOW, **fields}
        session.add(AccessToken(token_hash=hash_token(secret), **fields))
        session.commit()
        return get_valid_token(session, secret, NOW)

    return make


def stored_uses(session):
    session.rollback()
    return session.scalars(select(AccessToken.last_used_at).order_by(AccessToken.id)).all()


def test_uses_of_many_tokens_are_written_together(session, make_token, count_statements):
    tokens = [make_token(secret) for secret in "abc"]
    recorder = TokenUsageRecorder(db.engine, delay=0.2)
    before = threading.enumerate()

    with count_statements(of_all_threads=True) as statements:
        for token in tokens * 2:
            recorder.record(token, NOW)
        for thread in set(threading.enumerate()) - set(before):
            thread.join(TIMEOUT_S)

    assert stored_uses(session) == [NOW] * 3
    assert [statement.split()[0] for statement in statements] == ["UPDATE"]


def test_a_use_within_a_minute_of_the_stored_one_is_not_recorded(session, make_token, count_statements):
    token = make_token("a", last_used_at=NOW - MIN_RECORD_INTERVAL / 2)

    with count_statements(of_all_threads=True) as statements:
        TokenUsageRecorder(db.engine, delay=0).record(token, NOW)

    assert statements == []
    assert stored_uses(session) == [NOW - MIN_RECORD_INTERVAL / 2]


def test_a_use_that_another_process_has_just_recorded_is_not_written_again(session, make_token):
    token = make_token("a")
    session.execute(update(AccessToken).values(last_used_at=NOW - MIN_RECORD_INTERVAL / 2))
    session.commit()

    TokenUsageRecorder(db.engine, delay=0).record(token, NOW)

    assert stored_uses(session) == [NOW - MIN_RECORD_INTERVAL / 2]


@pytest.mark.slow("starts a server")
def test_a_server_that_stops_writes_the_collected_uses(session, settings, make_token):
    make_token("a")

    with live_server(settings, 1) as server:
        connection = HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_S)
        connection.request("GET", "/v2.1/events", headers={"Authorization": "Bearer a"})
        status = connection.getresponse().status

    assert (status, stored_uses(session) == [None]) == (200, False)
