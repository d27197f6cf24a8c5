"""Administration of qualifications and their categories."""

import pytest
from sqlalchemy import select

from joindin.models.crew import Qualification, QualificationCategory, qualification_inclusions
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import main_text, make_user_with_password
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_qualification,
    make_qualification_category,
    make_shift,
)
from tests.factories import newest

LIST, CATEGORIES = "/settings/qualifications/", "/settings/qualifications/categories/"


@pytest.fixture
def manager(session):
    mia = make_user_with_password(session, "mia")
    grant_permission(session, mia, "manage_qualifications", actor=None)
    return mia


@pytest.fixture
def manager_browser(browser, manager):
    browser.set_cookie("django_language", "en")
    return browser.sign_in_directly(manager)


def included_ids(session, qualification):
    table = qualification_inclusions.c
    return session.scalars(select(table.included_id).where(table.qualification_id == qualification.id)).all()


def test_qualification_is_added_with_what_it_includes(manager_browser, session):
    aider = make_qualification(session, "First aider")
    sent = {"title": "Paramedic", "abbreviation": "PAR", "category": aider.category_id, "includes": [aider.id]}

    reply = manager_browser.send(f"{LIST}create/", sent)

    made = newest(session, Qualification)
    assert (reply.status_code, reply.location) == (302, LIST)
    assert (made.title, made.abbreviation, included_ids(session, made)) == ("Paramedic", "PAR", [aider.id])
    assert "Medical First aider" in main_text(manager_browser.get(LIST))


def test_qualification_is_changed_and_deleted(manager_browser, session):
    row = make_qualification(session, "First aider")
    path, uuid = f"{LIST}{row.id}/", row.uuid
    sent = {"title": "Aider", "abbreviation": "A", "category": row.category_id, "uuid": ""}

    manager_browser.send(f"{path}edit/", sent)
    changed = (row.title, row.abbreviation)
    reply = manager_browser.send(f"{path}delete/")

    assert changed == ("Aider", "A")
    assert (reply.location, newest(session, Qualification), len(uuid)) == (LIST, None, 36)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "This field may not be blank."),
        ({"title": "x" * 255}, "Ensure this field has no more than 254 characters."),
        ({"category": "99"}, "Not a valid choice"),
        ({"includes": ["99"]}, "not a valid choice"),
        ({"uuid": "x"}, "Must be a valid UUID."),
    ],
)
def test_invalid_qualification_is_refused(manager_browser, session, changes, message):
    category = make_qualification_category(session)
    sent = {"title": "Driver", "abbreviation": "D", "category": category.id}

    reply = manager_browser.send(f"{LIST}create/", sent | changes)

    assert (reply.status_code, message in main_text(reply)) == (200, True)
    assert newest(session, Qualification) is None


def test_cycle_is_refused(manager_browser, session):
    lower = make_qualification(session, "Lower")
    upper = make_qualification(session, "Upper", includes=[lower])
    sent = {"title": "Lower", "abbreviation": "L", "category": lower.category_id, "includes": [upper.id]}

    reply = manager_browser.send(f"{LIST}{lower.id}/edit/", sent)

    assert "A qualification must not include itself" in main_text(reply)
    assert included_ids(session, lower) == []


def test_qualification_of_people_stays(manager_browser, session, manager):
    row = make_qualification(session, "First aider")
    grant_qualification(session, manager, row)

    manager_browser.send(f"{LIST}{row.id}/delete/")

    assert "Withdraw it there first." in manager_browser.get(LIST).text
    assert newest(session, Qualification) is not None


def test_page_names_the_shifts_that_require_the_qualification(manager_browser, session):
    row = make_qualification(session, "First aider")
    event = make_crew_event(session, "Street fair")
    required = {"required_qualification_ids": [row.id]}
    shift = make_shift(session, event, label="Gate", structure_configuration=required)
    path = f"{LIST}{row.id}/delete/"

    shown = manager_browser.get(path)
    manager_browser.send(path)

    assert "Shifts require this qualification. Remove it there first. Street fair: Gate" in main_text(shown)
    assert f"/shifts/{shift.id}/edit/" in shown.text
    assert "<form" not in shown.text.partition("<main")[2].partition("</main>")[0]
    assert newest(session, Qualification) is not None


def test_categories_are_added_changed_and_deleted(manager_browser, session):
    manager_browser.send(CATEGORIES, {"title": "Driving", "is_shown_with_user": "y"})
    made = newest(session, QualificationCategory)
    path, first = f"{CATEGORIES}{made.id}/", (made.title, made.is_shown_with_user)
    manager_browser.send(f"{path}edit/", {"title": "Licences", "uuid": made.uuid})
    second = (made.title, made.is_shown_with_user)
    manager_browser.send(f"{path}delete/")

    assert (first, second) == (("Driving", True), ("Licences", False))
    assert newest(session, QualificationCategory) is None


def test_category_in_use_stays(manager_browser, session):
    category_id = make_qualification(session).category_id

    manager_browser.send(f"{CATEGORIES}{category_id}/delete/")

    assert "Move them to another one first." in manager_browser.get(CATEGORIES).text
    assert newest(session, QualificationCategory) is not None


def test_others_may_not_administer_them(another_browser, session):
    another_browser.sign_in_directly(make_user_with_password(session, "ada"))
    row = make_qualification(session)

    paths = [LIST, f"{LIST}create/", f"{LIST}{row.id}/edit/", f"{LIST}{row.id}/delete/", CATEGORIES]
    paths += [f"{CATEGORIES}{row.category_id}/edit/", f"{CATEGORIES}{row.category_id}/delete/"]

    assert [another_browser.get(path).status_code for path in paths] == [403] * 7
