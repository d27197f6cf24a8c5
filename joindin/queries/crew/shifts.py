"""Shifts that a viewer may see, and the numbers of their places."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, select

from joindin.models import Event
from joindin.models.crew import CONFIRMED, REQUESTED, CrewDetails, Participation, Shift
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.block_positions import BlockCatalogue
from joindin.queries.crew.building_blocks import load_block_catalogue
from joindin.queries.crew.filters import ListColumns, ListFilter, build_page_of_ids, build_total, is_title_needed
from joindin.queries.crew.key_pages import KeyStatements, list_keys
from joindin.queries.crew.qualifications import (
    FEDERATED_USER,
    GUEST,
    USER,
    GrantedIds,
    load_granted_ids,
    load_qualification_catalogue,
)
from joindin.queries.crew.signup_stats import (
    COMPLEX,
    SignedUp,
    SignupStats,
    compute_stats,
    depends_on_qualifications,
)
from joindin.queries.crew.viewers import CrewViewer, is_event_visible
from joindin.queries.paging import Page

_shift, _event, _details = Shift.__table__.c, Event.__table__.c, CrewDetails.__table__.c
_participation = Participation.__table__.c
NO_BLOCKS = BlockCatalogue()


class StatsByShift(dict):
    """Numbers by id of the shift. ``expires_at`` is the time at which one of them may change without a write, or None."""

    expires_at: dt.datetime | None = None


class ShiftRecord(NamedTuple):
    """A shift with its numbers. ``shift`` has ``event_title``. ``is_stable`` and ``expires_at`` are as in
    :class:`CrewEventRecord`.
    """

    id: int
    version: int
    event_version: int
    shift: object
    stats: SignupStats
    is_stable: bool
    expires_at: dt.datetime | None


def list_shift_keys(connection, viewer: CrewViewer, filters: ListFilter) -> Page:
    """Return a page of keys: id and version of the shift, version of the event."""
    return list_keys(connection, viewer, filters, _key_statements, viewer.changes)


def load_shift_records(connection, ids: Collection[int], now: dt.datetime) -> dict[int, ShiftRecord]:
    """Return shifts by id: two statements, and ten more if a structure depends on qualifications."""
    shifts = connection.execute(_BY_IDS, {"ids": ids}).all()
    stats = load_signup_stats(connection, shifts, now)
    return {
        shift.id: ShiftRecord(
            shift.id,
            shift.version,
            shift.event_version,
            shift,
            stats[shift.id],
            is_stable=not depends_on_qualifications(shift.structure_slug),
            expires_at=stats.expires_at,
        )
        for shift in shifts
    }


def load_shifts_of_events(connection, event_ids: Collection[int]) -> dict[int, list]:
    """Return the shifts of events in their order, by event: one statement."""
    shifts = defaultdict(list)
    for shift in connection.execute(_OF_EVENTS, {"event_ids": event_ids}):
        shifts[shift.event_id].append(shift)
    return shifts


def load_signup_stats(connection, shifts: Sequence, now: dt.datetime) -> StatsByShift:
    """Return the numbers of shifts: one statement, and ten more if a structure depends on qualifications."""
    people = defaultdict(list)
    for row in connection.execute(_SIGNED_UP, {"shift_ids": [shift.id for shift in shifts]}):
        people[row.shift_id].append(row)
    matching = [shift for shift in shifts if depends_on_qualifications(shift.structure_slug)]
    granted = _load_grants(connection, [row for each in matching for row in people[each.id]], now)
    catalogue = load_qualification_catalogue(connection) if granted else None
    qualifications = {person: catalogue.with_included(ids) for person, ids in granted.items()}
    has_blocks = any(shift.structure_slug == COMPLEX for shift in shifts)
    blocks = load_block_catalogue(connection) if has_blocks else NO_BLOCKS
    stats = StatsByShift()
    stats.expires_at = granted.expires_at
    for shift in shifts:
        stats[shift.id] = compute_stats(
            shift.structure_slug,
            shift.structure_configuration if isinstance(shift.structure_configuration, dict) else {},
            [
                SignedUp(row.state, row.structure_data or {}, qualifications.get(_person(row), frozenset()))
                for row in people[shift.id]
            ],
            blocks,
        )
    return stats


def _load_grants(connection, rows, now):
    if not rows:
        return GrantedIds(list)
    return load_granted_ids(
        connection,
        now,
        user_ids={row.user_id for row in rows} - {None},
        guest_ids={row.guest_id for row in rows} - {None},
        federated_user_ids={row.federated_user_id for row in rows} - {None},
    )


def _person(row):
    if row.user_id is not None:
        return USER, row.user_id
    return (GUEST, row.guest_id) if row.guest_id is not None else (FEDERATED_USER, row.federated_user_id)


_COLUMNS = ListColumns(
    starts_at=_shift.starts_at,
    ends_at=_shift.ends_at,
    row_id=_shift.id,
    searched=(_shift.label, _event.name),
    order={
        "id": _shift.id,
        "event_id": _shift.event_id,
        "meeting_time": _shift.meets_at,
        "start_time": _shift.starts_at,
        "end_time": _shift.ends_at,
    },
    default_order=(_shift.meets_at, _shift.starts_at),
)
_WITH_DETAILS = Shift.__table__.join(CrewDetails.__table__, _details.event_id == _shift.event_id)
_BY_IDS = CompiledStatement(
    select(*_shift, _event.name.label("event_title"), _details.version.label("event_version"))
    .select_from(_WITH_DETAILS.join(Event.__table__, _event.id == _shift.event_id))
    .where(_shift.id.in_(bindparam("ids", type_=Integer, expanding=True)))
)


@lru_cache(maxsize=256)
def _key_statements(rights, shape, from_grants):
    source = _WITH_DETAILS
    if is_title_needed(shape):
        source = source.join(Event.__table__, _event.id == _shift.event_id)
    page, order = build_page_of_ids(
        source, _COLUMNS, shape, is_event_visible(rights, _shift.event_id, from_grants=from_grants)
    )
    keys = (
        select(page.c.id, _shift.version, _details.version.label("event_version"))
        .select_from(
            page.join(Shift.__table__, _shift.id == page.c.id).join(
                CrewDetails.__table__, _details.event_id == _shift.event_id
            )
        )
        .order_by(*order)
    )
    visible = select(_shift.id).select_from(source).where(is_event_visible(rights, _shift.event_id, from_grants=True))
    return KeyStatements(CompiledStatement(keys), build_total(visible, _COLUMNS, shape))


_OF_EVENTS = CompiledStatement(
    select(*_shift)
    .where(_shift.event_id.in_(bindparam("event_ids", type_=Integer, expanding=True)))
    .order_by(_shift.meets_at, _shift.starts_at, _shift.id)
)
_SIGNED_UP = CompiledStatement(
    select(
        _participation.shift_id,
        _participation.state,
        _participation.structure_data,
        _participation.user_id,
        _participation.guest_id,
        _participation.federated_user_id,
    )
    .where(
        _participation.shift_id.in_(bindparam("shift_ids", type_=Integer, expanding=True)),
        _participation.state.between(REQUESTED, CONFIRMED),
    )
    .order_by(_participation.id)
)
