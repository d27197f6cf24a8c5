"""Events that wait for approval, soonest first. There are never many, so what else is asked of them is looked at in each."""

from sqlalchemy import func, select, true

from joindin.models import Event, Tag, event_tags
from joindin.queries.paging import Page, Paging
from joindin.queries.search_patterns import like_pattern
from joindin.utils.text import fold_case_accents

events = Event.__table__.c


def list_pending_events(connection, wanted, paging: Paging) -> Page:
    """A page of keys; ``wanted`` is an ``EventFilter``."""
    conditions = [events.is_pending == true(), *_conditions(wanted)]
    total = select(func.count()).select_from(Event.__table__).where(*conditions)
    columns = (events.id, events.version, events.is_pending, total.scalar_subquery().label("total"))
    rows = connection.execute(
        paging.slice(select(*columns).where(*conditions).order_by(events.starts_at, events.id))
    ).all()
    return Page(rows, rows[0].total if rows else connection.scalar(total), paging)


def _conditions(wanted):
    if wanted.title is not None:
        # The escape that MySQL and PostgreSQL have anyway, for SQLite's sake.
        yield events.name_key.like(like_pattern(wanted.title), escape="\\")
    if wanted.stub is not None:
        yield func.lower(events.stub) == wanted.stub.lower()
    if wanted.tags:
        named = Tag.__table__.c.name_key.in_([fold_case_accents(tag) for tag in wanted.tags])
        yield events.id.in_(select(event_tags.c.event_id).join(Tag.__table__).where(named))
    if wanted.starts_from is not None:
        yield events.starts_at >= wanted.starts_from
    if wanted.starts_before is not None:
        yield events.starts_at < wanted.starts_before
