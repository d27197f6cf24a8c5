"""Administration of building blocks."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotFound
from joindin.models.crew import COMPOSITE, BlockComposition, BlockPosition, BuildingBlock
from joindin.operations.crew.administration.building_blocks import (
    BlockFields,
    PartFields,
    PositionFields,
    RequirementFields,
    create_building_block,
    delete_building_block,
    update_building_block,
)
from joindin.operations.crew.errors import InvalidCrewField
from joindin.queries.crew.block_positions import list_block_positions
from joindin.queries.crew.building_blocks import load_block_catalogue
from tests.crew_factories import make_building_block, make_crew_event, make_qualification, make_shift
from tests.factories import make_user


@pytest.fixture
def admin(session):
    return make_user(session, "root", is_admin=True)


def composite(*parts, name="Column"):
    return BlockFields(name, COMPOSITE, parts=[PartFields(part.id) for part in parts])


def part_ids(session, block):
    rows = select(BlockComposition).where(BlockComposition.block_id == block.id).order_by(BlockComposition.id)
    return [(row.id, row.part_id) for row in session.scalars(rows)]


def test_nested_blocks_have_the_positions_and_requirements_of_their_parts(session, admin):
    medic, driver = make_qualification(session), make_qualification(session)
    car = create_building_block(
        session,
        BlockFields(
            "Car",
            positions=[PositionFields("Driver", qualification_ids=[driver.id]), PositionFields(is_optional=True)],
            requirements=[
                RequirementFields([medic.id]),
                RequirementFields([driver.id], for_everyone=False, at_least=1),
            ],
        ),
        actor=admin,
    )
    column = create_building_block(session, composite(car, car), actor=admin)

    positions, is_limited = list_block_positions(
        load_block_catalogue(session), [{"building_block": column.id, "uuid": "first"}]
    )

    (first, _), (second, _) = part_ids(session, column)
    assert is_limited
    assert [(each.path, each.qualification_ids, each.is_required) for each in positions] == [
        (f"root.first.{part}.", ids, is_required)
        for part in (first, second)
        for ids, is_required in (({medic.id, driver.id}, True), ({medic.id}, False))
    ]


def test_parts_that_stay_keep_their_ids(session, admin):
    car, van = make_building_block(session), make_building_block(session)
    column = create_building_block(session, composite(car, van), actor=admin)
    (first, _), (second, _) = part_ids(session, column)

    parts = [PartFields(car.id, "Left", id=second), PartFields(van.id, id=10**6)]
    update_building_block(session, column.id, BlockFields("Column", COMPOSITE, parts=parts), actor=admin)

    ids = part_ids(session, column)
    assert (ids[0], ids[1][1], len(ids)) == ((second, car.id), van.id, 2)
    assert first not in dict(ids)


def test_a_block_does_not_contain_itself(session, admin):
    car = make_building_block(session)
    column = create_building_block(session, composite(car), actor=admin)
    convoy = create_building_block(session, composite(column), actor=admin)

    for part in (column, convoy):
        with pytest.raises(InvalidCrewField, match="free of cycles"):
            update_building_block(session, column.id, composite(part), actor=admin)

    assert [part_id for _id, part_id in part_ids(session, column)] == [car.id]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"block_type": "other"}, "block_type"),
        ({"block_type": COMPOSITE, "positions": [PositionFields()]}, "positions"),
        ({"parts": [PartFields(1)]}, "sub_compositions"),
        ({"block_type": COMPOSITE, "parts": [PartFields(999)]}, "sub_compositions"),
        ({"positions": [PositionFields()] * 101}, "positions"),
        ({"positions": [PositionFields("x" * 256)]}, "positions"),
        ({"positions": [PositionFields(qualification_ids=[999])]}, "qualifications"),
        ({"requirements": [RequirementFields([], at_least=-1)]}, "qualification_requirements"),
    ],
)
def test_an_invalid_block_is_refused(session, admin, changes, field):
    with pytest.raises(InvalidCrewField) as refused, session.begin_nested():
        create_building_block(session, replace(BlockFields("Car"), **changes), actor=admin)

    assert refused.value.field == field
    assert session.scalars(select(BuildingBlock)).all() == []


def test_a_block_that_others_or_shifts_contain_is_not_deleted(session, admin):
    part, started = make_building_block(session), make_building_block(session)
    free = create_building_block(session, BlockFields("Free", positions=[PositionFields()]), actor=admin)
    create_building_block(session, composite(part), actor=admin)
    make_shift(
        session, make_crew_event(session), structure="complex",
        structure_configuration={"starting_blocks": [{"building_block": started.id, "uuid": "first"}]},
    )  # fmt: skip

    for block in (part, started):
        with pytest.raises(Conflict):
            delete_building_block(session, block.id, actor=admin)
    delete_building_block(session, free.id, actor=admin)

    assert session.get(BuildingBlock, free.id) is None
    assert session.scalars(select(BlockPosition)).all() == []
    with pytest.raises(NotFound):
        delete_building_block(session, free.id, actor=admin)
