"""Building blocks (spec 10)."""

from flask import Blueprint

from joindin.errors import NotFound
from joindin.extensions import reader
from joindin.queries.crew.building_blocks import list_building_blocks as list_blocks
from joindin.queries.crew.filters import MAX_OFFSET
from joindin.representations.ephios.building_blocks import represent_building_block
from joindin.resources.ephios.authentication import require_reader
from joindin.resources.ephios.context import require_row_id
from joindin.resources.ephios.paging import page_response, read_limit, read_offset
from joindin.resources.ephios.responses import json_response
from joindin.resources.ephios.routes import add_route

MSG_NO_BLOCK = "No BuildingBlock matches the given query."

blp = Blueprint("ephios_building_blocks", __name__, url_prefix="/api/buildingblocks")


def list_building_blocks():
    require_reader()
    page = list_blocks(reader(), limit=read_limit(), offset=min(read_offset(), MAX_OFFSET))
    return page_response([represent_building_block(block, page) for block in page.blocks], page.total)


def get_building_block(pk):
    require_reader()
    block_id = require_row_id(pk)
    page = list_blocks(reader(), limit=1, offset=0, block_id=block_id)
    if not page.blocks:
        raise NotFound(MSG_NO_BLOCK)
    return json_response(represent_building_block(page.blocks[0], page))


add_route(blp, "/", list_building_blocks, "Building Block List")
add_route(blp, "/<pk>/", get_building_block, "Building Block Instance")
