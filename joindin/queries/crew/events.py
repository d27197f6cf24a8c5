"""Events with a crew that a viewer may see, and those that are shared with a federation guest."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, exists, false, func, select

from joindin.models import Event
from joindin.models.crew import CrewDetails, EventType, Shift, federation_shares
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.filters import (
    ListColumns,
    ListFilter,
    build_page_of_ids,
    build_statements,
    build_total,
    is_title_needed,
)
from joindin.queries.crew.key_pages import KeyStatements, list_keys
from joindin.queries.crew.shifts import load_shifts_of_events, load_signup_stats
from joindin.queries.crew.signup_stats import SignupStats, depends_on_qualifications
from joindin.queries.crew.viewers import CrewViewer, is_event_visible
from joindin.queries.paging import Page

_event, _details, _type = Event.__table__.c, CrewDetails.__table__.c, EventType.__table__.c
_shift = Shift.__table__.c


class CrewEventRecord(NamedTuple):
    """An event with its shifts and their numbers.

    ``is_stable`` is False if the numbers also change without the versions, and ``expires_at`` the time at which they may do
    so without a write, or None.
    """

    id: int
    version: int
    shift_versions: int
    type_title: str
    event: object
    shifts: Sequence
    stats: Mapping[int, SignupStats]
    is_stable: bool
    expires_at: dt.datetime | None


def list_event_keys(connection, viewer: CrewViewer, filters: ListFilter) -> Page:
    """Return a page of keys: id, version, versions of the shifts, title of the type."""
    return list_keys(connection, viewer, filters, _key_statements, viewer.changes)


def load_event_records(connection, ids: Collection[int], now: dt.datetime) -> dict[int, CrewEventRecord]:
    """Return events by id: three statements, and ten more if a structure depends on qualifications."""
    events = connection.execute(_BY_IDS, {"ids": ids}).all()
    shifts = load_shifts_of_events(connection, [event.id for event in events])
    stats = load_signup_stats(connection, [shift for each in shifts.values() for shift in each], now)
    return {event.id: _record(event, shifts.get(event.id, ()), stats) for event in events}


def _record(event, shifts, stats):
    return CrewEventRecord(
        event.id,
        event.version,
        sum(shift.version for shift in shifts),
        event.type_title,
        event,
        shifts,
        stats,
        is_stable=not any(depends_on_qualifications(shift.structure_slug) for shift in shifts),
        expires_at=stats.expires_at,
    )


def list_shared_events(connection, guest_id: int, filters: ListFilter) -> tuple[Sequence, int]:
    """Return a page of the events that are shared with a federation guest, and their total."""
    page, total = _shared_statements(filters.shape)
    params = {"guest_id": guest_id}
    return connection.execute(page, params | filters.page_values).all(), connection.scalar(
        total, params | filters.values
    )


def find_visible_event_ids(connection, viewer: CrewViewer, event_ids: Collection[int]) -> set[int]:
    """Return which of these events the viewer may see."""
    return set(connection.scalars(_visible_ids(viewer.rights), viewer.params | {"ids": event_ids}))


_COLUMNS = ListColumns(
    starts_at=_details.shifts_start_at,
    ends_at=_details.shifts_end_at,
    row_id=_details.event_id,
    type_ids=_details.event_type_id,
    searched=(_event.name, _event.description, _event.location),
    order={"start_time": _details.shifts_start_at, "end_time": _details.shifts_end_at, "title": _event.name_key},
    default_order=(_details.shifts_start_at, _details.shifts_end_at),
)
_EVENTS = select(
    _event.id,
    _event.name,
    _event.description,
    _event.location,
    _type.id.label("type_id"),
    _type.title.label("type_title"),
    _details.shifts_start_at,
    _details.shifts_end_at,
    _details.version,
).select_from(
    CrewDetails.__table__.join(Event.__table__, _event.id == _details.event_id).join(
        EventType.__table__, _type.id == _details.event_type_id
    )
)


_BY_IDS = CompiledStatement(_EVENTS.where(_event.id.in_(bindparam("ids", type_=Integer, expanding=True))))
_SHIFT_VERSIONS = select(func.coalesce(func.sum(_shift.version), 0)).where(_shift.event_id == _details.event_id)


@lru_cache(maxsize=256)
def _key_statements(rights, shape, from_grants):
    source = CrewDetails.__table__
    if is_title_needed(shape):
        source = source.join(Event.__table__, _event.id == _details.event_id)
    page, order = build_page_of_ids(
        source, _COLUMNS, shape, is_event_visible(rights, _details.event_id, from_grants=from_grants)
    )
    keys = (
        select(
            page.c.id,
            _details.version,
            _SHIFT_VERSIONS.correlate(CrewDetails.__table__).scalar_subquery().label("shift_versions"),
            _type.title.label("type_title"),
        )
        .select_from(
            page.join(CrewDetails.__table__, _details.event_id == page.c.id).join(
                EventType.__table__, _type.id == _details.event_type_id
            )
        )
        .order_by(*order)
    )
    visible = (
        select(_details.event_id)
        .select_from(source)
        .where(is_event_visible(rights, _details.event_id, from_grants=True))
    )
    return KeyStatements(CompiledStatement(keys), build_total(visible, _COLUMNS, shape))


@lru_cache(maxsize=64)
def _shared_statements(shape):
    is_shared = exists().where(
        federation_shares.c.event_id == _details.event_id,
        federation_shares.c.guest_id == bindparam("guest_id", type_=Integer),
    )
    return build_statements(_EVENTS.where(_details.is_draft == false(), is_shared), _COLUMNS, shape)


@lru_cache(maxsize=16)
def _visible_ids(rights):
    return CompiledStatement(
        select(_details.event_id).where(
            _details.event_id.in_(bindparam("ids", type_=Integer, expanding=True)),
            is_event_visible(rights, _details.event_id),
        )
    )
