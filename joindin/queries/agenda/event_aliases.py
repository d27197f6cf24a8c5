"""Former addresses of events: their slugs here and on the server that they were imported from, and Gancio's ids."""

from sqlalchemy import literal, select, union_all

from joindin.errors import NotFound
from joindin.models import Event, EventAlias, EventSlug
from joindin.permissions import is_confirmed
from joindin.utils.text import parse_id


def find_event_by_former_address(session, address: str) -> Event:
    """Return the public event, or parent of a series, that had this slug here, or this slug or id elsewhere, or, failing that, has this id.

    :raises NotFound: if there is none.
    """
    former = union_all(
        select(EventSlug.event_id, literal(1).label("position")).where(EventSlug.slug == address),
        select(EventAlias.event_id, literal(2)).where(EventAlias.alias == address),
    )
    event_id = session.scalar(former.order_by("position").limit(1)) or parse_id(address)
    event = session.get(Event, event_id) if event_id else None
    if event is None or not is_confirmed(event) or event.is_private:
        raise NotFound("Event not found")
    return event
