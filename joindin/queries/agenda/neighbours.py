"""Neighbours of an event in the order of the starts, as columns of a statement that selects the event."""

from sqlalchemy import ColumnElement, Text, cast, false, func, literal_column, not_, select, true, tuple_, union_all

from joindin.models import Event, ListedEvent

_own_position = tuple_(Event.__table__.c.starts_at, Event.__table__.c.id)
# Not a parameter: PostgreSQL plans a statement with an unknown limit at each execution.
_ONE = literal_column("1")


def neighbour_slug(name: str, *, is_next: bool, with_pending: bool) -> ColumnElement[str | None]:
    """Return the column ``name``: the slug, or the id, of the next or of the previous listed event.

    ``with_pending`` includes the events that wait for approval.
    """
    others, listed = Event.__table__.alias("others"), ListedEvent.__table__.alias("listed")

    def nearest(statement, *position):
        is_beyond = tuple_(*position) > _own_position if is_next else tuple_(*position) < _own_position
        return _first(statement.where(is_beyond).correlate(Event.__table__), position, is_next)

    slug = func.coalesce(others.c.slug, cast(others.c.id, Text)).label("slug")
    columns = select(slug, others.c.id, others.c.starts_at)
    visible = columns.join(listed, listed.c.event_id == others.c.id).where(not_(others.c.is_ahead))
    candidates = nearest(visible, listed.c.starts_at, listed.c.event_id).subquery()
    if not with_pending:
        return select(candidates.c.slug).scalar_subquery().label(name)
    pending = columns.where(
        others.c.is_pending == true(), others.c.is_private == false(), others.c.is_series == false()
    )
    pending = nearest(pending, others.c.starts_at, others.c.id).subquery()
    both = union_all(select(candidates), select(pending)).subquery()
    return _first(select(both.c.slug), (both.c.starts_at, both.c.id), is_next).scalar_subquery().label(name)


def _first(statement, order, is_ascending):
    return statement.order_by(*(order if is_ascending else (column.desc() for column in order))).limit(_ONE)
