"""The number of events above a list is the number of events in it."""

import datetime as dt

import pytest

from joindin.extensions import reader
from joindin.queries.agenda.agenda_lists import AgendaFilter, count_agenda, list_agenda
from tests.factories import NOW, make_event

DAY = dt.timedelta(days=1)
FILTERS = {
    "all": AgendaFilter(),
    "upcoming": AgendaFilter(since=NOW),
    "upcoming, latest first": AgendaFilter(since=NOW, is_latest_first=True),
    "until now": AgendaFilter(starts_until=NOW),
    "past": AgendaFilter(starts_until=NOW, ended_before=NOW),
    "from tomorrow": AgendaFilter(starts_from=NOW + DAY),
    "no series of days": AgendaFilter(since=NOW, with_multidate=False),
    "no occurrences": AgendaFilter(since=NOW, with_occurrences=False),
}
NUMBERS = {
    "all": 4,
    "upcoming": 3,
    "upcoming, latest first": 3,
    "until now": 2,
    "past": 1,
    "from tomorrow": 2,
    "no series of days": 2,
    "no occurrences": 2,
}


@pytest.mark.parametrize("name", FILTERS)
def test_the_count_is_that_of_the_list(session, name):
    parent = make_event(session, "Weekly", starts_at=NOW - 9 * DAY, is_series=True)
    for number, is_ahead in ((3, False), (10, True)):
        occurrence = make_event(session, f"Week {number}", starts_at=NOW + number * DAY, ends_at=NOW + number * DAY)
        occurrence.parent_id, occurrence.occurrence_at, occurrence.is_ahead = parent.id, occurrence.starts_at, is_ahead
    make_event(session, "Running", starts_at=NOW - 3 * DAY, ends_at=NOW + DAY)
    make_event(session, "Past", starts_at=NOW - 3 * DAY, ends_at=NOW - 2 * DAY)
    make_event(session, "Later", starts_at=NOW + 5 * DAY, ends_at=NOW + 7 * DAY).is_multidate = True
    make_event(session, "Pending", starts_at=NOW + 5 * DAY, ends_at=NOW + 7 * DAY, is_active=False, is_pending=True)
    session.commit()

    listed = [key.id for keys in list_agenda(reader(), FILTERS[name]) for key in keys]

    assert (count_agenda(reader(), FILTERS[name], most=10), len(listed)) == (NUMBERS[name], NUMBERS[name])
    assert count_agenda(reader(), FILTERS[name], most=1) == 1
