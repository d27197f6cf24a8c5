"""Flyers of events."""

from sqlalchemy import bindparam, select

from joindin.models import EventFlyer
from joindin.performance.sql.compiled import CompiledStatement

_flyers = EventFlyer.__table__
_BY_EVENT = CompiledStatement(select(_flyers).where(_flyers.c.event_id == bindparam("event_id")))


def find_flyer(connection, event_id: int):
    """Return the row of the flyer of an event, or None; ``connection`` is a session or the request's reader."""
    return connection.execute(_BY_EVENT, {"event_id": event_id}).first()
