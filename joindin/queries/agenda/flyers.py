"""Flyers of events."""

from joindin.models import EventFlyer


def find_flyer(session, event_id: int) -> EventFlyer | None:
    return session.get(EventFlyer, event_id)
