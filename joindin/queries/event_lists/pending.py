"""Events that wait for approval, the soonest first.

There are never many, so the other conditions of the filter are checked row by row.
"""

from sqlalchemy import func, select, true

from joindin.models import Event, Tag, event_tags
from joindin.queries.paging import Page, Paging
from joindin.queries.search_patterns import like_pattern
from joindin.utils.text import fold_case_accents

_events = Event.__table__.c


def list_pending_events(connection, event_filter, paging: Paging) -> Page:
    """Return a page of event keys; ``event_filter`` is an ``EventFilter``."""
    conditions = [_events.is_pending == true(), *_conditions(event_filter)]
    total = select(func.count()).select_from(Event.__table__).where(*conditions)
    columns = (_events.id, _events.version, _events.is_pending, total.scalar_subquery().label("total"))
    rows = connection.execute(
        paging.slice(select(*columns).where(*conditions).order_by(_events.starts_at, _events.id))
    ).all()
    return Page(rows, rows[0].total if rows else connection.scalar(total), paging)


def _conditions(event_filter):
    if event_filter.title is not None:
        # The default escape of MySQL and PostgreSQL; SQLite has none.
        yield _events.name_key.like(like_pattern(event_filter.title), escape="\\")
    if event_filter.stub is not None:
        yield func.lower(_events.stub) == event_filter.stub.lower()
    if event_filter.tags:
        tagged = Tag.__table__.c.name_key.in_([fold_case_accents(tag) for tag in event_filter.tags])
        yield _events.id.in_(select(event_tags.c.event_id).join(Tag.__table__).where(tagged))
    if event_filter.starts_from is not None:
        yield _events.starts_at >= event_filter.starts_from
    if event_filter.starts_before is not None:
        yield _events.starts_at < event_filter.starts_before
