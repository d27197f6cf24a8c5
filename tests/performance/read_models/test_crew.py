"""Times of events with a crew follow their shifts, whichever program writes."""

import pytest
from sqlalchemy import delete, text, update

from joindin.models.crew import CrewDetails, Shift
from joindin.performance.read_models import find_inconsistencies
from tests.crew_factories import make_crew_event, make_participation, make_shift
from tests.factories import days_from_now


@pytest.fixture
def event(session):
    return make_crew_event(session)


def span(session, event):
    details = session.get(CrewDetails, event.id, populate_existing=True)
    return details.shifts_start_at, details.shifts_end_at


def test_the_span_of_an_event_follows_its_shifts(session, event):
    assert span(session, event) == (None, None)

    earlier = days_from_now(2)
    first, second = (make_shift(session, event, starts_at=days_from_now(day)) for day in (3, 5))
    assert span(session, event) == (first.starts_at, second.ends_at)

    session.execute(update(Shift).where(Shift.id == first.id).values(starts_at=earlier))
    assert span(session, event) == (earlier, second.ends_at)

    session.execute(delete(Shift).where(Shift.id == second.id))
    assert span(session, event) == (earlier, first.ends_at)

    session.execute(delete(Shift).where(Shift.id == first.id))
    assert span(session, event) == (None, None)
    assert find_inconsistencies(session.connection()) == {}


def test_a_shift_that_changes_its_event_moves_both_spans(session, event):
    other, shift = make_crew_event(session), make_shift(session, event)

    session.execute(update(Shift).where(Shift.id == shift.id).values(event_id=other.id))

    assert span(session, event) == (None, None)
    assert span(session, other) == (shift.starts_at, shift.ends_at)


def test_an_event_with_participations_can_be_deleted(session, event):
    make_participation(session, make_shift(session, event), placeholder_name="Someone")

    session.execute(text("DELETE FROM events"))

    assert session.scalar(text("SELECT count(*) FROM shifts")) == 0
    assert find_inconsistencies(session.connection()) == {}
