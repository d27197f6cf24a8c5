"""Pages for the administration of building blocks."""

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry
from joindin.models.crew import ATOMIC, COMPOSITE, BlockComposition, BlockPosition, BlockRequirement, BuildingBlock
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.crew.administration.building_blocks import BlockFields, PartFields, create_building_block
from joindin.queries.crew.block_positions import list_block_positions
from joindin.queries.crew.building_blocks import load_block_catalogue
from tests.browser_client import Browser, main_text
from tests.crew_factories import make_building_block, make_crew_event, make_qualification, make_shift
from tests.factories import make_user, newest

PATH, ENGLISH = "/settings/signup-blocks/", {"Accept-Language": "en"}


@pytest.fixture
def page(app, session):
    max_ = make_user(session, "max")
    grant_permission(session, max_, "manage_building_blocks", actor=None)
    return Browser(app).sign_in_directly(max_)


def test_manager_creates_changes_and_deletes_an_atomic_block(session, page):
    driver, medic = make_qualification(session, "Driver"), make_qualification(session, "Medic")
    sent = {
        "name": "Ambulance", "block_type": ATOMIC, "allow_more": "on",
        "positions-0-label": "Driver", "positions-0-qualifications": [driver.id, medic.id],
        "positions-1-label": "Trainee", "positions-1-optional": "on",
        "positions-2-label": "",
        "requirements-0-applies_to": "everyone", "requirements-0-at_least": "", "requirements-0-qualifications": medic.id,
        "requirements-1-applies_to": "some", "requirements-1-at_least": "2", "requirements-1-qualifications": driver.id,
    }  # fmt: skip

    reply = page.send(f"{PATH}create/", sent)

    made = newest(session, BuildingBlock)
    positions, is_limited = list_block_positions(load_block_catalogue(session), [{"building_block": made.id}])
    assert (reply.status_code, reply.location) == (302, PATH)
    assert (made.name, made.block_type, made.allows_more, is_limited) == ("Ambulance", ATOMIC, True, False)
    assert [(set(each.qualification_ids), each.is_required) for each in positions] == [
        ({driver.id, medic.id}, True), ({medic.id}, False), ({medic.id}, False),
    ]  # fmt: skip
    requirements = select(BlockRequirement.for_everyone, BlockRequirement.at_least).order_by(BlockRequirement.id)
    assert session.execute(requirements).all() == [(True, 0), (False, 2)]
    form = page.get(f"{PATH}{made.id}/edit/").text
    assert ('value="Trainee"' in form, form.count(" checked") >= 5) == (True, True)

    page.send(f"{PATH}{made.id}/edit/", {"name": "Van", "block_type": ATOMIC, "positions-0-label": "Seat"})
    labels = session.scalars(select(BlockPosition.label)).all()
    session.refresh(made)
    assert (made.name, made.allows_more, labels, session.query(BlockRequirement).count()) == ("Van", False, ["Seat"], 0)
    assert "Van 1 place" in main_text(page.get(PATH, headers=ENGLISH))
    assert page.send(f"{PATH}{made.id}/delete/").location == PATH
    assert session.query(BuildingBlock).count() == 0
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions[-3:] == ["building_block.create", "building_block.edit", "building_block.delete"]


def test_parts_keep_their_ids_when_the_block_is_changed(session, page):
    car, van = make_building_block(session, "Car"), make_building_block(session, "Van")
    fields = BlockFields("Column", COMPOSITE, parts=[PartFields(car.id, "First"), PartFields(van.id)])
    column = create_building_block(session, fields, actor=None)
    first, second = session.scalars(select(BlockComposition.id).order_by(BlockComposition.id)).all()
    session.commit()
    sent = {
        "name": "Column", "block_type": COMPOSITE, "positions-0-label": "of the other type",
        "parts-0-id": first, "parts-0-building_block": car.id, "parts-0-label": "First", "parts-0-removed": "on",
        "parts-1-id": second, "parts-1-building_block": van.id, "parts-1-label": "Only", "parts-1-optional": "on",
    }  # fmt: skip

    page.send(f"{PATH}{column.id}/edit/", sent)

    session.expire_all()
    rows = session.scalars(select(BlockComposition)).all()
    assert [(row.id, row.part_id, row.label, row.is_optional) for row in rows] == [(second, van.id, "Only", True)]


