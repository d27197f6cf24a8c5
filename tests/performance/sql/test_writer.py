"""Short writes are whole or not there, and outlive a connection that breaks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from joindin.errors import InvalidInput
from joindin.extensions import db
from joindin.models import Tag
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.writer import TransactionRunner

tags = Tag.__table__
OF_ID = tags.c.id == bindparam("for_id", type_=Integer)
RENAME = CompiledStatement(update(tags).where(OF_ID).values(name="changed"))
SPOIL = CompiledStatement(update(tags).where(OF_ID).values(name_key="taken"))
ADD = CompiledStatement(update(tags).where(OF_ID).values(name=tags.c.name + "+").returning(tags.c.name))
NAME = CompiledStatement(select(tags.c.name).where(OF_ID))
FIRST = {"for_id": 1}


@pytest.fixture
def writer(app, session):
    return TransactionRunner(db.engine)


@pytest.fixture(autouse=True)
def _two_tags(session):
    session.add_all([Tag(id=1, name="php"), Tag(id=2, name="taken")])
    session.commit()


def names(session):
    session.rollback()
    return session.scalars(select(Tag.name).order_by(Tag.id)).all()


def add(connection):
    return connection.execute(ADD, FIRST).scalar()


def test_a_work_sees_what_it_wrote_and_its_word_comes_back(session, writer):
    def work(connection):
        changed = connection.execute(RENAME, FIRST).rowcount
        missed = connection.execute(RENAME, {"for_id": 987}).rowcount
        return changed, missed, connection.execute(NAME, FIRST).scalar()

    assert writer.run(work) == (1, 0, "changed")
    assert names(session) == ["changed", "taken"]


def test_a_statement_is_a_transaction_by_itself(session, writer):
    assert writer.execute(ADD, FIRST).scalar() == "php+"
    assert names(session) == ["php+", "taken"]


def test_nothing_stays_of_a_work_that_refuses(session, writer):
    def refuse(connection):
        add(connection)
        raise InvalidInput("No")

    for _ in range(2):
        with pytest.raises(InvalidInput, match="No"):
            writer.run(refuse)

    assert names(session) == ["php", "taken"]
    assert writer.run(add) == "php+"


def test_a_step_that_fails_takes_the_others_back(session, writer):
    def spoil(connection):
        connection.execute(RENAME, FIRST)
        connection.execute(SPOIL, FIRST)

    for _ in range(2):
        with pytest.raises(IntegrityError):
            writer.run(spoil)

    assert names(session) == ["php", "taken"]
    assert writer.run(add) == "php+"


@pytest.mark.parametrize("write", [lambda writer: writer.run(add), lambda writer: writer.execute(ADD, FIRST).scalar()])
def test_a_connection_that_broke_is_replaced_and_nothing_is_done_twice(session, writer, write):
    write(writer)
    writer._driver.cursor().connection.close()

    done = [write(writer) for _ in range(2)]

    assert done == ["php++", "php+++"]
    assert names(session)[0] == "php+++"


def test_those_who_wait_together_are_told_each_their_own(session, writer):
    barrier = Barrier(8)

    def refuse(connection):
        add(connection)
        raise InvalidInput("No")

    def fail(connection):
        add(connection)
        connection.execute(SPOIL, FIRST)

    def take_part(number):
        barrier.wait()
        outcomes = []
        for turn in range(10):
            try:
                outcomes.append(bool(writer.run((add, refuse, add, fail)[(number + turn) % 4])))
            except (InvalidInput, IntegrityError) as failure:
                outcomes.append(type(failure))
        return outcomes

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(take_part, range(8)))

    expected = (True, InvalidInput, True, IntegrityError)
    assert said == [[expected[(number + turn) % 4] for turn in range(10)] for number in range(8)]
    assert names(session)[0] == "php" + 40 * "+"


def test_somebody_who_is_ended_leaves_the_others_their_turn(session, writer):
    class Ended(BaseException):
        pass

    ends = [Ended]

    def work(connection):
        if ends:
            raise ends.pop()
        return add(connection)

    def take_part(_number):
        try:
            return writer.run(work) is not None
        except Ended:
            return False

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(take_part, range(16)))

    assert sorted(said) == [False, *[True] * 15]
    # What the one who was ended wanted may have been done by another.
    assert names(session)[0] in ("php" + 15 * "+", "php" + 16 * "+")
