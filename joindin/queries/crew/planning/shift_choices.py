"""Everything that planners choose from in the form of a shift."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from joindin.models.crew import BuildingBlock, Qualification, Shift
from joindin.queries.crew.signup_facts import COUPLED


class ShiftChoices(NamedTuple):
    """Pairs of id and name of qualifications and of building blocks, and the shifts of the event that may lead others."""

    qualifications: Sequence[tuple[int, str]]
    blocks: Sequence[tuple[int, str]]
    leaders: Sequence[Shift]


def load_shift_choices(session, event_id: int, shift_id: int | None) -> ShiftChoices:
    """Return the choices for a shift of the event, which is not its own leader: three statements."""
    return ShiftChoices(
        session.execute(
            select(Qualification.id, Qualification.title).order_by(Qualification.title, Qualification.id)
        ).all(),
        session.execute(
            select(BuildingBlock.id, BuildingBlock.name).order_by(BuildingBlock.name, BuildingBlock.id)
        ).all(),
        session.scalars(
            select(Shift)
            .where(Shift.event_id == event_id, Shift.signup_flow_slug != COUPLED, Shift.id != (shift_id or 0))
            .order_by(Shift.starts_at, Shift.id)
        ).all(),
    )


def find_last_shift(session, event_id: int) -> Shift | None:
    return session.scalar(select(Shift).where(Shift.event_id == event_id).order_by(Shift.id.desc()).limit(1))
