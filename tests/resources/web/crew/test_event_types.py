"""Pages for the administration of event types."""

import pytest
from sqlalchemy import select

from joindin.models.crew import SHOWN_TO_RESPONSIBLES, EventType
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.queries.crew.planning.event_types import load_type_links
from tests.browser_client import Browser, main_text
from tests.crew_factories import make_crew_event, make_event_type, make_qualification
from tests.factories import make_group, make_user

PATH, ENGLISH = "/settings/eventtypes/", {"Accept-Language": "en"}


@pytest.fixture
def page(app, session):
    max_ = make_user(session, "max")
    grant_permission(session, max_, "manage_event_types", actor=None)
    return Browser(app).sign_in_directly(max_)


def test_manager_creates_changes_and_deletes_a_type(session, page):
    ben, group, qualification = make_user(session, "ben"), make_group(session, "Crew"), make_qualification(session)
    fields = {"title": "Service", "color": "#FF0000", "participants_shown_to": str(SHOWN_TO_RESPONSIBLES)}
    links = {"qualifications": [qualification.id], "visible_for": [group.id], "more_responsibles": "ben"}

    reply = page.send(f"{PATH}create/", fields | links)

    (made,) = session.scalars(select(EventType))
    assert (reply.status_code, reply.location) == (302, PATH)
    assert (made.title, made.color, made.participants_shown_to) == ("Service", "#ff0000", SHOWN_TO_RESPONSIBLES)
    assert load_type_links(session, made.id) == ({qualification.id}, {group.id}, set(), {ben.id})
    assert "Service" in main_text(page.get(PATH))
    page.send(f"{PATH}{made.id}/edit/", fields | {"title": "Party"})
    session.refresh(made)
    assert (made.title, load_type_links(session, made.id)) == ("Party", (set(), set(), set(), set()))
    assert page.send(f"{PATH}{made.id}/delete/").location == PATH
    assert session.query(EventType).count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"title": ""},
        {"title": "x" * 255},
        {"color": "red"},
        {"participants_shown_to": "9"},
        {"participants_shown_to": "9" * 30},
        {"qualifications": ["99"]},
        {"visible_for": ["\0"]},
        {"more_responsibles": "ghost"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_bad_values_are_refused_and_store_nothing(session, page, changes):
    fields = {"title": "Service", "color": "#ff0000", "participants_shown_to": "0"}

    reply = page.send(f"{PATH}create/", fields | changes, headers=ENGLISH)

    assert (reply.status_code, session.query(EventType).count()) == (200, 0)


def test_type_of_an_event_stays(session, page):
    event_type = make_event_type(session)
    make_crew_event(session, type=event_type)

    page.send(f"{PATH}{event_type.id}/delete/")

    assert session.query(EventType).count() == 1


def test_pages_are_for_those_who_manage_types(app, session):
    event_type = make_event_type(session)
    planner, root = make_user(session), make_user(session, is_admin=True)
    grant_permission(session, planner, "add_event", actor=None)
    session.commit()
    paths = [PATH, f"{PATH}create/", f"{PATH}{event_type.id}/edit/", f"{PATH}{event_type.id}/delete/"]

    for user, status in ((planner, 403), (root, 200)):
        browser = Browser(app).sign_in_directly(user)
        assert [browser.get(path).status_code for path in paths] == [status] * 4
    assert Browser(app).sign_in_directly(root).get(f"{PATH}999/edit/").status_code == 404
