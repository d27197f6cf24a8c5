"""The positions that the building blocks of a complex structure consist of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# A structure with more positions is cut: blocks contain blocks, and the number grows with each level.
MAX_POSITIONS = 1000
# Blocks that contain themselves are refused when they are written. Deeper nesting is not followed.
MAX_DEPTH = 20


@dataclass(frozen=True)
class Block:
    """A building block. ``positions`` and ``compositions`` are rows in their order, ``required_ids`` the qualifications
    that everyone in the block needs.
    """

    id: int
    allows_more: bool
    positions: Sequence[tuple[int, bool, frozenset[int]]] = ()
    compositions: Sequence[tuple[int, bool, int]] = ()
    required_ids: frozenset[int] = frozenset()


@dataclass(frozen=True)
class BlockCatalogue:
    blocks: Mapping[int, Block] = field(default_factory=dict)


class Position(NamedTuple):
    """A place of one person in the unit ``path``; an extra one stands for any number of people."""

    path: str
    qualification_ids: frozenset[int]
    is_required: bool
    is_extra: bool = False


def list_block_positions(
    catalogue: BlockCatalogue, starting_blocks: Sequence[Mapping[str, Any]]
) -> tuple[list[Position], bool]:
    """Return the positions of all starting blocks, and whether their number is limited."""
    positions = []
    for each in starting_blocks:
        block = catalogue.blocks.get(_as_id(each.get("building_block")))
        if block is not None:
            path = f"root.{each.get('uuid')}."
            _add_positions(positions, catalogue, block, path, frozenset(), not each.get("optional"), 0)
    return positions, not any(position.is_extra for position in positions)


def _add_positions(positions, catalogue, block, path, qualification_ids, is_required, depth):
    needed = qualification_ids | block.required_ids
    for _id, is_optional, own_ids in block.positions:
        if len(positions) < MAX_POSITIONS:
            positions.append(Position(path, needed | own_ids, is_required and not is_optional))
    if block.allows_more and len(positions) < MAX_POSITIONS:
        positions.append(Position(path, needed, is_required=False, is_extra=True))
    for composition_id, is_optional, part_id in block.compositions:
        part = catalogue.blocks.get(part_id)
        if part is not None and depth < MAX_DEPTH and len(positions) < MAX_POSITIONS:
            _add_positions(
                positions,
                catalogue,
                part,
                f"{path}{composition_id}.",
                needed,
                is_required and not is_optional,
                depth + 1,
            )


def _as_id(value):
    return value if isinstance(value, int) and not isinstance(value, bool) else None
