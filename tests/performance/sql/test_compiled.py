"""A compiled statement returns the rows that SQLAlchemy returns."""

import pytest
from sqlalchemy import Integer, bindparam, select, text, union_all

from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models import Event
from joindin.performance.sql.compiled import CompiledStatement
from tests.factories import make_event, parse_instant

events = Event.__table__.c
NAMES, IDS = bindparam("names", expanding=True), bindparam("ids", expanding=True)
STATEMENTS = {
    "types": CompiledStatement(
        select(events.id, events.is_visible, events.is_pending, events.starts_at, events.cfp_ends_at, events.latitude)
        .where(events.starts_at >= bindparam("since"), events.id > bindparam("id", type_=Integer))
        .order_by(events.id)
    ),
    "no rows": CompiledStatement(select(events.id).where(events.starts_at < bindparam("since"))),
    "a list": CompiledStatement(select(events.id, events.name).where(events.name.in_(NAMES)).order_by(events.id)),
    "a list twice": CompiledStatement(
        union_all(*[select(events.id).where(events.name.in_(NAMES)) for _ in range(2)]).order_by("id")
    ),
    "not in a list": CompiledStatement(select(events.name).where(events.name.not_in(NAMES)).order_by(events.id)),
    "an empty list": CompiledStatement(select(events.id).where(events.id.in_(IDS))),
    "not in an empty list": CompiledStatement(select(events.id).where(events.id.not_in(IDS)).order_by(events.id)),
    "text": CompiledStatement(
        text("SELECT id, name AS title FROM events WHERE starts_at >= :since ORDER BY id").bindparams(
            bindparam("since", type_=UtcDateTime)
        )
    ),
    "a list in text": CompiledStatement(
        text("SELECT id FROM events WHERE name IN :names ORDER BY id").bindparams(NAMES)
    ),
    "a constant of another type": CompiledStatement(
        select(events.id).where(events.starts_at >= parse_instant("2026-01-01")).order_by(events.id)
    ),
    "a constant": CompiledStatement(
        select(events.id, (events.id + 5).label("more")).where(events.is_active).order_by(events.id)
    ),
}
PARAMS = {"since": parse_instant("2026-01-01"), "id": 0, "names": ["B", "C", "x'; --"], "ids": []}
EVENTS_WITH_ID = CompiledStatement(select(events.id).where(events.id.in_(IDS)).order_by(events.id))


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_rows_equal_those_of_sqlalchemy(session, reader, name):
    for event_name in "ABC":
        make_event(
            session,
            event_name,
            starts_at=parse_instant("2026-03-02T10:00"),
            cfp_ends_at=parse_instant("2026-02-01") if event_name == "B" else None,
        )
    session.commit()
    statement = STATEMENTS[name]
    params = {key: value for key, value in PARAMS.items() if f"'{key}'" in repr(statement.statement.compile().params)}

    expected = session.execute(statement, params).all()
    rows = reader.execute(statement, params)

    assert [row._asdict() for row in rows.all()] == [row._asdict() for row in expected]
    assert [[type(value) for value in row] for row in rows] == [[type(value) for value in row] for row in expected]


@pytest.mark.parametrize("length", [0, 1, 2, 500])
def test_a_list_of_any_length_is_one_parameter(session, reader, length, count_statements):
    event_ids = [make_event(session).id for _ in range(min(length, 3))]
    session.commit()

    with count_statements() as statements:
        found = reader.scalars(EVENTS_WITH_ID, {"ids": event_ids + list(range(10**6, 10**6 + length - len(event_ids)))})

    assert found == event_ids
    assert statements in ([], [EVENTS_WITH_ID.compiled_for(db.engine.dialect).bind({"ids": []})[0]])


def test_lists_of_different_lengths_share_one_text(session):
    compiled = EVENTS_WITH_ID.compiled_for(db.engine.dialect)

    assert len({compiled.bind({"ids": list(range(length))})[0] for length in range(300)}) == 1


def test_sessions_and_connections_execute_it_too(session):
    make_event(session, "A")
    names = CompiledStatement(select(events.name))

    assert [connection.scalar(names) for connection in (session, session.connection())] == ["A", "A"]


def test_the_rows_have_the_methods_of_a_result(session, reader):
    make_event(session, "A")
    make_event(session, "B")
    session.commit()

    rows = reader.execute(CompiledStatement(select(events.name).order_by(events.id)))

    assert (rows.first().name, rows.scalar(), rows.scalars().all()) == ("A", "A", ["A", "B"])
    with pytest.raises(ValueError, match="too many"):
        rows.one()


def test_a_parameter_may_be_larger_than_the_one_before(reader):
    doubled = CompiledStatement(text("SELECT :number * 2"))

    results = [reader.scalar(doubled, {"number": number}) for number in (1, 70_000, 5_000_000_000, 3)]

    assert results == [2, 140_000, 10_000_000_000, 6]


def test_a_percent_sign_is_not_a_placeholder(session, reader):
    for name in ("100% Python", "Half"):
        make_event(session, name)
    session.commit()
    like = CompiledStatement(text("SELECT name FROM events WHERE name LIKE '%0\\% P%' ESCAPE '\\' AND id > :id"))

    assert reader.scalars(like, {"id": 0}) == ["100% Python"]
