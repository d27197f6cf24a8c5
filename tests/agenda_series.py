"""Arrangements of tests about series."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import select

from joindin.models import Event
from joindin.operations.agenda.series import set_recurrence
from tests.factories import make_event

ROME = ZoneInfo("Europe/Rome")
# Between the starts of the weekly series on 20 and 27 March, when the clocks change.
NOW = dt.datetime(2033, 3, 22, 12, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)


def local(text):
    """Return the time of a text that is in the zone of the series."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(dt.UTC)


def make_series(session, start="2033-03-20T19:00", *, recurrence=None, hours=2, **fields):
    """Store a parent that has been repeated weekly since Sunday, 20 March 2033, 19:00 in Rome."""
    starts_at = start if isinstance(start, dt.datetime) else local(start)
    ends_at = starts_at + dt.timedelta(hours=hours)
    fields = {"name": "Meetup", "starts_at": starts_at, "ends_at": ends_at, "timezone": "Europe/Rome", **fields}
    parent = make_event(session, **fields)
    set_recurrence(session, parent, recurrence or {"frequency": "1w"})
    return parent


def occurrences_of(session, parent):
    """Return the starts of the occurrences as local texts."""
    found = session.scalars(select(Event).where(Event.parent_id == parent.id).order_by(Event.starts_at)).all()
    return [f"{event.starts_at.astimezone(ROME):%Y-%m-%dT%H:%M}" for event in found]
