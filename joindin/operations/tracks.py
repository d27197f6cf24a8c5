"""Tracks of an event, and putting talks into them.

``talk_count`` of a track moves here and where talks are deleted. Talks show the names of their
tracks; the database moves their versions (``upkeep/versions.py``).
"""

from sqlalchemy import delete, update

from joindin.db.locking import begin_write, lock_row, retry_on_lock_timeout
from joindin.db.upserts import insert_or_ignore
from joindin.errors import InvalidInput, NotFound
from joindin.models import Event, Track, talk_tracks
from joindin.operations.talks import lock_talk

MSG_EVENT_NOT_FOUND = "Associated event not found"


def add_track(session, event_id: int, *, name: str, description: str) -> Track:
    begin_write(session)
    track = Track(event_id=event_id, name=name, description=description)
    session.add(track)
    session.flush()
    _count_tracks(session, event_id, +1)
    return track


def edit_track(session, track_id: int, *, name: str, description: str | None) -> None:
    """Rename a track; without a description it keeps the one it has.

    :raises NotFound: if somebody deleted it since it was found.
    """

    def work():
        track = _hold_track(session, track_id)
        track.name = name
        if description is not None:
            track.description = description
        session.flush()

    retry_on_lock_timeout(session, work, message="There was a problem trying to edit the track")


def delete_track(session, track_id: int) -> None:
    """Delete a track; its talks stay, without it.

    :raises NotFound: if somebody deleted it since it was found.
    """

    def work():
        track = _hold_track(session, track_id)
        session.execute(delete(Track).where(Track.id == track_id).execution_options(synchronize_session=False))
        _count_tracks(session, track.event_id, -1)

    retry_on_lock_timeout(session, work, message="There was a problem trying to delete the track")


def add_talk_to_track(session, talk_id: int, track_id: int) -> None:
    """Have a talk run in a track of the same event; nothing happens if it does already.

    :raises InvalidInput: if somebody deleted the track since it was found.
    """
    talk, track = _hold_both(session, talk_id, track_id)
    if insert_or_ignore(session, talk_tracks, talk_id=talk_id, track_id=track_id):
        _move(session, talk, track, +1)


def remove_talk_from_track(session, talk_id: int, track_id: int) -> None:
    """Have a talk run in a track no longer; nothing happens if it does not."""
    talk, track = _hold_both(session, talk_id, track_id)
    gone = session.execute(
        delete(talk_tracks).where(talk_tracks.c.talk_id == talk_id, talk_tracks.c.track_id == track_id)
    ).rowcount
    if gone:
        _move(session, talk, track, -1)


def _hold_track(session, track_id):
    track = lock_row(session, Track, track_id)
    if track is None:
        raise NotFound("Track not found")
    return track


def _hold_both(session, talk_id, track_id):
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
