"""Participations of one person, with the times and the place that they have: for pages of shifts, and the list of own shifts."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from joindin.models.crew import Participation, Shift
from joindin.queries.crew.participants import Participant

_participation, _shift = Participation.__table__.c, Shift.__table__.c


class OwnParticipation(NamedTuple):
    """``starts_at`` and ``ends_at`` are individual times, or those of the shift."""

    id: int
    shift_id: int
    state: int
    structure_data: dict[str, Any]
    starts_at: dt.datetime
    ends_at: dt.datetime


def load_own_participations(
    connection, participant: Participant, shift_ids: Collection[int]
) -> dict[int, OwnParticipation]:
    """Return the participations of the person by shift: one statement."""
    statement = (
        select(
            _participation.id,
            _participation.shift_id,
            _participation.state,
            _participation.structure_data,
            func.coalesce(_participation.individual_starts_at, _shift.starts_at),
            func.coalesce(_participation.individual_ends_at, _shift.ends_at),
        )
        .join(Shift.__table__, _shift.id == _participation.shift_id)
        .where(getattr(_participation, participant.column) == participant.id, _participation.shift_id.in_(shift_ids))
    )
    rows: Sequence = [OwnParticipation(*row) for row in connection.execute(statement)]
    return {row.shift_id: row for row in rows}
