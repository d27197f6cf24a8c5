"""Events of the Gancio API, in the forms of its views (contract, section 6.0).

Each form needs a record of :func:`~joindin.queries.agenda.agenda_events.load_agenda_event_records`.
"""

import datetime as dt
from collections.abc import Sequence

from joindin.permissions import is_confirmed, is_host
from joindin.utils.datetimes import iso_utc
from joindin.utils.html import html_to_text, text_to_html
from joindin.viewer import Viewer


def represent_listed_event(event) -> dict:
    """Return the row of ``/api/events``."""
    return {
        "id": event.id,
        "title": event.name,
        "slug": slug_of(event),
        "multidate": event.is_multidate,
        "start_datetime": epoch(event.starts_at),
        "end_datetime": end_of(event),
        "media": represent_media(event),
        "online_locations": event.online_locations,
        "parentId": event.parent_id,
        "tags": event.tags,
        "place": represent_event_place(event),
    }


def represent_collection_event(event) -> dict:
    """Return the row of a collection."""
    return represent_listed_event(event) | {"updatedAt": iso_utc(updated_at(event)), "ap_id": None, "ap_user": None}


def represent_own_event(event) -> dict:
    """Return the row of ``/api/events/mine``."""
    return represent_listed_event(event) | {
        "is_visible": is_confirmed(event),
        "recurrent": recurrence_of(event),
        "updatedAt": iso_utc(updated_at(event)),
        "ap_id": None,
        "ap_object": None,
        "apUserApId": None,
    }


def represent_queued_event(event, message_count: int = 0) -> dict:
    """Return the row of ``/api/event/unconfirmed``."""
    return _represent_whole(event) | {
        "image_path": None,
        "ap_object": None,
        "ap_id": None,
        "apUserApId": None,
        "parentId": event.parent_id,
        "n_messages": message_count,
    }


def represent_exported_event(event) -> dict:
    """Return the item of ``/api/export/json`` and ``/feed/json``, whose tags are objects."""
    return represent_listed_event(event) | {
        "description": html_of(event),
        "image_path": None,
        "ap_object": None,
        "ap_id": None,
        "updatedAt": iso_utc(updated_at(event)),
        "apUserApId": None,
        "tags": [{"tag": tag} for tag in event.tags],
    }


def represent_event_detail(
    event, viewer: Viewer, *, next_slug: str | None, previous_slug: str | None, message_count: int = 0
) -> dict:
    """Return the event as ``/api/event/detail`` shows it; ``viewer`` carries the relation to the event."""
    return {
        "id": event.id,
        "title": event.name,
        "slug": slug_of(event),
        "description": html_of(event),
        "multidate": event.is_multidate,
        "start_datetime": epoch(event.starts_at),
        "end_datetime": end_of(event),
        "image_path": None,
        "media": represent_media(event),
        "is_visible": is_confirmed(event),
        "recurrent": recurrence_of(event),
        "likes": [],
        "boost": [],
        "online_locations": event.online_locations,
        "parentId": event.parent_id,
        "tags": event.tags,
        "place": represent_event_place(event),
        "resources": [],
        "parent": _represent_parent(event.parent),
        "isMine": is_host(viewer, event),
        "isAnon": event.owner is None or not event.owner.is_active,
        "n_messages": message_count,
        "next": next_slug,
        "prev": previous_slug,
        "plain_description": plain_text_of(event),
    }


def represent_written_event(event, *, is_update: bool = False) -> dict:
    """Return the answer to ``POST`` and, with ``is_update``, to ``PUT``."""
    answer = _represent_whole(event) | {"tags": event.tags}
    if is_update:
        answer |= {
            "image_path": None,
            "ap_object": None,
            "ap_id": None,
            "apUserApId": None,
            "parentId": event.parent_id,
        }
    return answer


def represent_event_place(event) -> dict:
    """Return the place of an event. One that was written without a place shows its location as the name."""
    place = event.place
    return {
        "id": place.id if place else None,
        "name": place.name if place else event.location or "",
        "address": place.address if place else "",
        "latitude": event.latitude,
        "longitude": event.longitude,
    }


def represent_media(event) -> Sequence[dict]:
    """Return a list with the flyer, or an empty one."""
    flyer = event.flyer
    if flyer is None:
        return []
    return [
        {
            "url": flyer.file,
            "height": flyer.height,
            "width": flyer.width,
            "name": flyer.alt_text or event.name,
            "size": flyer.byte_size,
            "focalpoint": [_coordinate(flyer.focal_x), _coordinate(flyer.focal_y)],
        }
    ]


def slug_of(event) -> str:
    """Return the slug, or the id as a text, under which the event is found as well."""
    return event.slug or str(event.id)


def html_of(event) -> str:
    """Return the description as HTML, made from the plain text if another API wrote it."""
    if event.description_html is not None:
        return event.description_html
    return text_to_html(event.description)


def plain_text_of(event) -> str:
    """Return the description as plain text.

    The column ``description`` has it without everything that looks like an element, for clients of Joind.in, which do not
    escape it. Only text with a ``<`` differs: parsing the HTML of the others would take a millisecond each.
    """
    if event.description_html is not None and "&lt;" in event.description_html:
        return html_to_text(event.description_html)
    return event.description


def recurrence_of(event) -> dict | None:
    """Return the recurrence as the API received it, for the parent of a series."""
    return event.series.recurrence if event.series and event.is_series else None


def end_of(event) -> int | None:
    return epoch(event.ends_at) if event.is_end_known else None


def created_at(event) -> dt.datetime:
    return event.submitted_at or event.starts_at


def updated_at(event) -> dt.datetime:
    return event.revised_at or created_at(event)


def epoch(at: dt.datetime) -> int:
    """Return the seconds since 1970."""
    return int(at.timestamp())


def _represent_whole(event):
    place = event.place
    dates = {"createdAt": iso_utc(place.created_at), "updatedAt": iso_utc(place.updated_at)} if place else {}
    return {
        "likes": [],
        "boost": [],
        "id": event.id,
        "title": event.name,
        "slug": slug_of(event),
        "description": html_of(event),
        "multidate": event.is_multidate,
        "start_datetime": epoch(event.starts_at),
        "end_datetime": end_of(event),
        "online_locations": event.online_locations,
        "recurrent": recurrence_of(event),
        "is_visible": is_confirmed(event),
        "media": represent_media(event),
        "createdAt": iso_utc(created_at(event)),
        "updatedAt": iso_utc(updated_at(event)),
        "placeId": event.place_id,
        "userId": event.owner.id if event.owner else None,
        "place": represent_event_place(event) | {"ap_id": None} | dates,
    }


def _represent_parent(parent):
    if parent is None:
        return None
    return {
        "id": parent.id,
        "recurrent": parent.recurrence,
        "is_visible": is_confirmed(parent),
        "start_datetime": epoch(parent.starts_at),
    }


def _coordinate(value):
    rounded = round(value, 2)
    return int(rounded) if rounded == int(rounded) else rounded
