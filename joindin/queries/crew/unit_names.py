"""Names of the units of complex structures, by their path."""

from collections.abc import Iterable

from joindin.queries.crew.block_positions import MAX_DEPTH, MAX_POSITIONS
from joindin.queries.crew.building_blocks import MAX_BLOCKS, list_building_blocks
from joindin.queries.crew.signup_facts import as_configuration
from joindin.queries.crew.signup_stats import COMPLEX, objects_in

SEPARATOR = " › "


def load_unit_names(connection, shifts: Iterable) -> dict[str, str]:
    """Return the names of all units of the shifts: of the starting block, and of the parts on the way to the unit.

    It costs seven statements if a shift has the complex structure, else none.
    """
    starting = [
        each
        for shift in shifts
        if shift.structure_slug == COMPLEX
        for each in objects_in(as_configuration(shift.structure_configuration).get("starting_blocks"))
    ]
    if not starting:
        return {}
    page = list_building_blocks(connection, limit=MAX_BLOCKS, offset=0)
    titles = {block.id: block.name for block in page.blocks}
    names = {}
    for each in starting:
        block_id = each.get("building_block")
        if isinstance(block_id, int) and block_id in titles:
            name = str(each.get("label") or titles[block_id])
            _add_names(names, page.compositions, titles, block_id, f"root.{each.get('uuid')}.", name, 0)
    return names


def _add_names(names, compositions, titles, block_id, path, name, depth):
    if depth > MAX_DEPTH or len(names) >= MAX_POSITIONS:
        return
    names[path] = name
    for each in compositions.get(block_id, ()):
        part = f"{name}{SEPARATOR}{each.label or titles.get(each.part_id, '')}"
        _add_names(names, compositions, titles, each.part_id, f"{path}{each.id}.", part, depth + 1)
