"""Privileged operations of the crew: rows of the table in ``test_audit.py``."""

import datetime as dt
from decimal import Decimal

from joindin.models.crew import CrewDetails
from joindin.operations.crew.administration.building_blocks import (
    BlockFields,
    create_building_block,
    delete_building_block,
    update_building_block,
)
from joindin.operations.crew.administration.members import (
    MemberFields,
    create_member,
    delete_member,
    set_member_active,
)
from joindin.operations.crew.administration.questions import (
    QuestionFields,
    create_question,
    set_question_archived,
    update_question,
)
from joindin.operations.crew.event_access import set_event_draft, set_event_holders
from joindin.operations.crew.event_types import (
    EventTypeFields,
    create_event_type,
    delete_event_type,
    update_event_type,
)
from joindin.operations.crew.guest_shares import set_guest_share
from joindin.operations.crew.profiles import edit_crew_profile, edit_person, revoke_crew_access
from joindin.operations.crew.qualification_grants import grant_qualification, withdraw_qualification
from joindin.operations.crew.qualifications import (
    CategoryFields,
    QualificationFields,
    create_category,
    create_qualification,
    delete_category,
    delete_qualification,
    update_category,
    update_qualification,
)
from joindin.operations.crew.secret_addresses import (
    CALENDAR,
    SHIFTS_EXPORT,
    create_secret_address,
    delete_secret_address,
)
from joindin.operations.crew.working_hours import (
    HoursFields,
    add_working_hours,
    delete_working_hours,
    edit_working_hours,
)
from tests import crew_factories
from tests.crew_factories import (
    make_building_block,
    make_crew_event,
    make_event_type,
    make_qualification,
    make_qualification_category,
    make_question,
    make_shift,
    make_working_hours,
)
from tests.factories import NOW

CATEGORY = CategoryFields("Driving")
SIZE = QuestionFields("Size", "Which size?")
SERVICE, AMBULANCE = EventTypeFields("Service"), BlockFields("Ambulance")


def qualification_fields(category, title="Driver"):
    return QualificationFields(title, "D", category.id)


def edit_first_aider(session, actor):
    row = make_qualification(session, "First aider")
    fields = QualificationFields("Paramedic", "P", row.category_id)
    update_qualification(session, row.id, fields, actor=actor)


def withdraw_first_aider(session, user, actor):
    row = make_qualification(session, "First aider")
    crew_factories.grant_qualification(session, user, row)
    withdraw_qualification(session, user.id, row.id, actor=actor)


def set_viewing_group(session, event, group, actor):
    session.add(CrewDetails(event_id=event.id, event_type_id=make_event_type(session).id))
    set_event_holders(session, event.id, visible_group_ids=[group.id], actor=actor)


def make_crew_question(session):
    return make_question(session, make_shift(session, make_crew_event(session)), "Food")


def activate(session, actor):
    event = crew_factories.make_crew_event(session, "Congress", is_draft=True)
    crew_factories.make_shift(session, event)
    set_event_draft(session, event.id, False, actor=actor)


HOURS = HoursFields(dt.date(2026, 3, 1), Decimal("2.50"), "Depot")

