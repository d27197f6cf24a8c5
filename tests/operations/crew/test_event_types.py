"""Administration of event types."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from joindin.errors import Conflict, NotFound
from joindin.models.crew import (
    SHOWN_TO_EVERYONE,
    EventType,
    event_type_qualifications,
    event_type_responsible_groups,
    event_type_responsible_users,
    event_type_visible_groups,
)
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.event_types import (
    EventTypeFields,
    create_event_type,
    delete_event_type,
    update_event_type,
)
from tests.crew_factories import make_crew_event, make_event_type, make_qualification
from tests.factories import make_group, make_user

TABLES = (
    event_type_qualifications,
    event_type_visible_groups,
    event_type_responsible_groups,
    event_type_responsible_users,
)
SERVICE = EventTypeFields("Service")


@pytest.fixture
def admin(session):
    return make_user(session, "root", is_admin=True)


def linked_ids(session):
    return [[row[1] for row in session.execute(select(table).order_by(*table.columns))] for table in TABLES]


def test_a_type_is_created_and_changed_with_everything_that_its_events_get(session, admin):
    medic, kitchen, ada = make_qualification(session), make_group(session), make_user(session)

    made = create_event_type(
        session,
        EventTypeFields(
            "Service",
            color="#AABBCC",
            participants_shown_to=SHOWN_TO_EVERYONE,
            default_description=" Bring\nshoes ",
            qualification_ids=[medic.id],
            visible_group_ids=[kitchen.id, kitchen.id],
            responsible_group_ids=[kitchen.id],
            responsible_user_ids=[ada.id],
        ),
        actor=admin,
    )

    assert (made.title, made.color, made.participants_shown_to, made.default_description) == (
        "Service", "#aabbcc", SHOWN_TO_EVERYONE, "Bring\nshoes",
    )  # fmt: skip
    assert linked_ids(session) == [[medic.id], [kitchen.id], [kitchen.id], [ada.id]]
    update_event_type(session, made.id, EventTypeFields("Party", responsible_user_ids=[admin.id]), actor=admin)
    assert (made.title, made.default_description) == ("Party", None)
    assert linked_ids(session) == [[], [], [], [admin.id]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"color": "red"}, "color"),
        ({"participants_shown_to": 4}, "show_participant_data"),
        ({"qualification_ids": [999]}, "qualifications"),
        ({"visible_group_ids": [999]}, "visible_for"),
        ({"responsible_group_ids": [999]}, "responsible_groups"),
        ({"responsible_user_ids": [999]}, "responsible_users"),
    ],
)
def test_an_invalid_type_is_refused(session, admin, changes, field):
    with pytest.raises(InvalidCrewField) as refused, session.begin_nested():
        create_event_type(session, replace(SERVICE, **changes), actor=admin)

    assert refused.value.field == field
    assert session.scalars(select(EventType)).all() == []


def test_a_type_of_events_is_not_deleted(session, admin):
    used, free = make_event_type(session), make_event_type(session)
    make_crew_event(session, type=used)

    with pytest.raises(Conflict):
        delete_event_type(session, used.id, actor=admin)
    delete_event_type(session, free.id, actor=admin)

    assert session.scalars(select(EventType.id)).all() == [used.id]
    with pytest.raises(NotFound):
        update_event_type(session, free.id, SERVICE, actor=admin)
