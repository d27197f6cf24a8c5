"""Tracks of an event and the talks in them.

``talk_count`` of a track changes here and where talks are deleted. Talks show the names of their tracks; triggers
increment their versions (``performance/read_models/row_versions.py``).
"""

from sqlalchemy import delete, func, select, update

from joindin.db.locking import begin_write, lock_row, retry_on_lock_timeout
from joindin.db.upserts import insert_or_ignore
from joindin.errors import InvalidInput, NotFound
from joindin.models import Event, Track, talk_tracks
from joindin.operations.crew.programme.following import follow_talk, follow_track
from joindin.operations.events import UNCHANGED
from joindin.operations.organiser.programme_locks import lock_event_of
from joindin.operations.talks import lock_talk

MSG_EVENT_NOT_FOUND = "Associated event not found"


def add_track(session, event_id: int, *, name: str, description: str, hue: str | None = None) -> Track:
    """Add a track behind the others."""
    begin_write(session)
    last = session.scalar(select(func.max(Track.position)).where(Track.event_id == event_id))
    position = 0 if last is None else last + 1
    track = Track(event_id=event_id, name=name, description=description, hue=hue, position=position)
    session.add(track)
    session.flush()
    _count_tracks(session, event_id, +1)
    return track


def edit_track(session, track_id: int, *, name: str, description: str | None, hue: object = UNCHANGED) -> None:
    """Rename a track; without a description or a hue it keeps the old one.

    :raises NotFound: if the track was deleted since it was loaded.
    """

    def work():
        track = _lock_track(session, track_id)
        track.name = name
        if description is not None:
            track.description = description
        if hue is not UNCHANGED:
            track.hue = hue
        session.flush()
        follow_track(session, track)

    retry_on_lock_timeout(
        session,
        work,
        message="There was a problem trying to edit the track",
        first_locks=lambda: lock_event_of(session, Track, track_id),
    )


def delete_track(session, track_id: int) -> None:
    """Delete a track; its talks stay.

    :raises NotFound: if the track was deleted since it was loaded.
    """

    def work():
        track = _lock_track(session, track_id)
        session.execute(delete(Track).where(Track.id == track_id).execution_options(synchronize_session=False))
        _count_tracks(session, track.event_id, -1)

    retry_on_lock_timeout(
        session,
        work,
        message="There was a problem trying to delete the track",
        first_locks=lambda: lock_event_of(session, Track, track_id),
    )


def add_talk_to_track(session, talk_id: int, track_id: int) -> None:
    """Put a talk into a track of the same event; no effect if it is there already.

    :raises InvalidInput: if the track was deleted since it was loaded.
    """
    talk, track = _lock_talk_and_track(session, talk_id, track_id)
    if insert_or_ignore(session, talk_tracks, talk_id=talk_id, track_id=track_id):
        _move(session, talk, track, +1)
        follow_talk(session, talk_id)


def remove_talk_from_track(session, talk_id: int, track_id: int) -> None:
    """Take a talk out of a track; no effect if it is not in it."""
    talk, track = _lock_talk_and_track(session, talk_id, track_id)
    removed = session.execute(
        delete(talk_tracks).where(talk_tracks.c.talk_id == talk_id, talk_tracks.c.track_id == track_id)
    ).rowcount
    if removed:
        _move(session, talk, track, -1)
        follow_talk(session, talk_id)


def _lock_track(session, track_id):
    track = lock_row(session, Track, track_id)
    if track is None:
        raise NotFound("Track not found")
    return track


def _lock_talk_and_track(session, talk_id, track_id):
    talk, track = lock_talk(session, talk_id), lock_row(session, Track, track_id)
    if track is None:
        raise InvalidInput(MSG_EVENT_NOT_FOUND)
    return talk, track


def _move(session, talk, track, change):
    if talk.is_active:
        track.talk_count = Track.talk_count + change
        session.flush()


def _count_tracks(session, event_id, change):
    session.execute(
        update(Event)
        .where(Event.id == event_id)
        .values(track_count=Event.track_count + change, version=Event.version + 1)
        .execution_options(synchronize_session=False)
    )
