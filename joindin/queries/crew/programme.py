"""Programme of an event as shifts are generated from it, and the shifts that were generated."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select, true

from joindin.models import Talk, Track, talk_tracks
from joindin.models.crew import CONFIRMED, REQUESTED, Participation, ProgrammeShift, Shift, programme_shift_talks

_links = programme_shift_talks.c


class ProgrammeTalk(NamedTuple):
    """``tracks`` are pairs of id and name, by id."""

    id: int
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    tracks: tuple[tuple[int, str], ...]


class StoredShift(NamedTuple):
    shift: Shift
    rule: ProgrammeShift
    talk_ids: frozenset[int]


def load_programme(session, event_id: int) -> list[ProgrammeTalk]:
    """Return the active talks of an event with their tracks: two statements."""
    return _load_talks(session, Talk.event_id == event_id)


def load_programme_talks(session, talk_ids: Collection[int]) -> list[ProgrammeTalk]:
    """As :func:`load_programme`, for some talks."""
    return _load_talks(session, Talk.id.in_(talk_ids))


def list_tracks(session, event_id: int) -> list:
    return session.execute(select(Track.id, Track.name).where(Track.event_id == event_id).order_by(Track.id)).all()


def list_programme_shifts(session, event_id: int) -> list[StoredShift]:
    """Return the generated shifts of an event by their start: two statements."""
    return _load_stored(session, Shift.event_id == event_id)


def list_shifts_of_talk(session, talk_id: int) -> list[StoredShift]:
    """Return the shifts that were generated from the talk, by id."""
    ids = select(_links.shift_id).where(_links.talk_id == talk_id)
    return sorted(_load_stored(session, Shift.id.in_(ids)), key=lambda each: each.shift.id)


def list_shifts_of_track(session, track_id: int) -> list[StoredShift]:
    """Return the shifts that were generated for the track, by id."""
    return sorted(_load_stored(session, ProgrammeShift.track_id == track_id), key=lambda each: each.shift.id)


def count_people(session, shift_ids: Collection[int]) -> dict[int, int]:
    """Return the number of people who are requested or confirmed, by shift; shifts without them are left out."""
    counts = (
        select(Participation.shift_id, func.count())
        .where(Participation.shift_id.in_(shift_ids), Participation.state.in_((REQUESTED, CONFIRMED)))
        .group_by(Participation.shift_id)
    )
    return dict(session.execute(counts).all())


def _load_talks(session, condition):
    talks = session.execute(
        select(Talk.id, Talk.title, Talk.starts_at, Talk.duration)
        .where(condition, Talk.is_active == true())
        .order_by(Talk.starts_at, Talk.id)
    ).all()
    tracks = defaultdict(list)
    for row in session.execute(
        select(talk_tracks.c.talk_id, Track.id, Track.name)
        .join(Track, Track.id == talk_tracks.c.track_id)
        .join(Talk, Talk.id == talk_tracks.c.talk_id)
        .where(condition)
        .order_by(Track.id)
    ):
        tracks[row.talk_id].append((row.id, row.name))
    return [
        ProgrammeTalk(
            talk.id,
            talk.title,
            talk.starts_at,
            talk.starts_at + dt.timedelta(minutes=max(talk.duration, 1)),
            tuple(tracks[talk.id]),
        )
        for talk in talks
    ]


def _load_stored(session, condition):
    rows = session.execute(
        select(Shift, ProgrammeShift)
        .join(ProgrammeShift, ProgrammeShift.shift_id == Shift.id)
        .where(condition)
        .order_by(Shift.starts_at, Shift.id)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return []
    talks = defaultdict(set)
    of_event = select(ProgrammeShift.shift_id).join(Shift, Shift.id == ProgrammeShift.shift_id).where(condition)
    for shift_id, talk_id in session.execute(
        select(_links.shift_id, _links.talk_id).where(_links.shift_id.in_(of_event))
    ):
        talks[shift_id].add(talk_id)
    return [StoredShift(shift, rule, frozenset(talks[shift.id])) for shift, rule in rows]
