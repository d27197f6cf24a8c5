"""Tracks. They are shown whatever the state of their event (spec 6.2)."""

from sqlalchemy import func, select

from joindin.errors import NotFound
from joindin.models import Track
from joindin.queries.paging import Page, Paging


def find_track(session, track_id: int) -> Track:
    track = session.get(Track, track_id)
    if track is None:
        raise NotFound("Track not found")
    return track


def list_tracks(session, event_id: int, paging: Paging) -> Page:
    """The tracks of an event, by name."""
    rows = select(Track).where(Track.event_id == event_id).order_by(Track.name_key, Track.id)
    total = session.scalar(select(func.count()).select_from(Track).where(Track.event_id == event_id))
    return Page(session.scalars(paging.slice(rows)).all(), total, paging)
