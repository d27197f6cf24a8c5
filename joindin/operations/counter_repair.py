"""Verification and repair of stored counters and read models.

Each counter of an event, a track or a talk is defined here by the query that recomputes it. No request makes them
differ; an import or manual SQL can.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select, true, update

from joindin.db.locking import begin_write
from joindin.models import Attendance, Event, EventComment, EventHost, Talk, TalkComment, Track, talk_tracks
from joindin.operations.talk_counters import TALK_COUNTERS
from joindin.performance.read_models import find_inconsistencies, rebuild

BATCH_SIZE = 1000

_hosts = select(EventHost.user_id).where(EventHost.event_id == EventComment.event_id).correlate(EventComment)
_counted_ratings = (
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
    "rating_sum": select(func.coalesce(func.sum(EventComment.rating), 0)).where(*_counted_ratings),
    "rating_count": select(func.count(EventComment.id)).where(*_counted_ratings),
}

TRACK_COUNTERS = {
    "talk_count": select(func.count())
    .select_from(talk_tracks.join(Talk.__table__))
    .where(talk_tracks.c.track_id == Track.id, Talk.is_active == true()),
}

# In the order in which they are verified.
COUNTED_TYPES = {Event: EVENT_COUNTERS, Track: TRACK_COUNTERS, Talk: TALK_COUNTERS}


@dataclass(frozen=True)
class Inconsistency:
    """A counter whose stored number differs from the counted one. ``row_type`` is ``event``, ``track`` or ``talk``."""

    row_type: str
    id: int
    counter: str
    stored: int
    counted: int


def verify_read_models(session, *, fix: bool) -> dict[str, int]:
    """Return the number of wrong rows of each read model that has any.

    With ``fix`` all read models are then rebuilt, which blocks writers until the transaction ends.
    """
    begin_write(session)
    wrong_rows = find_inconsistencies(session.connection())
    if wrong_rows and fix:
        rebuild(session.connection())
    return wrong_rows


def count_rows_to_verify(session) -> int:
    """Return the number of rows that :func:`verify_counters` will read."""
    return sum(session.scalar(select(func.count()).select_from(model)) for model in COUNTED_TYPES)


def verify_counters(session, *, fix: bool, batch: int = BATCH_SIZE) -> Iterator[tuple[int, list[Inconsistency]]]:
    """Yield the number of rows and the inconsistencies among them, batch by batch.

    A batch is one statement, so that it is consistent in itself; a batch that is repaired costs three more. Commit
    after each batch, or its rows stay locked.
    """
    for model in COUNTED_TYPES:
        last_id = 0
        while rows := session.execute(_batch_after(model, last_id, batch)).mappings().all():
            found = _inconsistencies(model, rows)
            if fix and found:
                found = _repair(session, model, sorted({each.id for each in found}))
            yield len(rows), found
            last_id = rows[-1]["id"]


def _batch_after(model, last_id, batch):
    return _comparison(model).where(model.id > last_id).order_by(model.id).limit(batch)


def _comparison(model):
    stored = [getattr(model, name) for name in COUNTED_TYPES[model]]
    counted = [query.scalar_subquery().label(f"counted_{name}") for name, query in COUNTED_TYPES[model].items()]
    return select(model.id, *stored, *counted)


def _inconsistencies(model, rows):
    return [
        Inconsistency(model.__name__.lower(), row["id"], name, row[name], row[f"counted_{name}"])
        for row in rows
        for name in COUNTED_TYPES[model]
        if row[name] != row[f"counted_{name}"]
    ]


def _repair(session, model, ids):
    """Lock and count these rows again, store the counted numbers, and return the inconsistencies that were left."""
    begin_write(session)
    # Locked before they are counted: a statement that waits for a lock counts what it saw before it waited.
    session.execute(select(model.id).where(model.id.in_(ids)).order_by(model.id).with_for_update())
    rows = session.execute(_comparison(model).where(model.id.in_(ids)).order_by(model.id)).mappings().all()
    found = _inconsistencies(model, rows)
    values = {name: query.scalar_subquery() for name, query in COUNTED_TYPES[model].items()}
    if hasattr(model, "version"):
        values["version"] = model.version + 1
    session.execute(
        update(model)
        .where(model.id.in_({each.id for each in found}))
        .values(values)
        .execution_options(synchronize_session=False)
    )
    return found
