"""What the driver says alone is what SQLAlchemy would have said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Integer, bindparam, func, select, text, union_all

from joindin.db.base import UtcDateTime
from joindin.extensions import db, reader
from joindin.models import Event, Tag
from joindin.performance.sql.compiled import CompiledStatement
from joindin.performance.sql.reader import ReadConnection, ThreadConnections
from tests.factories import make_event, parse_instant

events = Event.__table__.c
STATEMENTS = {
    "types": CompiledStatement(
        select(
            events.id, events.is_visible, events.is_pending, events.starts_at, events.cfp_ends_at, events.latitude
        ).where(events.starts_at >= bindparam("since"), events.id > bindparam("id", type_=Integer))
    ),
    "no rows": CompiledStatement(select(events.id).where(events.starts_at < bindparam("since"))),
    "a list": CompiledStatement(
        select(events.id, events.name).where(events.name.in_(bindparam("names", expanding=True))).order_by(events.id)
    ),
    "a list twice": CompiledStatement(
        union_all(
            *[select(events.id).where(events.name.in_(bindparam("names", expanding=True))) for _ in range(2)]
        ).order_by("id")
    ),
    "no list": CompiledStatement(select(events.id).where(events.id.in_(bindparam("ids", expanding=True)))),
    "text": CompiledStatement(
        text("SELECT id, name AS title FROM events WHERE starts_at >= :since").bindparams(
            bindparam("since", type_=UtcDateTime)
        )
    ),
    "a fixed value of another type": CompiledStatement(
        select(events.id).where(events.starts_at >= parse_instant("2026-01-01"))
    ),
    "a fixed value": CompiledStatement(select(events.id, (events.id + 5).label("more")).where(events.is_active)),
}
VALUES = {"since": parse_instant("2026-01-01"), "id": 0, "names": ["B", "C", "x'; --"], "ids": []}


@pytest.fixture
def driver(app, session):
    return ThreadConnections(db.engine)


@pytest.mark.parametrize("what", STATEMENTS)
def test_a_prepared_statement_gives_the_rows_that_sqlalchemy_gives(session, driver, what):
    for name in "ABC":
        make_event(
            session,
            name,
            starts_at=parse_instant("2026-03-02T10:00"),
            cfp_ends_at=parse_instant("2026-02-01") if name == "B" else None,
        )
    session.commit()
    statement = STATEMENTS[what]
    values = {
        name: value for name, value in VALUES.items() if f"'{name}'" in repr(statement.statement.compile().params)
    }

    expected = session.execute(statement, values).all()
    found = ReadConnection(driver).execute(statement, values)

    assert [row._asdict() for row in found.all()] == [row._asdict() for row in expected]
    assert [[type(value) for value in row] for row in found] == [[type(value) for value in row] for row in expected]


def test_sessions_and_connections_take_it_too(session):
    make_event(session, "A")
    names = CompiledStatement(select(events.name))

    assert [asked.scalar(names) for asked in (session, session.connection())] == ["A", "A"]


def test_rows_are_asked_for_as_results_are(session, driver):
    make_event(session, "A")
    make_event(session, "B")
    session.commit()
    names = CompiledStatement(select(events.name).order_by(events.id))

    rows = ReadConnection(driver).execute(names)

    assert (rows.first().name, rows.scalar(), rows.scalars().all()) == ("A", "A", ["A", "B"])
    with pytest.raises(ValueError, match="too many"):
        rows.one()


def test_each_read_shows_what_was_committed_before_it(session, driver):
    count, reading = CompiledStatement(select(func.count()).select_from(Event)), ReadConnection(driver)
    seen = [reading.scalar(count)]
    make_event(session)
    seen.append(reading.scalar(count))
    session.commit()
    seen.append(reading.scalar(count))

    assert seen == [0, 0, 1]


def test_a_connection_that_broke_is_replaced(session, driver):
    make_event(session, "A")
    session.commit()
    names, reading = CompiledStatement(select(events.name)), ReadConnection(driver)
    before = reading.scalar(names)
    connection = driver._kept.cursor.connection

    connection.close()
    after = [reading.scalar(names) for _ in range(2)]
    reading.close()

    assert (before, after) == ("A", ["A", "A"])
    assert driver._kept.cursor.connection is not connection


def test_threads_read_side_by_side(session, driver):
    make_event(session, "A")
    session.commit()
    names = CompiledStatement(select(events.name))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: ReadConnection(driver).scalar(names), range(40)))

    assert found == ["A"] * 40


def test_who_counts_statements_hears_of_these(app, session, count_statements):
    with count_statements() as seen:
        reader().execute(STATEMENTS["no list"], {"ids": [1]})

    assert [statement.split()[:2] for statement in seen] == [["SELECT", "events.id"]]


def test_others_than_prepared_statements_go_the_usual_way(session, driver):
    session.add(Tag(name="php"))
    session.commit()
    reading = ReadConnection(driver)

    assert reading.scalars(select(Tag.name)).all() == ["php"]
    reading.close()


def test_a_value_may_be_wider_than_the_one_before(driver):
    doubled = CompiledStatement(text("SELECT :number * 2"))
    reader = ReadConnection(driver)

    assert [reader.scalar(doubled, {"number": number}) for number in (1, 70_000, 5_000_000_000, 3)] == [
        2,
        140_000,
        10_000_000_000,
        6,
    ]


def test_a_percent_sign_is_one(session, driver):
    for name in ("100% Python", "Half"):
        make_event(session, name)
    session.commit()

    named = CompiledStatement(text("SELECT name FROM events WHERE name LIKE '%0\\% P%' ESCAPE '\\' AND id > :id"))

    assert ReadConnection(driver).scalars(named, {"id": 0}) == ["100% Python"]


def test_more_statements_than_a_connection_keeps(driver):
    reader = ReadConnection(driver)
    statements = [CompiledStatement(text(f"SELECT {number} + :more")) for number in range(250)]

    for _ in range(2):
        assert [reader.scalar(each, {"more": 1}) for each in statements] == list(range(1, 251))


def test_a_table_that_was_made_anew_is_read_as_it_is_now(session, driver):
    wanted, reader = CompiledStatement(text("SELECT a FROM shapes")), ReadConnection(driver)
    try:
        for kind, value in (("integer", 1), ("text", "'one'")):
            session.execute(text("DROP TABLE IF EXISTS shapes"))
            session.execute(text(f"CREATE TABLE shapes (a {kind})"))
            session.execute(text(f"INSERT INTO shapes VALUES ({value})"))
            session.commit()

            assert [str(each) for each in reader.scalars(wanted)] == [str(value).strip("'")]
    finally:
        reader.close()
        session.execute(text("DROP TABLE shapes"))
        session.commit()
