"""Administration of the crew in a browser: building blocks, questions and accounts."""

import pytest

from joindin.models import GroupMember
from joindin.models.crew import BlockPosition, BuildingBlock, WaitingListEntry
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser.page_driver import PHONE
from tests.browser_client import PASSWORD, make_user_with_password
from tests.crew_factories import (
    make_building_block,
    make_crew_event,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import make_group, make_user


@pytest.fixture
def manager(session):
    max_ = make_user_with_password(session, "max", full_name="Max Moor")
    for permission in ("manage_building_blocks", "manage_questions"):
        grant_permission(session, max_, permission, actor=None)
    return max_


def in_language(visitor, server, language):
    visitor.context.add_cookies([{"name": "django_language", "value": language, "url": server.url}])


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "without scripts"])
def test_manager_builds_a_block(new_visitor, session, server, manager, javascript):
    make_qualification(session, "Driver"), make_building_block(session, "Trailer")
    session.commit()
    visitor = new_visitor(javascript=javascript)
    visitor.sign_in("max", PASSWORD)
    in_language(visitor, server, "en")
    visitor.page.set_viewport_size(PHONE)
    visitor.visit("/settings/signup-blocks/")
    visitor.press("Add a building block", "link")
    visitor.fill(**{"name": "Ambulance", "positions-0-label": "Driver"})
    visitor.page.locator("summary").first.click()
    visitor.page.get_by_label("Driver").first.check()
    visitor.press("More places")
    visitor.fill(**{"positions-1-label": "Medic", "requirements-0-at_least": "x"})
    visitor.page.get_by_label("Needed by").first.select_option("some")
    visitor.press("Save")
    if javascript:
        visitor.check_page("crew, building block with an error")
    visitor.fill(**{"requirements-0-at_least": ""})
    visitor.press("Save")

    assert "The building block is stored." in visitor.text
    labels = session.query(BlockPosition.label).order_by(BlockPosition.id).all()
    assert [label for (label,) in labels] == ["Driver", "Medic"]


def test_pages_of_building_blocks_are_valid_in_german(visitor, session, server, manager):
    block = make_building_block(session, "Rettungswagen", block_type="composite")
    make_qualification(session, "Fahrer"), make_building_block(session, "Anhänger")
    session.commit()
    visitor.sign_in("max", PASSWORD)
    in_language(visitor, server, "de")

    for path in ("", "create/", f"{block.id}/edit/", f"{block.id}/delete/"):
        visitor.visit(f"/settings/signup-blocks/{path}")
        visitor.check_page(f"crew, German building blocks {path.replace('/', ' ')}")
        assert visitor.page.locator("h1").count() == 1
    assert session.query(BuildingBlock).count() == 2


def test_question_is_created_chosen_for_a_shift_and_answered_by_someone_who_waits(
    new_visitor, session, server, manager
):
    event = make_crew_event(session, "Congress", changed_by=[manager])
    shift = make_shift(session, event, label="Gate", structure_configuration={"maximum_number_of_participants": 1})
    make_participation(session, shift, make_user(session))
    session.commit()
    visitor = new_visitor()
    visitor.sign_in("max", PASSWORD)
    in_language(visitor, server, "en")
    visitor.visit("/settings/questionnaires/")
    visitor.press("Add a question", "link")
    visitor.press("Save")
    visitor.check_page("crew, question with errors")
    visitor.fill(name="Size", text="Which size of shirt do you wear?", choices="S\nM\nL")
    visitor.page.get_by_label("The answer is").select_option("single")
    visitor.page.get_by_label("An answer is required").check()
    visitor.press("Save")
    visitor.check_page("crew, questions")
    visitor.visit(f"/events/{event.id}/questions/")
    visitor.check_page("crew, questions of an event")
    visitor.page.get_by_label("Size").last.check()
    visitor.press("Save")
    visitor.press("Join the waiting list Gate")
    visitor.check_page("crew, waiting list with a question")
    visitor.page.get_by_label("M", exact=True).check()
    visitor.press("Join the waiting list")

    assert "You are number 1 of 1." in visitor.text
    session.expire_all()
    assert list(session.query(WaitingListEntry).one().answers.values()) == ["M"]


def test_pages_of_members_are_valid(visitor, session, server):
    hedy, ann = make_user_with_password(session, "hedy"), make_user(session, "ann", full_name="Ann Ash")
    for permission in ("view_userprofile", "add_userprofile", "delete_userprofile", "manage_groups"):
        grant_permission(session, hedy, permission, actor=None)
    make_group(session, "Kitchen")
    session.commit()
    visitor.sign_in("hedy", PASSWORD)
    in_language(visitor, server, "en")
    visitor.visit("/users/")
    visitor.press("Add a person", "link")
    visitor.press("Create the account")
    visitor.check_page("crew, new member with errors")
    visitor.fill(full_name="Eve Elm", email="eve@example.org")
    visitor.page.get_by_label("Kitchen").check()
    visitor.press("Create the account")
    visitor.check_page("crew, people with a new member")
    in_language(visitor, server, "de")
    visitor.visit(f"/users/{ann.id}/delete/")
    visitor.check_page("crew, German end of an account")
    visitor.press("Deaktivieren")
    visitor.check_page("crew, German deactivated account")
    session.expire_all()
    assert (ann.is_active, session.query(GroupMember).count()) == (False, 1)
