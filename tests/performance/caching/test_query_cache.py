"""Numbers are counted once until the read models change."""

import pytest
from sqlalchemy import Integer, bindparam, text

from joindin.performance.caching.query_cache import CHANGE_COUNTER, cached_count, peek_count
from joindin.performance.sql.compiled import CompiledStatement
from tests.factories import make_event, make_user

COUNT = CompiledStatement(
    text(f"SELECT count(*), {CHANGE_COUNTER} FROM listed_events WHERE event_id > :after").bindparams(
        bindparam("after", type_=Integer)
    )
)
COUNT_USERS = CompiledStatement(text(f"SELECT count(*), {CHANGE_COUNTER} FROM users"))


@pytest.fixture
def connection(session):
    make_event(session)
    return session.connection()


def test_a_number_is_counted_once(connection, count_statements):
    with count_statements() as statements:
        numbers = [cached_count(connection, COUNT, {"after": 0}) for _ in range(3)]

    assert numbers == [1, 1, 1]
    assert [statement.startswith("SELECT count") for statement in statements] == [True, False, False]


def test_a_change_of_the_read_models_makes_it_count_again(session, connection):
    before = cached_count(connection, COUNT, {"after": 0})
    make_event(session)

    assert (before, cached_count(connection, COUNT, {"after": 0})) == (1, 2)


def test_other_writes_do_not(session, connection, count_statements):
    user = make_user(session)
    cached_count(connection, COUNT, {"after": 0})
    user.biography = "Another"
    session.flush()

    with count_statements() as statements:
        cached_count(connection, COUNT, {"after": 0})

    assert [statement.startswith("SELECT count") for statement in statements] == [False]


def test_each_statement_and_each_parameter_has_a_number_of_its_own(session, connection):
    make_event(session)
    last = session.scalar(text("SELECT max(event_id) FROM listed_events"))

    numbers = [cached_count(connection, COUNT, {"after": after}) for after in (0, last - 1, last, 0)]

    assert numbers == [2, 1, 0, 2]
    assert cached_count(connection, COUNT_USERS, {}) == 0


def test_a_change_counter_that_was_just_read_is_not_read_again(connection, count_statements):
    cached_count(connection, COUNT, {"after": 0})
    changes = connection.scalar(text(f"SELECT {CHANGE_COUNTER}"))

    with count_statements() as statements:
        current = cached_count(connection, COUNT, {"after": 0}, changes)
        outdated = cached_count(connection, COUNT, {"after": 0}, changes + 1)

    assert (current, outdated, len(statements)) == (1, 1, 1)


def test_the_last_number_can_be_seen_without_a_statement(session, connection, count_statements):
    unknown = peek_count(connection, COUNT, {"after": 0})
    cached_count(connection, COUNT, {"after": 0})
    make_event(session)

    with count_statements() as statements:
        outdated = peek_count(connection, COUNT, {"after": 0})

    assert (unknown, outdated, statements) == (None, 1, [])


def test_an_engine_without_a_cache_counts_each_time(connection, count_statements):
    engine = connection.engine.execution_options(query_cache=None)
    with engine.connect() as uncached, count_statements() as statements:
        numbers = [cached_count(uncached, COUNT_USERS, {}) for _ in range(2)]
        peeked = peek_count(uncached, COUNT_USERS, {})

    assert (numbers, peeked) == ([0, 0], None)
    assert len(statements) == 2
