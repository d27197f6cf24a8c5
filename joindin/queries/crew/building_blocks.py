"""Building blocks with their positions, compositions and requirements, in six statements."""

from collections import defaultdict
from typing import NamedTuple

from sqlalchemy import Integer, bindparam, func, select

from joindin.models.crew import (
    BlockComposition,
    BlockPosition,
    BlockRequirement,
    BuildingBlock,
    position_qualifications,
    requirement_qualifications,
)
from joindin.performance.sql.compiled import CompiledStatement
from joindin.queries.crew.block_positions import Block, BlockCatalogue

# More blocks than any organisation has.
MAX_BLOCKS = 10_000

_block = BuildingBlock.__table__.c
_part = BuildingBlock.__table__.alias("part")


class BlockPage(NamedTuple):
    blocks: list
    total: int
    positions: dict[int, list]
    compositions: dict[int, list]
    requirements: dict[int, list]
    position_qualifications: dict[int, list[int]]
    requirement_qualifications: dict[int, list[int]]


def list_building_blocks(connection, *, limit: int, offset: int, block_id: int | None = None) -> BlockPage:
    """Return a page of blocks by id with everything that belongs to them."""
    if block_id is None:
        blocks = connection.execute(_PAGE, {"size": limit, "skipped": offset}).all()
        total = connection.scalar(_TOTAL)
    else:
        blocks = connection.execute(_ONE, {"block_id": block_id}).all()
        total = len(blocks)
    ids = [block.id for block in blocks]
    positions = connection.execute(_POSITIONS, {"ids": ids}).all()
    compositions = connection.execute(_COMPOSITIONS, {"ids": ids}).all()
    requirements = connection.execute(_REQUIREMENTS, {"ids": ids}).all()
    return BlockPage(
        blocks,
        total,
        _by_block(positions),
        _by_block(compositions),
        _by_block(requirements),
        _pairs(connection, _POSITION_QUALIFICATIONS, [each.id for each in positions]),
        _pairs(connection, _REQUIREMENT_QUALIFICATIONS, [each.id for each in requirements]),
    )


def load_block_catalogue(connection) -> BlockCatalogue:
    """Return all building blocks for the numbers and rules of complex structures."""
    page = list_building_blocks(connection, limit=MAX_BLOCKS, offset=0)
    return BlockCatalogue(
        {
            block.id: Block(
                block.id,
                bool(block.allows_more),
                [
                    (each.id, bool(each.is_optional), frozenset(page.position_qualifications.get(each.id, ())))
                    for each in page.positions.get(block.id, ())
                ],
                [(each.id, bool(each.is_optional), each.part_id) for each in page.compositions.get(block.id, ())],
                frozenset(
                    qualification_id
                    for each in page.requirements.get(block.id, ())
                    if each.for_everyone
                    for qualification_id in page.requirement_qualifications.get(each.id, ())
                ),
            )
            for block in page.blocks
        }
    )


def _by_block(rows):
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.block_id].append(row)
    return grouped


def _pairs(connection, statement, ids):
    grouped = defaultdict(list)
    for owner_id, qualification_id in connection.execute(statement, {"ids": ids}):
        grouped[owner_id].append(qualification_id)
    return grouped


def _ids(column):
    return column.in_(bindparam("ids", type_=Integer, expanding=True))


_ALL = select(*_block).order_by(_block.id)
_PAGE = CompiledStatement(_ALL.limit(bindparam("size", type_=Integer)).offset(bindparam("skipped", type_=Integer)))
_ONE = CompiledStatement(_ALL.where(_block.id == bindparam("block_id", type_=Integer)))
_TOTAL = CompiledStatement(select(func.count()).select_from(BuildingBlock.__table__))
_POSITIONS, _REQUIREMENTS = (
    CompiledStatement(select(*model.__table__.c).where(_ids(model.__table__.c.block_id)).order_by(model.__table__.c.id))
    for model in (BlockPosition, BlockRequirement)
)
_COMPOSITIONS = CompiledStatement(
    select(*BlockComposition.__table__.c, _part.c.uuid.label("part_uuid"))
    .join(_part, _part.c.id == BlockComposition.__table__.c.part_id)
    .where(_ids(BlockComposition.__table__.c.block_id))
    .order_by(BlockComposition.__table__.c.id)
)
_POSITION_QUALIFICATIONS, _REQUIREMENT_QUALIFICATIONS = (
    CompiledStatement(
        select(table.c[name], table.c.qualification_id)
        .where(_ids(table.c[name]))
        .order_by(table.c[name], table.c.qualification_id)
    )
    for table, name in (
        (position_qualifications, "position_id"),
        (requirement_qualifications, "requirement_id"),
    )
)