# The call, then the action, the type of subject, its name and the changes of the entry.
PRIVILEGED_IN_CREW = {
    create_secret_address: (
        lambda s, w: create_secret_address(s, CALENDAR, actor=w.root), "calendar.create", "user", "root", {},
    ),
    delete_secret_address: (
        lambda s, w: delete_secret_address(s, SHIFTS_EXPORT, actor=w.root), "shifts_export.delete", "user", "root", {},
    ),
    create_qualification: (
        lambda s, w: create_qualification(s, qualification_fields(make_qualification_category(s)), actor=w.root),
        "qualification.create", "qualification", "Driver", {},
    ),
    update_qualification: (
        lambda s, w: edit_first_aider(s, w.root), "qualification.edit", "qualification", "Paramedic", {},
    ),
    delete_qualification: (
        lambda s, w: delete_qualification(s, make_qualification(s, "First aider").id, actor=w.root),
        "qualification.delete", "qualification", "First aider", {},
    ),
    create_category: (
        lambda s, w: create_category(s, CATEGORY, actor=w.root),
        "category.create", "category", "Driving", {},
    ),
    update_category: (
        lambda s, w: update_category(s, make_qualification_category(s).id, CATEGORY, actor=w.root),
        "category.edit", "category", "Driving", {},
    ),
    delete_category: (
        lambda s, w: delete_category(s, make_qualification_category(s).id, actor=w.root),
        "category.delete", "category", "Medical", {},
    ),
    grant_qualification: (
        lambda s, w: grant_qualification(
            s, w.ada.id, make_qualification(s, "First aider").id, expires_at=NOW, actor=w.root
        ),
        "user.grant_qualification", "user", "ada",
        {"qualification": [None, "First aider"], "expires": [None, NOW.date().isoformat()]},
    ),
    withdraw_qualification: (
        lambda s, w: withdraw_first_aider(s, w.ada, w.root),
        "user.withdraw_qualification", "user", "ada", {"qualification": ["First aider", None]},
    ),
    create_event_type: (
        lambda s, w: create_event_type(s, SERVICE, actor=w.root), "event_type.create", "event_type", "Service", {},
    ),
    update_event_type: (
        lambda s, w: update_event_type(s, make_event_type(s).id, SERVICE, actor=w.root),
        "event_type.edit", "event_type", "Service", {},
    ),
    delete_event_type: (
        lambda s, w: delete_event_type(s, make_event_type(s, "Party").id, actor=w.root),
        "event_type.delete", "event_type", "Party", {},
    ),
    create_building_block: (
        lambda s, w: create_building_block(s, AMBULANCE, actor=w.root),
        "building_block.create", "building_block", "Ambulance", {},
    ),
    update_building_block: (
        lambda s, w: update_building_block(s, make_building_block(s).id, AMBULANCE, actor=w.root),
        "building_block.edit", "building_block", "Ambulance", {},
    ),
    delete_building_block: (
        lambda s, w: delete_building_block(s, make_building_block(s, "Van").id, actor=w.root),
        "building_block.delete", "building_block", "Van", {},
    ),
    create_member: (
        lambda s, w: create_member(
            s, MemberFields("Eve", "eve@example.org"), actor=w.root, now=NOW, today=NOW.date()
        ),
        "user.create", "user", "Eve", {},
    ),
    set_member_active: (
        lambda s, w: set_member_active(s, w.ada.id, False, actor=w.root),
        "user.deactivate", "user", "ada", {"active": [True, False]},
    ),
    delete_member: (
        lambda s, w: delete_member(s, w.ada.id, actor=w.root),
        "user.delete", "user", lambda w: f"deleted account {w.ada_id}", {},
    ),
    create_question: (
        lambda s, w: create_question(s, SIZE, actor=w.root), "question.create", "question", "Size", {},
    ),
    update_question: (
        lambda s, w: update_question(s, make_crew_question(s).id, SIZE, actor=w.root),
        "question.edit", "question", "Size", {},
    ),
    set_question_archived: (
        lambda s, w: set_question_archived(s, make_crew_question(s).id, True, actor=w.root),
        "question.edit", "question", "Food", {"archived": [False, True]},
    ),
    set_event_holders: (
        lambda s, w: set_viewing_group(s, w.event, w.group, w.root),
        "group.permit", "group", "Kitchen",
        lambda w: {"permission": [None, "view_event"], "for": [None, f"event {w.event.id}"]},
    ),
    set_event_draft: (
        lambda s, w: activate(s, w.root), "event.edit", "event", "Congress", {"draft": [True, False]},
    ),
    set_guest_share: (
        lambda s, w: set_guest_share(s, crew_factories.make_crew_event(s, "Congress").id, True, actor=w.root),
        "event.share", "event", "Congress", {"guest link": [False, True]},
    ),
    edit_person: (
        lambda s, w: edit_person(
            s, w.ada.id, full_name="Ada Byron", fields={"phone": "+49 1"}, actor=w.root, today=NOW.date()
        ),
        "user.edit_crew_profile", "user", "ada", {"phone": ["one", "another"]},
    ),
    edit_crew_profile: (
        lambda s, w: edit_crew_profile(s, w.ada.id, {"phone": "+49 1"}, actor=w.root, today=NOW.date()),
        "user.edit_crew_profile", "user", "ada", {"phone": ["one", "another"]},
    ),
    revoke_crew_access: (
        lambda s, w: revoke_crew_access(s, w.ada.id, actor=w.root, now=NOW), "user.secure", "user", "ada", {},
    ),
    add_working_hours: (
        lambda s, w: add_working_hours(s, w.ada.id, HOURS, actor=w.root),
        "user.add_hours", "user", "ada", {"hours": [None, "2.50 on 2026-03-01"]},
    ),
    edit_working_hours: (
        lambda s, w: edit_working_hours(s, make_working_hours(s, w.ada, hours="1.00").id, HOURS, actor=w.root),
        "user.edit_hours", "user", "ada", {"hours": ["1.00 on 2026-03-01", "2.50 on 2026-03-01"]},
    ),
    delete_working_hours: (
        lambda s, w: delete_working_hours(s, make_working_hours(s, w.ada).id, actor=w.root),
        "user.delete_hours", "user", "ada", {"hours": ["2.50 on 2026-03-01", None]},
    ),
}  # fmt: skip
