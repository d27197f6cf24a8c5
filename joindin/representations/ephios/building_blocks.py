"""Building blocks (spec 10)."""


def represent_building_block(block, page) -> dict:
    """``page`` holds the positions, compositions and requirements by block."""
    return {
        "id": block.id,
        "uuid": block.uuid,
        "name": block.name,
        "block_type": block.block_type,
        "sub_compositions": [
            {"id": each.id, "label": each.label, "optional": bool(each.is_optional), "sub_block": each.part_uuid}
            for each in page.compositions.get(block.id, ())
        ],
        "allow_more": bool(block.allows_more),
        "qualification_requirements": [
            {
                "id": each.id,
                "qualifications": page.requirement_qualifications.get(each.id, []),
                "everyone": bool(each.for_everyone),
                "at_least": each.at_least,
            }
            for each in page.requirements.get(block.id, ())
        ],
        "positions": [
            {
                "id": each.id,
                "label": each.label,
                "optional": bool(each.is_optional),
                "qualifications": page.position_qualifications.get(each.id, []),
            }
            for each in page.positions.get(block.id, ())
        ],
    }
