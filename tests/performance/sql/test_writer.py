"""Short write transactions are atomic, are never repeated after an outage, and wait for a lock only once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier
from time import monotonic

import pytest
from sqlalchemy import Integer, bindparam, create_engine, select, text, update
from sqlalchemy.exc import IntegrityError

from joindin.errors import InvalidInput, ServiceUnavailable
from joindin.extensions import db
from joindin.models import Tag
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.connections import ConnectionPool
from joindin.performance.sql.writer import TransactionRunner

tags = Tag.__table__
HAS_ID = tags.c.id == bindparam("for_id", type_=Integer)
RENAME = CompiledStatement(update(tags).where(HAS_ID).values(name="changed"))
DUPLICATE = CompiledStatement(update(tags).where(HAS_ID).values(spelling_key="taken"))
APPEND = CompiledStatement(update(tags).where(HAS_ID).values(name=tags.c.name + "+").returning(tags.c.name))
NAME = CompiledStatement(select(tags.c.name).where(HAS_ID))
FIRST = {"for_id": 1}


@pytest.fixture(params=["fast", "plain"])
def runner(request, writer, plain_writer):
    return {"fast": writer, "plain": plain_writer}[request.param]


@pytest.fixture(autouse=True)
def _two_tags(session):
    session.add_all([Tag(id=1, name="php"), Tag(id=2, name="taken")])
    session.commit()


def names(session):
    session.rollback()
    return session.scalars(select(Tag.name).order_by(Tag.id)).all()


def append(connection):
    return connection.execute(APPEND, FIRST).scalar()


def refuse(connection):
    append(connection)
    raise InvalidInput("No")


def violate_uniqueness(connection):
    append(connection)
    connection.execute(DUPLICATE, FIRST)


def test_a_transaction_sees_its_own_writes_and_returns_its_result(session, runner):
    def transaction(connection):
        changed = connection.execute(RENAME, FIRST).rowcount
        missed = connection.execute(RENAME, {"for_id": 987}).rowcount
        return changed, missed, connection.execute(NAME, FIRST).scalar()

    assert runner.run(transaction) == (1, 0, "changed")
    assert names(session) == ["changed", "taken"]


def test_a_single_statement_is_a_transaction(session, runner):
    assert runner.execute(APPEND, FIRST).scalar() == "php+"
    assert names(session) == ["php+", "taken"]


@pytest.mark.parametrize(("transaction", "error"), [(refuse, InvalidInput), (violate_uniqueness, IntegrityError)])
def test_an_exception_rolls_everything_back(session, runner, transaction, error):
    for _ in range(2):
        with pytest.raises(error):
            runner.run(transaction)

    assert names(session) == ["php", "taken"]
    assert runner.run(append) == "php+"


def test_listeners_get_the_info_of_committed_transactions(runner):
    committed = []
    runner.after_commit.append(committed.append)

    def transaction(connection):
        connection.info["has_mail"] = True
        return append(connection)

    runner.run(transaction)
    runner.execute(APPEND, FIRST)
    with pytest.raises(InvalidInput):
        runner.run(refuse)

    assert committed == [{"has_mail": True}, {}]


@pytest.mark.parametrize(
    "write",
    [lambda runner: runner.run(append), lambda runner: runner.execute(APPEND, FIRST).scalar()],
    ids=["transaction", "statement"],
)
def test_a_broken_idle_connection_is_replaced(session, writer, pool, write):
    write(writer)
    for cursor in pool._idle:
        cursor.connection.close()

    results = [write(writer) for _ in range(2)]

    assert results == ["php++", "php+++"]
    assert names(session)[0] == "php+++"


def test_concurrent_transactions_get_their_own_results(session, writer):
    barrier = Barrier(8)
    transactions = (append, refuse, append, violate_uniqueness)

    def write(number):
        barrier.wait()
        outcomes = []
        for turn in range(10):
            try:
                outcomes.append(bool(writer.run(transactions[(number + turn) % 4])))
            except (InvalidInput, IntegrityError) as error:
                outcomes.append(type(error))
        return outcomes

    with ThreadPoolExecutor(8) as executor:
        outcomes = list(executor.map(write, range(8)))

    expected = (True, InvalidInput, True, IntegrityError)
    assert outcomes == [[expected[(number + turn) % 4] for turn in range(10)] for number in range(8)]
    assert names(session)[0] == "php" + 40 * "+"


def test_a_transaction_whose_thread_is_terminated_is_not_executed(session, writer):
    class ThreadTerminated(BaseException):
        pass

    def terminate(connection):
        append(connection)
        raise ThreadTerminated

    with pytest.raises(ThreadTerminated):
        writer.run(terminate)

    assert writer.run(append) == "php+"
    assert names(session)[0] == "php+"


class LostCommit:
    """A cursor whose COMMIT is executed, and whose connection breaks before the acknowledgement."""

    def __init__(self, cursor, error):
        self._cursor = cursor
        self._error = error

    def execute(self, sql, *args):
        self._cursor.execute(sql, *args)
        if sql == "COMMIT":
            raise self._error

    def __getattr__(self, name):
        return getattr(self._cursor, name)


@pytest.mark.parametrize("reason", ["the connection is lost", "disk I/O error"])
def test_a_transaction_whose_commit_is_not_acknowledged_is_not_run_again(session, writer, pool, reason):
    cursor = pool.acquire()
    pool.release(LostCommit(cursor, db.engine.dialect.loaded_dbapi.OperationalError(reason)))

    with pytest.raises(ServiceUnavailable):
        writer.run(append)

    assert names(session)[0] == "php+"
    assert writer.run(append) == "php++"


def test_a_transaction_during_which_the_server_ends_the_connection_is_not_run_again(session, writer):
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no server")
    runs = []

    def transaction(connection):
        runs.append(append(connection))
        pid = connection.execute(CompiledStatement(text("SELECT pg_backend_pid()")), {}).scalar()
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        append(connection)

    with pytest.raises(ServiceUnavailable):
        writer.run(transaction)

    assert runs == ["php+"]
    assert names(session)[0] == "php"
    assert writer.run(append) == "php+"


def test_writers_that_queue_at_a_locked_sqlite_database_give_up_after_one_timeout(tmp_path, monkeypatch):
    for module in ("joindin.db.locking", "joindin.performance.sql.writer"):
        monkeypatch.setattr(f"{module}.BUSY_TIMEOUT_S", 0.5)
    file = tmp_path / "a.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("CREATE TABLE t (x)")
        holder.execute("BEGIN IMMEDIATE")
        engine = create_engine(f"sqlite:///{file}", connect_args={"isolation_level": "IMMEDIATE"})
        runner = TransactionRunner(engine, ConnectionPool(engine))
        insert = CompiledStatement(text("INSERT INTO t VALUES (1)"))

        def write(_number):
            began = monotonic()
            with pytest.raises(ServiceUnavailable):
                runner.execute(insert, {})
            return monotonic() - began

        with ThreadPoolExecutor(80) as executor:
            durations = list(executor.map(write, range(80)))
        holder.execute("ROLLBACK")
        runner.execute(insert, {})

        assert max(durations) < 20
        assert holder.execute("SELECT count(*) FROM t").fetchone() == (1,)
    engine.dispose()
