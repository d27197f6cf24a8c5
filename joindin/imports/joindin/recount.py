"""Recomputation of all counters after an import, one statement per range of rows. Correct rows are not written."""

from collections.abc import Iterator

from sqlalchemy import func, or_, select, update

from joindin.db.locking import begin_write
from joindin.operations.counter_repair import COUNTED_TYPES

RANGE_SIZE = 5000


def recompute_counters(session) -> Iterator[None]:
    """Correct every counter. The caller commits at each yield."""
    for model, counted in COUNTED_TYPES.items():
        last = 0
        while (end := _end_of_range(session, model, last)) is not None:
            _recount(session, model, counted, model.id.between(last + 1, end))
            yield
            last = end


def _end_of_range(session, model, last):
    ids = select(model.id).where(model.id > last).order_by(model.id).limit(RANGE_SIZE).subquery()
    return session.scalar(select(func.max(ids.c.id)))


def _recount(session, model, counted, where):
    begin_write(session)
    # The rows are locked before they are counted: a statement that waits for a lock counts with the snapshot
    # from before the wait.
    session.execute(select(func.count()).select_from(select(model.id).where(where).with_for_update().subquery()))
    counts = [count.scalar_subquery().label(name) for name, count in counted.items()]
    correct = select(model.id, *counts).where(where).subquery()
    version = {"version": model.version + 1} if hasattr(model, "version") else {}
    session.execute(
        update(model)
        .where(model.id == correct.c.id, or_(*(getattr(model, name) != correct.c[name] for name in counted)))
        .values({name: correct.c[name] for name in counted} | version)
        .execution_options(synchronize_session=False)
    )
