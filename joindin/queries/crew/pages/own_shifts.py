"""The shifts of one user: confirmed, requested, or waited for."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Integer, bindparam, func, select

from joindin.db.base import UtcDateTime
from joindin.models import Event
from joindin.models.crew import CONFIRMED, REQUESTED, CrewDetails, Participation, Shift, WaitingListEntry
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.viewers import VIEWER_ID, CrewViewer, is_event_visible
from joindin.queries.paging import Page, Paging

_participation, _shift, _event = Participation.__table__.c, Shift.__table__.c, Event.__table__.c
_entry, _details = WaitingListEntry.__table__.c, CrewDetails.__table__.c
_STARTS_AT = func.coalesce(_participation.individual_starts_at, _shift.starts_at)
_ENDS_AT = func.coalesce(_participation.individual_ends_at, _shift.ends_at)


def list_own_shifts(connection, viewer: CrewViewer, paging: Paging, now: dt.datetime, *, is_past: bool) -> Page:
    """Return the confirmed and requested shifts that are not over, by start; or the past confirmed ones, newest first."""
    page, total = _statements(viewer.rights, is_past)
    params = viewer.params | {"now": now}
    rows = connection.execute(page, params | {"size": paging.limit, "skipped": paging.offset}).all()
    return Page(rows, connection.scalar(total, params), paging)


def list_waited_shifts(connection, viewer: CrewViewer, now: dt.datetime) -> Sequence:
    """Return the shifts that are not over and whose waiting list the user is on, by start: one statement."""
    return connection.execute(_waited(viewer.rights), viewer.params | {"now": now}).all()


_OF_SHIFT = (
    _shift.id.label("shift_id"),
    _shift.label,
    _shift.event_id,
    _event.name.label("event_title"),
    _event.location,
)
_SHIFTS = Shift.__table__.join(Event.__table__, _event.id == _shift.event_id).join(
    CrewDetails.__table__, _details.event_id == _shift.event_id
)
_NOW = bindparam("now", type_=UtcDateTime)


@lru_cache(maxsize=32)
def _statements(rights, is_past):
    statement = (
        select(*_OF_SHIFT, _participation.state, _STARTS_AT.label("starts_at"), _ENDS_AT.label("ends_at"))
        .select_from(_SHIFTS.join(Participation.__table__, _participation.shift_id == _shift.id))
        .where(_participation.user_id == VIEWER_ID, is_event_visible(rights, _shift.event_id))
    )
    if is_past:
        statement = statement.where(_participation.state == CONFIRMED, _ENDS_AT < _NOW)
        order = (_STARTS_AT.desc(), _participation.id.desc())
    else:
        statement = statement.where(_participation.state.between(REQUESTED, CONFIRMED), _ENDS_AT >= _NOW)
        order = (_STARTS_AT, _participation.id)
    total = statement.with_only_columns(func.count(), maintain_column_froms=True)
    size, skipped = bindparam("size", type_=Integer), bindparam("skipped", type_=Integer)
    return CompiledStatement(statement.order_by(*order).limit(size).offset(skipped)), CompiledStatement(total)


@lru_cache(maxsize=16)
def _waited(rights):
    return CompiledStatement(
        select(*_OF_SHIFT, _shift.starts_at, _shift.ends_at)
        .select_from(_SHIFTS.join(WaitingListEntry.__table__, _entry.shift_id == _shift.id))
        .where(_entry.user_id == VIEWER_ID, _shift.ends_at >= _NOW, is_event_visible(rights, _shift.event_id))
        .order_by(_shift.starts_at, _shift.id)
    )
