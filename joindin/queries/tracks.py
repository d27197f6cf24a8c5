"""Tracks. The state of their event does not matter (spec 6.2)."""

from sqlalchemy import select

from joindin.errors import NotFound
from joindin.models import Track
from joindin.queries.paging import Page, Paging, paginate


def find_track(session, track_id: int) -> Track:
    track = session.get(Track, track_id)
    if track is None:
        raise NotFound("Track not found")
    return track


def list_tracks(session, event_id: int, paging: Paging) -> Page:
    """List the tracks of an event by name."""
    tracks = select(Track).where(Track.event_id == event_id).order_by(Track.name_key, Track.id)
    return paginate(session, tracks, paging)
