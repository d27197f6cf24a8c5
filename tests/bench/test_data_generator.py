"""Generated benchmark data has consistent counters and the same content on each run."""

import contextvars

import pytest
from sqlalchemy import func, select, text

from bench.bulk_load import POSTGRESQL_INDEXES, SQLITE_INDEXES
from bench.crew_data import OWN_PARTICIPATIONS, TOKEN, generate_crew
from bench.data_generator import TABLES, generate_events
from joindin.db.base import UtcDateTime
from joindin.extensions import db
from joindin.models import Event, EventComment, Talk
from joindin.operations.counter_repair import verify_counters
from joindin.performance.read_models import find_inconsistencies
from tests.database_rows import empty_database
from tests.factories import make_event, make_user, parse_instant

NOW = parse_instant("2026-11-21T15:30")


def indexes(session):
    listing = POSTGRESQL_INDEXES if session.get_bind().dialect.name == "postgresql" else SQLITE_INDEXES
    names = ", ".join(f"'{table.name}'" for table in TABLES)
    return set(session.execute(text(listing.format(tables=names))).all())


def test_a_seeded_community_has_all_kinds_of_rows_and_no_counter_is_off(session):
    before = indexes(session)
    session.rollback()

    generate_events(db.engine, 300, now=NOW)

    sizes = {table.name: session.scalar(select(func.count()).select_from(table)) for table in TABLES}
    assert sizes["events"] == 300
    assert [name for name, size in sizes.items() if size == 0] == []
    assert [drift for _, found in verify_counters(session, fix=False) for drift in found] == []
    assert indexes(session) == before


@pytest.mark.parametrize("kind", [Event, EventComment, Talk])
def test_seeded_instants_are_found_by_their_value(session, kind):
    generate_events(db.engine, 50, now=NOW)

    columns = [column for column in kind.__table__.c if isinstance(column.type, UtcDateTime)]
    row = session.execute(select(*columns).order_by(kind.id).limit(1)).mappings().one()
    same = [column.is_not_distinct_from(row[column.name]) for column in columns]
    assert session.scalar(select(kind.id).where(*same).order_by(kind.id).limit(1)) == session.scalar(
        select(func.min(kind.id))
    )


def test_existing_rows_stay_and_later_rows_get_new_ids(session):
    event = make_event(session, "SampleConf", host=make_user(session))
    session.commit()

    generate_events(db.engine, 10, now=NOW)
    later = make_event(session, host=make_user(session))

    assert session.get(Event, event.id).name == "SampleConf"
    assert later.id == event.id + 11


def test_the_same_community_comes_out_each_time(session):
    seen = []
    for _ in range(2):
        generate_events(db.engine, 20, now=NOW)
        seen.append(session.execute(select(Event.name, Event.starts_at, Event.attendee_count).order_by(Event.id)).all())
        empty_database()

    assert seen[0] == seen[1]


def test_a_generated_crew_is_consistent_and_shown_to_the_volunteer(app, session):
    generate_crew(db.engine, 250, now=NOW)

    assert find_inconsistencies(session.connection()) == {}
    # The check of the search indexes writes.
    session.rollback()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    for path, count in (("events", 250), ("shifts", 250), ("users/me/participations", OWN_PARTICIPATIONS)):
        reply = contextvars.Context().run(app.test_client().get, f"/api/{path}/?limit=20", headers=headers)
        assert (reply.status_code, reply.json["count"], len(reply.json["results"])) == (200, count, 20)