def test_button_adds_rows_and_stores_nothing(session, page):
    sent = {"name": "Car", "block_type": ATOMIC, "positions-0-label": "Driver", "add_rows": "positions"}

    reply = page.send(f"{PATH}create/", sent)

    assert (reply.status_code, reply.text.count('-label" value="')) == (200, 5 + 2)
    assert (session.query(BuildingBlock).count(), 'value="Driver"' in reply.text) == (0, True)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 256},
        {"block_type": "other"},
        {"positions-0-label": "x" * 256},
        {"positions-0-qualifications": "99"},
        {"positions-0-qualifications": "9" * 30},
        {"positions-0-qualifications": "\0"},
        {"block_type": COMPOSITE, "parts-0-label": "Car"},
        {"block_type": COMPOSITE, "parts-0-label": "Car", "parts-0-building_block": "99"},
        {"block_type": COMPOSITE, "parts-0-label": "Car", "parts-0-building_block": "²"},
        {"requirements-0-at_least": "2", "requirements-0-applies_to": "some"},
        {"requirements-0-at_least": "10001", "requirements-0-applies_to": "some"},
    ],
    ids=str,
)
def test_bad_values_are_refused_and_store_nothing(session, page, changes):
    sent = {"name": "Car", "block_type": ATOMIC, "positions-0-label": "Driver"}

    reply = page.send(f"{PATH}create/", sent | changes, headers=ENGLISH)

    assert (reply.status_code, "There is a problem" in main_text(reply)) == (200, True)
    assert (session.query(BuildingBlock).count(), session.query(BlockPosition).count()) == (0, 0)


def test_block_that_contains_itself_is_refused(session, page):
    car = make_building_block(session, "Car", block_type=COMPOSITE)
    column = create_building_block(session, BlockFields("C", COMPOSITE, parts=[PartFields(car.id)]), actor=None)
    session.commit()
    sent = {"name": "Car", "block_type": COMPOSITE, "parts-0-label": "", "parts-0-building_block": column.id}

    reply = page.send(f"{PATH}{car.id}/edit/", sent, headers=ENGLISH)

    assert "Sub compositions must be free of cycles." in main_text(reply)
    assert session.query(BlockComposition).count() == 1


def test_block_in_use_stays_and_the_page_names_its_shifts(session, page):
    car = make_building_block(session, "Car")
    create_building_block(session, BlockFields("Column", COMPOSITE, parts=[PartFields(car.id)]), actor=None)
    event = make_crew_event(session, "Congress")
    used = {"starting_blocks": [{"building_block": car.id, "uuid": "a"}]}
    make_shift(session, event, label="Gate", structure="complex", structure_configuration=used)
    session.commit()

    shown = main_text(page.get(f"{PATH}{car.id}/delete/", headers=ENGLISH))
    page.send(f"{PATH}{car.id}/delete/", page=f"{PATH}create/")

    assert ("Column" in shown, "Congress: Gate" in shown) == (True, True)
    assert session.query(BuildingBlock).count() == 2


def test_unknown_block_is_not_found(page):
    assert [page.get(f"{PATH}{number}/edit/").status_code for number in (99, 10**30)] == [404, 404]


def test_others_may_not_administer_them(app, session):
    browser, block = Browser(app).sign_in_directly(make_user(session, "ada")), make_building_block(session)
    paths = [PATH, f"{PATH}create/", f"{PATH}{block.id}/edit/", f"{PATH}{block.id}/delete/"]

    assert [browser.get(path).status_code for path in paths] == [403] * 4
    assert [Browser(app).get(path).status_code for path in paths] == [302] * 4
