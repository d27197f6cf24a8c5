"""Everything that the rules of signing up depend on: one person and any number of shifts, in at most 15 statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, select

from joindin.models import Event
from joindin.models.crew import (
    CONFIRMED,
    CrewDetails,
    EventType,
    Participation,
    Shift,
    event_type_qualifications,
)
from joindin.queries.crew.block_positions import BlockCatalogue
from joindin.queries.crew.building_blocks import load_block_catalogue
from joindin.queries.crew.participants import Participant, load_date_of_birth, load_grants, person_of
from joindin.queries.crew.qualifications import load_qualification_catalogue
from joindin.queries.crew.signup_stats import COMPLEX, SignedUp
from joindin.utils.row_ids import MAX_ROW_ID

COUPLED = "coupled"
NO_BLOCKS = BlockCatalogue()


class ConfirmedShift(NamedTuple):
    """Another shift for which the person is confirmed, with the times of the participation."""

    shift_id: int
    label: str
    event_title: str
    starts_at: dt.datetime
    ends_at: dt.datetime


@dataclass(frozen=True)
class SignupFacts:
    """``shift`` is a row with ``event_title``, ``is_draft`` and ``type_title``. Qualification ids are those at its start.

    ``state`` is that of the person's participation, None without one. ``confirmed`` are the other confirmed people of the
    shift, ``overlapping`` the person's other confirmed shifts at that time. ``leader_label`` names the shift to which this
    one is coupled, if it exists.
    """

    shift: Any
    state: int | None
    date_of_birth: dt.date | None
    qualification_ids: frozenset[int]
    type_qualification_ids: frozenset[int]
    confirmed: tuple[SignedUp, ...]
    overlapping: tuple[ConfirmedShift, ...]
    blocks: BlockCatalogue
    leader_label: str | None = None

    @property
    def flow(self) -> Mapping[str, Any]:
        return as_configuration(self.shift.signup_flow_configuration)

    @property
    def structure(self) -> Mapping[str, Any]:
        return as_configuration(self.shift.structure_configuration)


def as_configuration(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def load_signup_facts(
    connection, participant: Participant, shift_ids: Collection[int], now: dt.datetime
) -> dict[int, SignupFacts]:
    """Return the facts by shift. Shifts that do not exist are missing."""
    shifts = connection.execute(SHIFTS.where(_shift.id.in_(shift_ids))).all()
    people = connection.execute(_PEOPLE.where(_participation.shift_id.in_(shift_ids))).all()
    others = _load_confirmed_shifts(connection, participant, shifts)
    grants = load_grants(connection, {person_of(row) for row in people if row.state == CONFIRMED} | {participant}, now)
    catalogue = load_qualification_catalogue(connection)
    required = load_type_qualifications(connection, {shift.event_type_id for shift in shifts})
    leaders = _load_leader_labels(connection, shifts)
    birth = load_date_of_birth(connection, participant)
    has_blocks = any(shift.structure_slug == COMPLEX for shift in shifts)
    blocks = load_block_catalogue(connection) if has_blocks else NO_BLOCKS
    by_shift = defaultdict(list)
    for row in people:
        by_shift[row.shift_id].append(row)

    def qualified(person, shift):
        at = max(now, shift.starts_at)
        return catalogue.with_included(
            id_ for id_, expires_at in grants[person] if expires_at is None or expires_at >= at
        )

    facts = {}
    for shift in shifts:
        own = [row for row in by_shift[shift.id] if getattr(row, participant.column) == participant.id]
        facts[shift.id] = SignupFacts(
            shift,
            own[0].state if own else None,
            birth,
            qualified(participant, shift),
            frozenset(required[shift.event_type_id]),
            tuple(
                SignedUp(row.state, as_configuration(row.structure_data), qualified(person_of(row), shift))
                for row in by_shift[shift.id]
                if row.state == CONFIRMED and row not in own
            ),
            tuple(
                other
                for other in others
                if other.shift_id != shift.id and other.starts_at < shift.ends_at and other.ends_at > shift.starts_at
            ),
            blocks,
            leaders.get(shift.id),
        )
    return facts


def load_overlapping(connection, participant: Participant, shift_id: int, starts_at, ends_at) -> list[ConfirmedShift]:
    """Return the person's other confirmed shifts that overlap with the times. Back to back is no overlap."""
    statement = CONFIRMED_SHIFTS.where(
        getattr(_participation, participant.column) == participant.id,
        _participation.shift_id != shift_id,
        _starts_at < ends_at,
        _ends_at > starts_at,
    )
    return [ConfirmedShift(*row) for row in connection.execute(statement)]


