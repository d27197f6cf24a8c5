"""Former addresses of events: their slugs here and on the server that they were imported from, and Gancio's ids."""

from sqlalchemy import literal, select, union_all

from joindin.errors import NotFound
from joindin.models import Event, EventAlias, EventSlug
from joindin.permissions import can_see_event, is_confirmed
from joindin.queries.viewer_relations import load_viewer_for_events
from joindin.utils.text import parse_id
from joindin.viewer import UserSnapshot


def find_event_by_former_address(session, address: str, user: UserSnapshot | None) -> Event:
    """Return the event, or parent of a series, that had this slug here, or this slug or id elsewhere, or, failing that, has this id.

    :raises NotFound: if there is none that ``user`` may see.
    """
    former = union_all(
        select(EventSlug.event_id, literal(1).label("position")).where(EventSlug.slug == address),
        select(EventAlias.event_id, literal(2)).where(EventAlias.alias == address),
    )
    event_id = session.scalar(former.order_by("position").limit(1)) or parse_id(address)
    event = session.get(Event, event_id) if event_id else None
    if event is None or event.is_private:
        raise NotFound("Event not found")
    if not is_confirmed(event) and not can_see_event(load_viewer_for_events(session, user, [event.id]), event):
        raise NotFound("Event not found")
    return event
