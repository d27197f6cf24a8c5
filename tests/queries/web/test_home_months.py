"""The months of the home page with the numbers of their events."""

import datetime as dt

from joindin.queries.web.home import count_events_by_month
from tests.factories import make_event, make_pending_event, parse_instant

NOW = parse_instant("2033-11-15T10:00")


def day(text):
    return dt.date.fromisoformat(text)


def test_events_of_a_year_are_counted_by_the_month_of_their_start(session, count_statements):
    starts = (
        *("2033-11-14T23:59", "2033-11-15T00:00", "2033-11-30T23:59", "2034-01-01T00:00"),
        *("2034-02-28T12:00", "2034-10-31T23:59", "2034-11-01T00:00"),
    )
    for number, starts_at in enumerate(starts):
        make_event(session, f"Conf {number}", starts_at=parse_instant(starts_at))
    make_pending_event(session, "Pending", starts_at=parse_instant("2034-05-01T00:00"))
    session.flush()

    with count_statements() as statements:
        months = count_events_by_month(session, NOW)

    assert months == [
        (day("2033-11-15"), day("2033-11-30"), 2),
        (day("2034-01-01"), day("2034-01-31"), 1),
        (day("2034-02-01"), day("2034-02-28"), 1),
        (day("2034-10-01"), day("2034-10-31"), 1),
    ]
    assert len(statements) == 1


def test_without_events_there_are_no_months(session):
    assert count_events_by_month(session, NOW) == []
