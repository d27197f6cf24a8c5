"""The pool is bounded, and gives out no connection that is broken."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from sqlalchemy import create_engine, text

from joindin.db.engines import engine_options
from joindin.errors import ServiceUnavailable
from joindin.extensions import db
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.connections import RANDOM_PAGE_COST, STATEMENT_TIMEOUT_MS, ConnectionPool
from joindin.performance.sql.reader import ReadConnection

ONE = CompiledStatement(text("SELECT 1"))


def test_a_connection_is_used_again(pool):
    first = pool.acquire()
    pool.release(first)

    assert pool.acquire() is first


def test_no_more_connections_are_open_than_allowed(session, monkeypatch):
    monkeypatch.setattr("joindin.performance.sql.connections.POOL_TIMEOUT_S", 0.05)
    pool = ConnectionPool(db.engine, max_connections=2)
    cursors = [pool.acquire() for _ in range(2)]

    with pytest.raises(ServiceUnavailable):
        pool.acquire()
    pool.release(cursors[0])

    assert pool.acquire() is cursors[0]


def test_many_threads_share_few_connections(session):
    pool = ConnectionPool(db.engine, max_connections=2)
    used = set()

    def read(_number):
        cursor = pool.acquire()
        used.add(id(cursor.connection))
        value = pool.execute(cursor, ONE, {}).fetch_rows(cursor).scalar()
        pool.release(cursor)
        return value

    with ThreadPoolExecutor(8) as executor:
        assert list(executor.map(read, range(200))) == [1] * 200
    assert len(used) <= 2
    pool.close_idle()


def test_a_failed_connection_does_not_use_up_the_pool(tmp_path):
    pool = ConnectionPool(create_engine(f"sqlite:///{tmp_path / 'missing' / 'a.sqlite'}"), max_connections=1)

    for _ in range(3):
        with pytest.raises(ServiceUnavailable):
            pool.acquire()


def test_an_unreachable_server_is_unavailable():
    url = "postgresql+psycopg://postgres@127.0.0.1:1/none"
    engine = create_engine(url, **engine_options(url))

    with pytest.raises(ServiceUnavailable):
        ReadConnection(engine, ConnectionPool(engine)).scalar(ONE)


def test_a_thread_that_ends_leaves_its_connection_to_others(reader, pool):
    for _ in range(3):
        thread = Thread(target=reader.scalar, args=[ONE])
        thread.start()
        thread.join()

    assert len(pool._idle) == 1


def test_idle_connections_are_closed_with_the_engine(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    pool = ConnectionPool(engine)
    cursor = pool.acquire()
    pool.release(cursor)

    engine.dispose()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        cursor.execute("SELECT 1")


@pytest.fixture
def on_postgresql(app, session):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server")


def test_a_connection_that_the_server_closed_is_not_given_out(on_postgresql, reader, pool, session):
    pid = CompiledStatement(text("SELECT pg_backend_pid()"))
    before = reader.scalar(pid)
    session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})

    assert reader.scalar(pid) != before


def test_a_statement_that_takes_too_long_is_an_outage(on_postgresql, reader, pool):
    cursor = pool.acquire()
    timeout = cursor.execute("SHOW statement_timeout").fetchone()
    cursor.execute("SET statement_timeout = 50")
    pool.release(cursor)

    with pytest.raises(ServiceUnavailable):
        reader.scalar(CompiledStatement(text("SELECT pg_sleep(5)")))
    assert timeout == (f"{STATEMENT_TIMEOUT_MS // 1000}s",)


def test_statements_are_planned_for_pages_in_memory(on_postgresql, pool):
    assert pool.acquire().execute("SHOW random_page_cost").fetchone() == (str(RANDOM_PAGE_COST),)


def test_connections_have_timeouts(on_postgresql, pool):
    options = pool.acquire().connection.info.get_parameters()

    assert {name: options[name] for name in ("connect_timeout", "tcp_user_timeout", "keepalives_idle")} == {
        "connect_timeout": "3",
        "tcp_user_timeout": "10000",
        "keepalives_idle": "10",
    }
