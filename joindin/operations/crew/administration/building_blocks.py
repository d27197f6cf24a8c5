"""Administration of building blocks: for holders of ``manage_building_blocks``.

Blocks contain blocks, free of cycles. Parts keep their ids, because the paths of units in participations consist of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, insert, select

from joindin.db.locking import lock_row, lock_table
from joindin.errors import Conflict, NotFound
from joindin.models import User
from joindin.models.crew import (
    ATOMIC,
    COMPOSITE,
    BlockComposition,
    BlockPosition,
    BlockRequirement,
    BuildingBlock,
    Qualification,
    Shift,
    position_qualifications,
    requirement_qualifications,
)
from joindin.operations.audit import log_action
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.fields import check_line, require_line, require_uuid
from joindin.operations.crew.refusals import MSG_NO_CHOICE
from joindin.queries.crew.planning.block_uses import contains_block
from joindin.queries.crew.signup_stats import COMPLEX

MAX_LABEL_LENGTH = 255
MAX_ROWS = 100
MSG_NO_BLOCK = "No BuildingBlock matches the given query."
MSG_BLOCK_IN_USE = "Shifts or other blocks contain this block. Remove it there first."
MSG_HAS_POSITIONS = "Composite blocks cannot have positions"
MSG_HAS_PARTS = "Position blocks cannot have sub compositions"
MSG_CYCLE = "Sub compositions must be free of cycles."
MSG_TOO_MANY = "A block has at most 100 of them."
MSG_INVALID_NUMBER = "Enter a number between 0 and 10000."


@dataclass(frozen=True)
class PositionFields:
    label: str = ""
    is_optional: bool = False
    qualification_ids: Collection[int] = ()


@dataclass(frozen=True)
class PartFields:
    """``id`` is that of a present composition; None adds one."""

    block_id: int
    label: str = ""
    is_optional: bool = False
    id: int | None = None


@dataclass(frozen=True)
class RequirementFields:
    qualification_ids: Collection[int]
    for_everyone: bool = True
    at_least: int = 0


@dataclass(frozen=True)
class BlockFields:
    """``block_type`` is ``ATOMIC``, with positions, or ``COMPOSITE``, with parts."""

    name: str
    block_type: str = ATOMIC
    allows_more: bool = False
    positions: Sequence[PositionFields] = ()
    parts: Sequence[PartFields] = ()
    requirements: Sequence[RequirementFields] = ()


def create_building_block(session, fields: BlockFields, *, actor: User) -> BuildingBlock:
    """:raises InvalidCrewField: if a value is not acceptable, or the block would contain itself."""
    lock_table(session, BuildingBlock)
    block = BuildingBlock(uuid=require_uuid("uuid", None))
    _set_fields(session, block, fields)
    log_action(session, "building_block.create", block, actor=actor)
    return block


def update_building_block(session, block_id: int, fields: BlockFields, *, actor: User) -> BuildingBlock:
    """Change a block in all shifts that have it. People who are confirmed stay.

    :raises NotFound, InvalidCrewField: as ``create_building_block``.
    """
    block = _lock_block(session, block_id)
    _set_fields(session, block, fields)
    log_action(session, "building_block.edit", block, actor=actor)
    return block


def delete_building_block(session, block_id: int, *, actor: User) -> None:
    """:raises NotFound: if there is no such block.
    :raises Conflict: if a shift or another block contains it.
    """
    block = _lock_block(session, block_id)
    is_part = session.scalar(select(exists().where(BlockComposition.part_id == block_id)))
    if is_part or _is_in_shifts(session, block_id):
        raise Conflict(MSG_BLOCK_IN_USE)
    log_action(session, "building_block.delete", block, actor=actor)
    session.execute(
        delete(BuildingBlock).where(BuildingBlock.id == block_id).execution_options(synchronize_session=False)
    )
    session.expunge(block)


def _lock_block(session, block_id):
    lock_table(session, BuildingBlock)
    block = lock_row(session, BuildingBlock, block_id)
    if block is None:
        raise NotFound(MSG_NO_BLOCK)
    return block


def _is_in_shifts(session, block_id):
    shifts = session.execute(select(Shift.structure_configuration).where(Shift.structure_slug == COMPLEX))
    return any(contains_block(shift, block_id) for shift in shifts)


def _set_fields(session, block, fields):
    _check_fields(session, block, fields)
    block.name = require_line("name", fields.name, MAX_LABEL_LENGTH)
    block.block_type, block.allows_more = fields.block_type, fields.allows_more
    session.add(block)
    session.flush()
    for model in (BlockPosition, BlockRequirement):
        session.execute(delete(model).where(model.block_id == block.id).execution_options(synchronize_session=False))
    for each in fields.positions:
        label = check_line("positions", each.label, MAX_LABEL_LENGTH)
        row = _add(session, BlockPosition(block_id=block.id, label=label, is_optional=each.is_optional))
        _link(session, position_qualifications, "position_id", row.id, each.qualification_ids)
    for each in fields.requirements:
        row = _add(session, BlockRequirement(block_id=block.id, for_everyone=each.for_everyone, at_least=each.at_least))
        _link(session, requirement_qualifications, "requirement_id", row.id, each.qualification_ids)
    _set_parts(session, block, fields.parts)


def _check_fields(session, block, fields):
    if fields.block_type not in (ATOMIC, COMPOSITE):
        raise InvalidCrewField("block_type", MSG_NO_CHOICE)
    if fields.block_type == COMPOSITE and fields.positions:
        raise InvalidCrewField("positions", MSG_HAS_POSITIONS)
    if fields.block_type == ATOMIC and fields.parts:
        raise InvalidCrewField("sub_compositions", MSG_HAS_PARTS)
    for name, rows in (
        ("positions", fields.positions),
        ("sub_compositions", fields.parts),
        ("qualification_requirements", fields.requirements),
    ):
        if len(rows) > MAX_ROWS:
            raise InvalidCrewField(name, MSG_TOO_MANY)
    if not all(0 <= each.at_least <= 10_000 for each in fields.requirements):
        raise InvalidCrewField("qualification_requirements", MSG_INVALID_NUMBER)
    ids = {id_ for each in (*fields.positions, *fields.requirements) for id_ in each.qualification_ids}
    if set(session.scalars(select(Qualification.id).where(Qualification.id.in_(ids)))) != ids:
        raise InvalidCrewField("qualifications", MSG_NO_CHOICE)
    _check_parts(session, block, {each.block_id for each in fields.parts})


def _check_parts(session, block, part_ids):
    existing = set(session.scalars(select(BuildingBlock.id).where(BuildingBlock.id.in_(part_ids))))
    if existing != part_ids:
        raise InvalidCrewField("sub_compositions", MSG_NO_CHOICE)
    reached, waiting = set(), part_ids
    while waiting:
        reached |= waiting
        found = select(BlockComposition.part_id).where(BlockComposition.block_id.in_(waiting))
        waiting = set(session.scalars(found)) - reached
    if block.id in reached:
        raise InvalidCrewField("sub_compositions", MSG_CYCLE)


def _set_parts(session, block, parts):
    present = {
        row.id: row for row in session.scalars(select(BlockComposition).where(BlockComposition.block_id == block.id))
    }
    for each in parts:
        row = present.pop(each.id, None) or BlockComposition(block_id=block.id)
        row.part_id, row.is_optional = each.block_id, each.is_optional
        row.label = check_line("sub_compositions", each.label, MAX_LABEL_LENGTH)
        _add(session, row)
    for row in present.values():
        session.delete(row)
    session.flush()


def _add(session, row):
    session.add(row)
    session.flush()
    return row


def _link(session, table, column, row_id, qualification_ids):
    if ids := sorted(set(qualification_ids)):
        session.execute(insert(table).values([{column: row_id, "qualification_id": id_} for id_ in ids]))
