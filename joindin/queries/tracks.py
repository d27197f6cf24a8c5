"""Tracks, in any state of their event. Callers check the access to the event (``queries/event_visibility.py``)."""

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import Track
from joindin.queries.paging import Page, Paging, paginate

MSG_TRACK_NOT_FOUND = "Track not found"


def find_track(session, track_id: int) -> Track:
    track = session.get(Track, track_id)
    if track is None:
        raise NotFound(MSG_TRACK_NOT_FOUND)
    return track


def list_tracks(session, event_id: int, paging: Paging) -> Page:
    """List the tracks of an event by name."""
    tracks = select(Track).where(Track.event_id == event_id).order_by(Track.name_key, Track.id)
    return paginate(session, tracks, paging)
