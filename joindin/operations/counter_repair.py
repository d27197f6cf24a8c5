"""Counting anew what is otherwise counted on the way.

Every counter of an event, a track or a talk is the length of something; here each stands beside
the question that gives it. Imports and hands in the database can set them apart, no request does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, true, update

from joindin.db.locking import begin_write
from joindin.models import Attendance, Event, EventComment, EventHost, Talk, TalkComment, Track, talk_tracks
from joindin.operations.talk_counters import TALK_COUNTERS as COUNTED_OF_TALKS
from joindin.performance.read_models import find_inconsistencies, rebuild

BATCH = 1000

_hosts = select(EventHost.user_id).where(EventHost.event_id == EventComment.event_id).correlate(EventComment)
_counts = (
    EventComment.event_id == Event.id,
    EventComment.rating > 0,
    EventComment.user_id.is_not(None),
    EventComment.user_id.not_in(_hosts),
)

EVENT_COUNTERS = {
    "attendee_count": select(func.count()).where(Attendance.event_id == Event.id),
    "comment_count": select(func.count()).where(EventComment.event_id == Event.id),
    "talk_count": select(func.count()).where(Talk.event_id == Event.id),
    "talk_comment_count": select(func.count()).where(TalkComment.event_id == Event.id),
    "track_count": select(func.count()).where(Track.event_id == Event.id),
    "rating_sum": select(func.coalesce(func.sum(EventComment.rating), 0)).where(*_counts),
    "rating_count": select(func.count(EventComment.id)).where(*_counts),
}

TRACK_COUNTERS = {
    "talk_count": select(func.count())
    .select_from(talk_tracks.join(Talk.__table__))
    .where(talk_tracks.c.track_id == Track.id, Talk.is_active == true()),
}

# In the order in which they are checked.
COUNTED_TYPES = {Event: EVENT_COUNTERS, Track: TRACK_COUNTERS, Talk: COUNTED_OF_TALKS}


@dataclass(frozen=True)
class Inconsistency:
    kind: str
    id: int
    counter: str
    stored: int
    counted: int


def verify_read_models(session, *, fix: bool) -> dict[str, int]:
    """How many rows are wrong in each table that lists go by, of those where any are.

    To mend them all are made anew, and nobody can write until the transaction ends.
    """
    begin_write(session)
    drift = find_inconsistencies(session.connection())
    if drift and fix:
        rebuild(session.connection())
    return drift


def count_rows_to_verify(session) -> int:
    """How many rows :func:`check_counters` will look at."""
    return sum(session.scalar(select(func.count()).select_from(kind)) for kind in COUNTED_TYPES)


def verify_counters(session, *, fix: bool, batch: int = BATCH) -> Iterator[tuple[int, list[Inconsistency]]]:
    """Number of rows looked at and the drifts among them, batch by batch.

    One statement a batch, so that no batch is torn by what is written meanwhile; three more where
    something is mended. Commit after each batch, or its rows stay locked.
    """
    for kind in COUNTED_TYPES:
        last = 0
        while rows := session.execute(_batch_after(kind, last, batch)).mappings().all():
            drifts = _drifts(kind, rows)
            if fix and drifts:
                drifts = _mend(session, kind, sorted({drift.id for drift in drifts}))
            yield len(rows), drifts
            last = rows[-1]["id"]


def _batch_after(kind, last, batch):
    return _comparison(kind).where(kind.id > last).order_by(kind.id).limit(batch)


def _comparison(kind):
    stored = [getattr(kind, name) for name in COUNTED_TYPES[kind]]
    counted = [question.scalar_subquery().label(f"counted_{name}") for name, question in COUNTED_TYPES[kind].items()]
    return select(kind.id, *stored, *counted)


def _drifts(kind, rows):
    return [
        Inconsistency(kind.__name__.lower(), row["id"], name, row[name], row[f"counted_{name}"])
        for row in rows
        for name in COUNTED_TYPES[kind]
        if row[name] != row[f"counted_{name}"]
    ]


def _mend(session, kind, ids):
    """Count these again while nobody else can change them, and store that; the drifts that were left."""
    begin_write(session)
    # Locked before they are counted: a statement that had to wait for a lock would count what it
    # saw before it waited.
    session.execute(select(kind.id).where(kind.id.in_(ids)).order_by(kind.id).with_for_update())
    rows = session.execute(_comparison(kind).where(kind.id.in_(ids)).order_by(kind.id)).mappings().all()
    drifts = _drifts(kind, rows)
    values = {name: question.scalar_subquery() for name, question in COUNTED_TYPES[kind].items()}
    if hasattr(kind, "version"):
        values["version"] = kind.version + 1
    session.execute(
        update(kind)
        .where(kind.id.in_({drift.id for drift in drifts}))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return drifts
