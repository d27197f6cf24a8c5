"""Uses of tokens are gathered, and written down without anybody having to wait for it."""

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
def give_token(session):
    user, client = make_user(session), make_client(session)

    def giving(secret, **fields):
        about = {"user_id": user.id, "client_id": client.id, "created_at": NOW, **fields}
        session.add(AccessToken(token_hash=hash_token(secret), **about))
        session.commit()
        return get_valid_token(session, secret, NOW)

    return giving


def last_uses(session):
    session.rollback()
    return session.scalars(select(AccessToken.last_used_at).order_by(AccessToken.id)).all()


def test_uses_of_many_tokens_are_written_together(session, give_token, count_statements):
    tokens = [give_token(secret) for secret in "abc"]
    uses = TokenUsageRecorder(db.engine, delay=0.2)
    before = threading.enumerate()

    with count_statements() as seen:
        for token in tokens * 2:
            uses.record(token, NOW)
        for thread in set(threading.enumerate()) - set(before):
            thread.join(TIMEOUT_S)

    assert last_uses(session) == [NOW] * 3
    assert [statement.split()[0] for statement in seen] == ["UPDATE"]


def test_a_use_within_the_same_minute_is_not_noted(session, give_token, count_statements):
    token = give_token("a", last_used_at=NOW - MIN_RECORD_INTERVAL / 2)

    with count_statements() as seen:
        TokenUsageRecorder(db.engine, delay=0).record(token, NOW)

    assert seen == []
    assert last_uses(session) == [NOW - MIN_RECORD_INTERVAL / 2]


def test_a_use_that_another_process_just_wrote_down_is_not_written_again(session, give_token):
    token = give_token("a")
    session.execute(update(AccessToken).values(last_used_at=NOW - MIN_RECORD_INTERVAL / 2))
    session.commit()

    TokenUsageRecorder(db.engine, delay=0).record(token, NOW)

    assert last_uses(session) == [NOW - MIN_RECORD_INTERVAL / 2]


def test_a_server_that_ends_writes_down_what_it_gathered(session, settings, give_token):
    give_token("a")

    with live_server(settings, 1) as served:
        connection = HTTPConnection("127.0.0.1", served.port, timeout=TIMEOUT_S)
        connection.request("GET", "/v2.1/events", headers={"Authorization": "Bearer a"})
        status = connection.getresponse().status

    assert (status, last_uses(session) == [None]) == (200, False)
