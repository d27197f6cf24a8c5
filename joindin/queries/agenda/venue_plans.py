"""Venue plans of events."""

from sqlalchemy import bindparam, select, true

from joindin.models import Event, EventVenuePlan
from joindin.performance.sql.compiled import CompiledStatement

_plans = EventVenuePlan.__table__
_BY_EVENT = CompiledStatement(select(_plans).where(_plans.c.event_id == bindparam("event_id")))
_OF_PLACE = CompiledStatement(
    select(*_plans.c, Event.name.label("event_name"), Event.slug.label("event_slug"))
    .join(Event, Event.id == _plans.c.event_id)
    .where(Event.place_id == bindparam("place_id"), Event.is_visible == true())
    .order_by(Event.starts_at.desc(), Event.id.desc())
    .limit(1)
)


def find_venue_plan(connection, event_id: int):
    """Return the row of the venue plan of an event, or None; ``connection`` is a session or the request's reader."""
    return connection.execute(_BY_EVENT, {"event_id": event_id}).first()


def find_venue_plan_of_place(connection, place_id: int):
    """Return the plan of the last visible event at the place that has one, with the name and slug of the event; or None."""
    return connection.execute(_OF_PLACE, {"place_id": place_id}).first()
