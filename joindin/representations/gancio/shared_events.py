"""Events of other sites, as the calls for imports show them (contract, section 6.6)."""

from joindin.utils.shared_events.shared_event import SharedEvent


def represent_page_event(event: SharedEvent) -> dict:
    """Return an event of an HTML page."""
    return {
        "title": event.title,
        "description": event.description,
        "place": {"name": event.place_name, "address": event.place_address},
        "start_datetime": _seconds(event.starts_at),
        "end_datetime": _seconds(event.ends_at),
        "tags": event.tags,
        "media": [{"url": url, "name": text or event.title, "focalpoint": [0, 0]} for url, text in event.media],
    }


def represent_calendar_event(event: SharedEvent) -> dict:
    """Return an event of a calendar."""
    return {
        "title": event.title,
        "description": event.description,
        "place": {"name": event.place_name},
        "start_datetime": _seconds(event.starts_at),
        "end_datetime": _seconds(event.ends_at),
    }


def represent_calendar_entry(event: SharedEvent) -> dict:
    """Return an event of a calendar with what only calendars have."""
    return {
        "title": event.title,
        "description": event.description,
        "organizer": event.organizer,
        "status": event.status,
        "uid": event.uid,
        "location": event.place_name,
        "start_datetime": _seconds(event.starts_at),
        "end_datetime": _seconds(event.ends_at),
        "modified": _seconds(event.modified_at),
        "is_visible": True,
    }


def _seconds(at):
    return None if at is None else int(at.timestamp())
