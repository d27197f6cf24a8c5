"""The viewer's rights over one event with a crew, drafts included."""

from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, select

from joindin.models.crew import CrewDetails, Shift
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.viewers import CrewViewer, is_event_visible, may_change_event, may_delete_event


class EventAccess(NamedTuple):
    """A draft is visible to those who may change or delete it."""

    event_id: int
    is_draft: bool
    is_visible: bool
    may_change: bool
    may_delete: bool


def find_event_access(connection, viewer: CrewViewer, event_id: int) -> EventAccess | None:
    """Return the rights, or None if there is no such event for the viewer."""
    return _visible(connection.execute(_statement(viewer.rights, False), viewer.params | {"row_id": event_id}).first())


def find_shift_access(connection, viewer: CrewViewer, shift_id: int) -> EventAccess | None:
    """Return the rights over the event of a shift, or None if there is no such shift for the viewer."""
    return _visible(connection.execute(_statement(viewer.rights, True), viewer.params | {"row_id": shift_id}).first())


def _visible(row):
    if row is None or not (row.is_visible or row.may_change or row.may_delete):
        return None
    return EventAccess(*row)


@lru_cache(maxsize=32)
def _statement(rights, is_shift):
    details, shift = CrewDetails.__table__.c, Shift.__table__.c
    statement = select(
        details.event_id,
        details.is_draft,
        is_event_visible(rights, details.event_id).label("is_visible"),
        may_change_event(rights, details.event_id).label("may_change"),
        may_delete_event(rights, details.event_id).label("may_delete"),
    )
    row_id = bindparam("row_id", type_=Integer)
    if is_shift:
        return CompiledStatement(statement.join(Shift, shift.event_id == details.event_id).where(shift.id == row_id))
    return CompiledStatement(statement.where(details.event_id == row_id))
