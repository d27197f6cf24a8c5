"""Short writes are whole or not there, and outlive a connection that breaks."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Integer, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from joindin.extensions import db
from joindin.models import Tag
from joindin.reading import Prepared
from joindin.writing import Writer

tags = Tag.__table__
OF_ID = tags.c.id == bindparam("for_id", type_=Integer)
RENAME = Prepared(update(tags).where(OF_ID, tags.c.name != "changed").values(name="changed"))
SPOIL = Prepared(update(tags).where(OF_ID).values(name_key="taken"))
MARK = Prepared(update(tags).where(tags.c.name_key == "taken").values(name="marked"))
ADD = Prepared(update(tags).where(OF_ID).values(name=tags.c.name + "+"))


@pytest.fixture
def writer(app, session):
    return Writer(db.engine)


@pytest.fixture
def tag(session):
    session.add_all([Tag(id=1, name="php"), Tag(id=2, name="taken")])
    session.commit()
    return 1


def names(session):
    session.rollback()
    return session.scalars(select(Tag.name).order_by(Tag.id)).all()


def test_a_step_is_taken_if_the_one_before_changed_something(session, writer, tag):
    done = [writer.write(RENAME, MARK, values={"for_id": tag})]
    session.rollback()
    session.execute(update(Tag).where(Tag.id == 2).values(name="taken"))
    session.commit()
    done.append(writer.write(RENAME, MARK, values={"for_id": tag}))

    assert done == [True, False]
    assert names(session) == ["changed", "taken"]


def test_a_step_that_fails_takes_the_others_back(session, writer, tag):
    for _ in range(2):
        with pytest.raises(IntegrityError):
            writer.write(RENAME, SPOIL, values={"for_id": tag})

    assert names(session) == ["php", "taken"]
    assert writer.write(RENAME, values={"for_id": tag}) is True


@pytest.mark.parametrize("steps", [(ADD,), (ADD, MARK)])
def test_a_connection_that_broke_is_replaced_and_nothing_is_done_twice(session, writer, tag, steps):
    writer.write(*steps, values={"for_id": tag})
    writer._driver.cursor().connection.close()

    done = [writer.write(*steps, values={"for_id": tag}) for _ in range(2)]

    assert done == [True, True]
    assert names(session)[0] == "php+++"


def test_many_at_once_wait_for_each_other(session, writer, tag):
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: writer.write(ADD, MARK, values={"for_id": tag}), range(40)))

    assert done == [True] * 40
    assert names(session)[0] == "php" + 40 * "+"
