"""Building blocks by name, and the shifts and blocks that contain a block."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from joindin.models import Event
from joindin.models.crew import BlockComposition, BlockPosition, BuildingBlock, Shift
from joindin.queries.crew.signup_facts import as_configuration
from joindin.queries.crew.signup_stats import COMPLEX, objects_in


class BlockUses(NamedTuple):
    """``blocks`` are names of blocks, ``shifts`` rows with id, label, event_id and event_name."""

    blocks: Sequence[str]
    shifts: Sequence


def list_named_blocks(session) -> Sequence:
    """Return id, name, type, and the numbers of own positions and parts, by name: one statement."""
    counts = [
        select(func.count()).where(model.block_id == BuildingBlock.id).correlate(BuildingBlock).scalar_subquery()
        for model in (BlockPosition, BlockComposition)
    ]
    columns = BuildingBlock.id, BuildingBlock.name, BuildingBlock.block_type
    statement = select(*columns, counts[0].label("positions"), counts[1].label("parts"))
    return session.execute(statement.order_by(BuildingBlock.name, BuildingBlock.id)).all()


def list_block_uses(session, block_id: int) -> BlockUses:
    """Return what contains the block directly: two statements."""
    containing = (
        select(BuildingBlock.name)
        .where(BuildingBlock.id.in_(select(BlockComposition.block_id).where(BlockComposition.part_id == block_id)))
        .order_by(BuildingBlock.name, BuildingBlock.id)
    )
    shifts = session.execute(
        select(Shift.id, Shift.label, Shift.event_id, Shift.structure_configuration, Event.name.label("event_name"))
        .join(Event, Event.id == Shift.event_id)
        .where(Shift.structure_slug == COMPLEX)
        .order_by(Shift.starts_at, Shift.id)
    )
    return BlockUses(session.scalars(containing).all(), [shift for shift in shifts if contains_block(shift, block_id)])


def contains_block(shift, block_id: int) -> bool:
    """Return whether the structure of the shift starts with the block."""
    starting_blocks = objects_in(as_configuration(shift.structure_configuration).get("starting_blocks"))
    return any(each.get("building_block") == block_id for each in starting_blocks)
