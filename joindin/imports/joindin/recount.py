"""Counting everything at the end, a range of rows a statement; rows that count right stay untouched."""

from collections.abc import Iterator

from sqlalchemy import func, or_, select, update

from joindin.db.locking import begin_write
from joindin.operations.counter_repair import COUNTED_TYPES

RANGE = 5000


def recompute_counters(session) -> Iterator[None]:
    """Put every counter right. Commit whenever it yields."""
    for model, counted in COUNTED_TYPES.items():
        last = 0
        while (end := _end_of_range(session, model, last)) is not None:
            _recount(session, model, counted, model.id.between(last + 1, end))
            yield
            last = end


def _end_of_range(session, model, last):
    ids = select(model.id).where(model.id > last).order_by(model.id).limit(RANGE).subquery()
    return session.scalar(select(func.max(ids.c.id)))


def _recount(session, model, counted, where):
    begin_write(session)
    # Locked before they are counted: a statement that had to wait for a lock would count what it
    # saw before it waited.
    session.execute(select(func.count()).select_from(select(model.id).where(where).with_for_update().subquery()))
    answers = [question.scalar_subquery().label(name) for name, question in counted.items()]
    right = select(model.id, *answers).where(where).subquery()
    version = {"version": model.version + 1} if hasattr(model, "version") else {}
    session.execute(
        update(model)
        .where(model.id == right.c.id, or_(*(getattr(model, name) != right.c[name] for name in counted)))
        .values({name: right.c[name] for name in counted} | version)
        .execution_options(synchronize_session=False)
    )
