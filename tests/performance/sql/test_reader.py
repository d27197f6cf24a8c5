"""The fast path sees committed data, replaces broken connections, and falls back to SQLAlchemy."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from joindin.extensions import reader as request_reader
from joindin.models import Event, Tag
from joindin.performance.sql.compiled import CompiledStatement
from tests.factories import make_event

NAMES = CompiledStatement(select(Event.name).order_by(Event.id))


def test_each_read_shows_what_was_committed_before_it(session, reader):
    count = CompiledStatement(select(func.count()).select_from(Event))
    counts = [reader.scalar(count)]
    make_event(session)
    counts.append(reader.scalar(count))
    session.commit()
    counts.append(reader.scalar(count))

    assert counts == [0, 0, 1]


def test_a_broken_connection_is_replaced(session, reader, pool):
    make_event(session, "A")
    session.commit()
    before = reader.scalar(NAMES)
    [idle] = pool._idle

    idle.connection.close()
    after = [reader.scalar(NAMES) for _ in range(2)]

    assert (before, after) == ("A", ["A", "A"])
    assert idle not in pool._idle


def test_threads_read_concurrently(session, reader):
    make_event(session, "A")
    session.commit()

    with ThreadPoolExecutor(4) as executor:
        names = list(executor.map(lambda _: reader.scalar(NAMES), range(40)))

    assert names == ["A"] * 40


def test_listeners_of_the_engine_see_fast_statements(app, session, count_statements):
    with count_statements() as statements:
        request_reader().execute(NAMES)

    assert [statement.split()[:2] for statement in statements] == [["SELECT", "events.name"]]


def test_other_statements_are_executed_by_sqlalchemy(session, reader, pool):
    session.add(Tag(name="php"))
    session.commit()

    assert reader.scalars(select(Tag.name)).all() == ["php"]
    assert pool._idle == []


def test_a_wrong_statement_raises_the_exception_of_sqlalchemy_and_is_logged_once(reader, caplog):
    for _ in range(2):
        with pytest.raises(DBAPIError, match="missing"):
            reader.execute(CompiledStatement(text("SELECT x FROM missing")))

    assert [record.message.partition(":")[0] for record in caplog.records] == ["A statement failed on the fast path"]


def test_without_a_pool_everything_is_executed_by_sqlalchemy(session, plain_reader):
    make_event(session, "A")
    session.commit()

    rows = plain_reader.execute(NAMES)

    assert (rows, rows.scalar(), len(rows)) == ([("A",)], "A", 1)


def test_a_connection_executes_more_statements_than_it_keeps_prepared(reader):
    statements = [CompiledStatement(text(f"SELECT {number} + :more")) for number in range(250)]

    for _ in range(2):
        assert [reader.scalar(each, {"more": 1}) for each in statements] == list(range(1, 251))


def test_a_table_that_was_recreated_is_read_with_its_new_types(session, reader):
    statement = CompiledStatement(text("SELECT a FROM shapes"))
    try:
        for column_type, value in (("integer", 1), ("text", "'one'")):
            session.execute(text("DROP TABLE IF EXISTS shapes"))
            session.execute(text(f"CREATE TABLE shapes (a {column_type})"))
            session.execute(text(f"INSERT INTO shapes VALUES ({value})"))
            session.commit()

            assert [str(each) for each in reader.scalars(statement)] == [str(value).strip("'")]
    finally:
        reader.close()
        session.execute(text("DROP TABLE shapes"))
        session.commit()
