"""Counting anew what is otherwise counted on the way.

Every counter of an event is the length of something; here each stands beside the question that
gives it. Imports and hands in the database can set them apart, no request does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, update

from joindin.database import begin_write
from joindin.models import Attendance, Event, EventComment, EventHost

BATCH = 1000

_hosts = select(EventHost.user_id).where(EventHost.event_id == EventComment.event_id).correlate(EventComment)
_counts = (
    EventComment.event_id == Event.id,
    EventComment.rating > 0,
    EventComment.user_id.is_not(None),
    EventComment.user_id.not_in(_hosts),
)

COUNTED = {
    "attendee_count": select(func.count()).where(Attendance.event_id == Event.id),
    "comment_count": select(func.count()).where(EventComment.event_id == Event.id),
    "rating_sum": select(func.coalesce(func.sum(EventComment.rating), 0)).where(*_counts),
    "rating_count": select(func.count(EventComment.id)).where(*_counts),
}


@dataclass(frozen=True)
class Drift:
    event_id: int
    counter: str
    stored: int
    counted: int


def count_events(session) -> int:
    return session.scalar(select(func.count()).select_from(Event))


def check_counters(session, *, fix: bool, batch: int = BATCH) -> Iterator[tuple[int, list[Drift]]]:
    """Number of events looked at and the drifts among them, batch by batch.

    One statement a batch, so that no batch is torn by what is written meanwhile; two more where
    something is mended. Commit after each batch, or its events stay locked.
    """
    last = 0
    while True:
        rows = session.execute(_batch_after(last, batch)).mappings().all()
        if not rows:
            return
        drifts = _drifts(rows)
        if fix and drifts:
            drifts = _mend(session, sorted({drift.event_id for drift in drifts}))
        yield len(rows), drifts
        last = rows[-1]["id"]


def _batch_after(last, batch):
    return _comparison().where(Event.id > last).order_by(Event.id).limit(batch)


def _comparison():
    stored = [getattr(Event, name) for name in COUNTED]
    counted = [question.scalar_subquery().label(f"counted_{name}") for name, question in COUNTED.items()]
    return select(Event.id, *stored, *counted)


def _drifts(rows):
    return [
        Drift(row["id"], name, row[name], row[f"counted_{name}"])
        for row in rows
        for name in COUNTED
        if row[name] != row[f"counted_{name}"]
    ]


def _mend(session, event_ids):
    """Count these again while nobody else can change them, and store that; the drifts that were left."""
    begin_write(session)
    # Locked before they are counted: a statement that had to wait for a lock would count what it
    # saw before it waited.
    session.execute(select(Event.id).where(Event.id.in_(event_ids)).order_by(Event.id).with_for_update())
    drifts = _drifts(session.execute(_comparison().where(Event.id.in_(event_ids)).order_by(Event.id)).mappings().all())
    session.execute(
        update(Event)
        .where(Event.id.in_({drift.event_id for drift in drifts}))
        .values(
            {name: question.scalar_subquery() for name, question in COUNTED.items()} | {"version": Event.version + 1}
        )
        .execution_options(synchronize_session=False)
    )
    return drifts
