"""Events change sides as their day comes."""

import datetime as dt

from sqlalchemy import select

from joindin.models import HotEvent
from joindin.operations.started_events import mark_started_events
from joindin.performance.read_models import find_inconsistencies
from joindin.utils.datetimes import utc_now
from tests.factories import days_from_now, make_event


def sides(session):
    rows = session.execute(select(HotEvent.event_id, HotEvent.has_started).execution_options(populate_existing=True))
    return dict(rows.all())


def test_what_begins_changes_sides_once(session):
    past, today, tomorrow = (make_event(session, starts_at=days_from_now(days)).id for days in (-1, 0, 1))
    before = sides(session)

    moved = [mark_started_events(session, utc_now() + dt.timedelta(days=1)) for _ in range(2)]

    assert before == {past: True, today: False, tomorrow: False}
    assert moved == [1, 0]
    assert sides(session) == {past: True, today: True, tomorrow: False}
    assert find_inconsistencies(session.connection()) == {}


def test_a_clock_that_was_ahead_is_made_good(session):
    today = make_event(session, starts_at=days_from_now(0)).id
    mark_started_events(session, utc_now() + dt.timedelta(days=9))

    moved = mark_started_events(session, utc_now())

    assert (moved, sides(session)) == (1, {today: False})


def test_nothing_is_written_where_nothing_has_begun(session, count_statements):
    make_event(session)
    session.commit()

    with count_statements() as seen:
        mark_started_events(session, utc_now())

    assert [statement.split()[0] for statement in seen] == ["SELECT"]
