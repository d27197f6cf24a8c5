"""Cities of events: found after the event was stored, because the gazetteer needs time and memory."""

from sqlalchemy import bindparam, select, update

from joindin.db.locking import begin_write
from joindin.db.upserts import insert_missing
from joindin.models import City, Event
from joindin.utils.city_lookup import find_city

BATCH_SIZE = 200

_IS_DUE = Event.located_revision.is_distinct_from(Event.revision)
_DUE = (
    select(Event.id, Event.latitude, Event.longitude, Event.location, Event.revision)
    .where(_IS_DUE)
    .order_by(Event.id)
    .limit(BATCH_SIZE)
)
_events = Event.__table__
_SET_CITY = (
    update(_events)
    .where(_events.c.id == bindparam("event_id"), _events.c.revision == bindparam("located"))
    .values(city_id=bindparam("city"), country_code=bindparam("country"), located_revision=bindparam("located"))
)


def locate_events(session) -> int:
    """Set city and country of the events that changed since they were set last, and return the number of events read.

    An event that changes meanwhile, or that another transaction has locked, is left for the next call.
    """
    due = session.execute(_DUE).all()
    matches = {event.id: find_city(event.latitude, event.longitude, event.location) for event in due}
    if not due:
        return 0
    begin_write(session)
    city_ids = _store_cities(session, {match for match in matches.values() if match is not None})
    locked = session.scalars(
        select(Event.id).where(Event.id.in_(list(matches))).with_for_update(skip_locked=True, key_share=True)
    )
    locked = set(locked)
    changes = [
        {
            "event_id": event.id,
            "located": event.revision,
            "city": (match := matches[event.id]) and city_ids[match.geoname_id],
            "country": match and match.country_code,
        }
        for event in due
        if event.id in locked
    ]
    if changes:
        session.connection().execute(_SET_CITY, changes)
    return len(changes)


def _store_cities(session, matches):
    """Store the cities that are new, and return the ids of all by their ids in the gazetteer."""
    if not matches:
        return {}
    insert_missing(session, City, "geoname_id", [match._asdict() for match in sorted(matches)])
    known = select(City.geoname_id, City.id).where(City.geoname_id.in_([match.geoname_id for match in matches]))
    return dict(session.execute(known).all())