def _load_confirmed_shifts(connection, participant, shifts):
    if not shifts:
        return []
    statement = CONFIRMED_SHIFTS.where(
        getattr(_participation, participant.column) == participant.id,
        _starts_at < max(shift.ends_at for shift in shifts),
        _ends_at > min(shift.starts_at for shift in shifts),
    )
    return [ConfirmedShift(*row) for row in connection.execute(statement)]


def load_type_qualifications(connection, type_ids: Collection[int]) -> dict[int, set[int]]:
    required = defaultdict(set)
    table = event_type_qualifications.c
    for type_id, qualification_id in connection.execute(
        select(table.event_type_id, table.qualification_id).where(table.event_type_id.in_(type_ids))
    ):
        required[type_id].add(qualification_id)
    return required


def _load_leader_labels(connection, shifts):
    """Return the label of the leading shift by coupled shift. The leader belongs to the same event."""
    leader_of = {
        shift.id: leader_id
        for shift in shifts
        if shift.signup_flow_slug == COUPLED and (leader_id := get_leader_id(shift)) is not None
    }
    if not leader_of:
        return {}
    rows = connection.execute(SHIFTS.where(_shift.id.in_(leader_of.values()))).all()
    leaders = {row.id: row for row in rows}
    events = {shift.id: shift.event_id for shift in shifts}
    return {
        shift_id: leader.label or leader.event_title
        for shift_id, leader_id in leader_of.items()
        if (leader := leaders.get(leader_id)) is not None and leader.event_id == events[shift_id]
    }


def get_leader_id(shift) -> int | None:
    """Return the id of the shift to which this one is coupled, as configured."""
    leader_id = as_configuration(shift.signup_flow_configuration).get("leader_shift_id")
    is_id = isinstance(leader_id, int) and not isinstance(leader_id, bool) and 0 < leader_id <= MAX_ROW_ID
    return leader_id if is_id and leader_id != shift.id else None


_shift, _event, _details = Shift.__table__.c, Event.__table__.c, CrewDetails.__table__.c
_type, _participation = EventType.__table__.c, Participation.__table__.c
_starts_at = func.coalesce(_participation.individual_starts_at, _shift.starts_at)
_ends_at = func.coalesce(_participation.individual_ends_at, _shift.ends_at)
SHIFTS = (
    select(
        *_shift,
        _event.name.label("event_title"),
        _details.is_draft,
        _details.event_type_id,
        _type.title.label("type_title"),
    )
    .select_from(
        Shift.__table__.join(Event.__table__, _event.id == _shift.event_id)
        .join(CrewDetails.__table__, _details.event_id == _shift.event_id)
        .join(EventType.__table__, _type.id == _details.event_type_id)
    )
    .order_by(_shift.id)
)
_PEOPLE = select(
    _participation.id,
    _participation.shift_id,
    _participation.state,
    _participation.structure_data,
    _participation.user_id,
    _participation.guest_id,
    _participation.federated_user_id,
).order_by(_participation.id)
CONFIRMED_SHIFTS = (
    select(_shift.id, _shift.label, _event.name, _starts_at, _ends_at)
    .select_from(
        Participation.__table__.join(Shift.__table__, _shift.id == _participation.shift_id).join(
            Event.__table__, _event.id == _shift.event_id
        )
    )
    .where(_participation.state == CONFIRMED)
    .order_by(_starts_at, _shift.id)
)
