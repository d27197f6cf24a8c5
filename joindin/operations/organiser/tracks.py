"""Ordering and merging the tracks of an event."""

from sqlalchemy import func, select, true, update

from joindin.db.locking import lock_row, retry_on_lock_timeout
from joindin.errors import InvalidInput, NotFound
from joindin.models import Talk, Track, talk_tracks
from joindin.operations.organiser.ordering import move_part
from joindin.operations.organiser.programme_locks import lock_event_of
from joindin.operations.tracks import delete_track


def move_track(session, track_id: int, direction: str) -> None:
    """Move a track up or down in the list. Raises as :func:`move_part`."""
    move_part(session, Track, track_id, direction)


def merge_tracks(session, track_id: int, into_id: int) -> None:
    """Move the talks of a track into another one of its event, and delete it.

    :raises InvalidInput: if the two are the same, or not of one event.
    :raises NotFound: if one was deleted since it was loaded.
    """

    def work():
        tracks = [lock_row(session, Track, each) for each in sorted((track_id, into_id))]
        if None in tracks:
            raise NotFound("Track not found")
        if track_id == into_id or tracks[0].event_id != tracks[1].event_id:
            raise InvalidInput("Choose another track of this event")
        in_target = select(talk_tracks.c.talk_id).where(talk_tracks.c.track_id == into_id)
        session.execute(
            update(talk_tracks)
            .where(talk_tracks.c.track_id == track_id, talk_tracks.c.talk_id.not_in(in_target))
            .values(track_id=into_id)
        )
        in_track = talk_tracks.join(Talk.__table__, Talk.id == talk_tracks.c.talk_id)
        counted = select(func.count()).select_from(in_track)
        counted = counted.where(talk_tracks.c.track_id == into_id, Talk.is_active == true())
        session.execute(
            update(Track)
            .where(Track.id == into_id)
            .values(talk_count=counted.scalar_subquery())
            .execution_options(synchronize_session=False)
        )
        delete_track(session, track_id)

    retry_on_lock_timeout(
        session,
        work,
        message="There was a problem trying to merge the tracks",
        first_locks=lambda: lock_event_of(session, Track, track_id),
    )
