"""Where one can take part in an event."""

from joindin.models.agenda.places import ONLINE


def is_online(event) -> bool:
    """Return whether one can follow the event online, as the filters of the lists find it (``queries/agenda/facets.py``)."""
    location = (event.location or "").lower()
    return bool(event.online_locations) or location == ONLINE or location.endswith(f" and {ONLINE}")


def is_onsite(event) -> bool:
    """Return whether the event has a venue."""
    return (event.location or "").lower() not in ("", ONLINE)
