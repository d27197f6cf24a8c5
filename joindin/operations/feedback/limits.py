"""Rate limits of feedback without an account (docs/security.md).

A whole conference may share one network address. Feedback with the key of a room is not counted by network.
"""

import datetime as dt

from joindin.models import Event
from joindin.operations.rate_limits import RateLimit

GUEST_DEVICE = RateLimit("guest device", 40, dt.timedelta(hours=1))
GUEST_TEXTS = RateLimit("guest texts", 10, dt.timedelta(hours=1))
GUEST_NETWORK = RateLimit("guest network", 30, dt.timedelta(hours=1))
MIN_GUESTS_OF_EVENT, GUESTS_PER_ATTENDEE = 600, 4


def is_on_days_of_event(event: Event, now: dt.datetime) -> bool:
    """Return whether people may be at the event, and share a network; from a day before it until a day after."""
    day = dt.timedelta(days=1)
    return event.starts_at - day <= now <= event.ends_at + day


def guest_network_limit(event: Event, seats: int, *, now: dt.datetime) -> RateLimit:
    """Return the limit of one network for feedback on an event: on its days a high one, for everyone who may be there."""
    if is_on_days_of_event(event, now):
        max_count = max(MIN_GUESTS_OF_EVENT, GUESTS_PER_ATTENDEE * (event.attendee_count + seats))
        return RateLimit(f"guest network event {event.id}", max_count, GUEST_NETWORK.window)
    return GUEST_NETWORK
