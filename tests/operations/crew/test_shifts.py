"""Events, shifts and consequences, as planners change them."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from joindin.errors import Conflict, NotFound
from joindin.models import Event, GrantedPermission
from joindin.models.crew import (
    CONFIRMED,
    DENIED,
    EXECUTED,
    FAILED,
    GRANT_QUALIFICATION,
    Consequence,
    CrewDetails,
    Participation,
    QualificationGrant,
    Shift,
    ShiftQuestion,
    WaitingListEntry,
    WorkingHours,
    event_type_visible_groups,
)
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.operations.agenda.editing import delete_event
from joindin.operations.agenda.flyers import FlyerStore
from joindin.operations.crew.consequences import confirm_consequence, deny_consequence
from joindin.operations.crew.errors import InvalidCrewField
from joindin.operations.crew.event_copies import copy_crew_event
from joindin.operations.crew.events import CrewEventFields, create_crew_event, delete_crew_event, update_crew_event
from joindin.operations.crew.shifts import ShiftFields, copy_shift, create_shift, delete_shift, update_shift
from joindin.operations.crew.signup import sign_up
from joindin.operations.crew.waiting_list import join_waiting_list
from joindin.operations.crew.working_hours import request_working_hours
from joindin.queries.crew.participants import Participant
from joindin.queries.crew.qualifications import USER
from joindin.queries.crew.questionnaires import list_questions
from joindin.utils.datetimes import utc_now
from joindin.utils.media.local_folder import LocalFolder
from tests.browser_client import Browser
from tests.crew_factories import (
    let_see,
    make_consequence,
    make_crew_event,
    make_event_type,
    make_participation,
    make_qualification,
    make_question,
    make_shift,
)
from tests.factories import NOW, days_from_now, make_event, make_group, make_user

TIMES = {"now": NOW, "timezone": "Europe/Berlin"}
START = days_from_now(20)
FIELDS = ShiftFields(
    label="Early",
    meets_at=START - dt.timedelta(minutes=15),
    starts_at=START,
    ends_at=START + dt.timedelta(hours=3),
    signup_flow_slug="instant_confirmation",
    signup_flow_configuration={},
    structure_slug="uniform",
    structure_configuration={"maximum_number_of_participants": 1},
)


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def draft(session):
    return make_crew_event(session, is_draft=True)


def test_the_first_shift_makes_a_draft_active(session, draft):
    shift = create_shift(session, draft.id, FIELDS)

    details = session.get(CrewDetails, draft.id)
    assert (details.is_draft, details.shifts_start_at, details.shifts_end_at) == (False, START, FIELDS.ends_at)
    assert (draft.starts_at, draft.ends_at) == (START, FIELDS.ends_at)
    assert shift.signup_flow_configuration == {
        "signup_until": None, "user_can_decline_confirmed": False, "user_can_customize_signup_times": True
    }  # fmt: skip
    assert shift.structure_configuration == {
        "minimum_age": None, "minimum_number_of_participants": None, "maximum_number_of_participants": 1,
        "required_qualification_ids": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"meets_at": START + dt.timedelta(seconds=1)}, "meeting_time"),
        ({"ends_at": START}, "end_time"),
        ({"signup_flow_slug": "lottery"}, "signup_flow_slug"),
        ({"structure_slug": "gallery"}, "structure_slug"),
        ({"signup_flow_configuration": []}, "signup_flow_configuration"),
        ({"signup_flow_configuration": {"signup_until": 5}}, "signup_flow_configuration"),
        ({"signup_flow_configuration": {"signup_until": "0001-01-01T00:00:00+09:00"}}, "signup_flow_configuration"),
        ({"signup_flow_configuration": {"user_can_decline_confirmed": "yes"}}, "signup_flow_configuration"),
        ({"signup_flow_slug": "coupled"}, "signup_flow_configuration"),
        (
            {"signup_flow_slug": "coupled", "signup_flow_configuration": {"leader_shift_id": 10**20}},
            "signup_flow_configuration",
        ),
        (
            {"signup_flow_slug": "manual", "signup_flow_configuration": {"no_selfservice_explanation": "\0"}},
            "signup_flow_configuration",
        ),
        ({"structure_configuration": {"minimum_age": -1}}, "structure_configuration"),
        ({"structure_configuration": {"minimum_age": True}}, "structure_configuration"),
        ({"structure_configuration": {"required_qualification_ids": [4711]}}, "structure_configuration"),
        ({"structure_configuration": {"required_qualification_ids": ["1"]}}, "structure_configuration"),
        (
            {
                "structure_configuration": {
                    "minimum_number_of_participants": 3, "maximum_number_of_participants": 2
                }
            },
            "structure_configuration",
        ),
        (
            {"structure_slug": "complex", "structure_configuration": {"starting_blocks": [{}]}},
            "structure_configuration",
        ),
        ({"structure_slug": "named_teams", "structure_configuration": {"teams": [1]}}, "structure_configuration"),
        (
            {"structure_slug": "named_teams", "structure_configuration": {"teams": [{"title": "\ud800"}]}},
            "structure_configuration",
        ),
    ],
)  # fmt: skip
def test_unacceptable_shifts_are_not_stored(session, draft, changes, field):
    with pytest.raises(InvalidCrewField) as refused:
        create_shift(session, draft.id, replace(FIELDS, **changes))

    assert refused.value.field == field
    session.rollback()
    assert count(session, Shift) == 0


def test_more_places_go_to_the_waiting_list(session, draft):
    shift = create_shift(session, draft.id, FIELDS)
    ben, carl = make_user(session), make_user(session)
    sign_up(session, Participant(USER, ben.id), shift.id, **TIMES)
    let_see(session, draft, carl)
    join_waiting_list(session, carl.id, shift.id, **TIMES)

    more = replace(FIELDS, structure_configuration={"maximum_number_of_participants": 2})
    update_shift(session, shift.id, more, **TIMES)

    rows = select(Participation.user_id).where(Participation.state == CONFIRMED).order_by(Participation.id)
    assert session.scalars(rows).all() == [ben.id, carl.id]


def test_coupling_copies_everyone(session, draft):
    leader = create_shift(session, draft.id, FIELDS)
    ben = make_user(session)
    make_participation(session, leader, ben)
    make_participation(session, leader, placeholder_name="Red Cross")
    coupled = replace(FIELDS, signup_flow_slug="coupled", signup_flow_configuration={"leader_shift_id": leader.id})

    follower = create_shift(session, draft.id, coupled)

    rows = session.scalars(select(Participation).filter_by(shift_id=follower.id).order_by(Participation.id)).all()
    assert [(row.user_id, row.placeholder_name, row.state) for row in rows] == [
        (ben.id, None, CONFIRMED), (None, "Red Cross", CONFIRMED)
    ]  # fmt: skip
    with pytest.raises(Conflict):
        delete_shift(session, leader.id)
    with pytest.raises(Conflict):
        update_shift(
            session, leader.id, replace(coupled, signup_flow_configuration={"leader_shift_id": follower.id}), **TIMES
        )


def test_a_copy_has_no_people_and_the_last_shift_stays(session, draft):
    shift = create_shift(session, draft.id, FIELDS)
    make_participation(session, shift, make_user(session))

    copy = copy_shift(session, shift.id, draft.id, by=dt.timedelta(days=1))

    assert (copy.label, copy.starts_at, count(session, Participation)) == ("Early", START + dt.timedelta(days=1), 1)
    delete_shift(session, shift.id)
    assert session.scalars(select(Shift.id)).all() == [copy.id]
    assert session.get(CrewDetails, draft.id).shifts_start_at == copy.starts_at
    with pytest.raises(Conflict):
        delete_shift(session, copy.id)
    with pytest.raises(NotFound):
        delete_shift(session, shift.id)


def test_a_copy_asks_the_questions_in_their_order(session, draft):
    shift = create_shift(session, draft.id, FIELDS)
    first, last = (make_question(session, make_shift(session, draft)) for _ in range(2))
    for question in (last, first):
        session.add(ShiftQuestion(shift_id=shift.id, question_id=question.id))
        session.flush()

    copy = copy_shift(session, shift.id, draft.id, by=dt.timedelta(days=1))

    assert [each.id for each in list_questions(session.connection(), copy.id)] == [last.id, first.id]


def test_a_copy_of_an_event_has_its_shifts_and_responsibles(session, host):
    member, group, actor = make_user(session), make_group(session), make_user(session)
    event = make_crew_event(session, "Fair", seen_by=[member, group], changed_by=[host])
    leader = create_shift(session, event.id, FIELDS)
    make_participation(session, leader, member)
    coupled = {"signup_flow_slug": "coupled", "signup_flow_configuration": {"leader_shift_id": leader.id}}
    create_shift(session, event.id, replace(FIELDS, label="Late", **coupled))

    copy = copy_crew_event(session, event.id, by=dt.timedelta(days=7), actor_id=actor.id, now=NOW)

    shifts = session.scalars(select(Shift).filter_by(event_id=copy.id).order_by(Shift.id)).all()
    assert [(shift.label, shift.starts_at) for shift in shifts] == [
        ("Early", START + dt.timedelta(days=7)), ("Late", START + dt.timedelta(days=7))
    ]  # fmt: skip
    assert shifts[1].signup_flow_configuration == {"leader_shift_id": shifts[0].id}
    people = select(Participation.id).where(Participation.shift_id.in_([shift.id for shift in shifts]))
    assert session.scalars(people).all() == []
    granted = select(GrantedPermission.permission, GrantedPermission.user_id, GrantedPermission.group_id)
    assert set(session.execute(granted.where(GrantedPermission.on_event_id == copy.id))) == {
        ("view_event", None, group.id),
        *((name, user.id, None) for user in (host, actor) for name in ("view_event", "change_event")),
    }
    details = session.get(CrewDetails, copy.id)
    assert (details.is_draft, details.shifts_start_at) == (False, START + dt.timedelta(days=7))
    with pytest.raises(NotFound):
        copy_crew_event(session, 999, by=dt.timedelta(), actor_id=actor.id, now=NOW)


def test_a_new_event_is_a_draft_with_its_creator_as_responsible(session):
    event_type = make_event_type(session)
    planner, own, other = make_user(session), make_group(session), make_group(session)
    grant_permission(session, planner, "publish_event_for_group", own, actor=None)
    session.execute(event_type_visible_groups.insert().values(event_type_id=event_type.id, group_id=other.id))
    fields = CrewEventFields("Marathon", "Run", "Park", event_type.id)

    event = create_crew_event(session, planner, fields, **TIMES)

    assert session.get(CrewDetails, event.id).is_draft
    assert event.is_private
    granted = select(GrantedPermission.permission, GrantedPermission.user_id, GrantedPermission.group_id)
    rows = session.execute(granted.where(GrantedPermission.on_event_id == event.id).order_by(GrantedPermission.id))
    assert rows.all() == [
        ("view_event", planner.id, None), ("change_event", planner.id, None), ("view_event", None, own.id)
    ]  # fmt: skip
    for bad in ({"visible_group_ids": [other.id]}, {"fields": replace(fields, event_type_id=999)}):
        with pytest.raises(InvalidCrewField):
            create_crew_event(session, planner, **{"fields": fields, **TIMES, **bad})


def test_of_a_public_event_only_the_crew_is_changed_and_deleted(session, host):
    event = make_event(session, host=host)
    event_type = make_event_type(session)
    session.add(CrewDetails(event_id=event.id, event_type_id=event_type.id))
    session.flush()
    make_shift(session, event)
    fields = CrewEventFields(event.name, event.description, event.location, make_event_type(session).id)

    with pytest.raises(InvalidCrewField):
        update_crew_event(session, event.id, replace(fields, title="Other"), actor_id=host.id)
    session.expire_all()
    update_crew_event(session, event.id, fields, actor_id=host.id)
    assert session.get(CrewDetails, event.id).event_type_id == fields.event_type_id
    delete_crew_event(session, event.id, actor_id=host.id)

    assert (count(session, Event), count(session, CrewDetails), count(session, Shift)) == (1, 0, 0)


@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("deletion", ["of the crew", "of the event"])
def test_people_of_a_deleted_event_get_places_elsewhere(session, host, is_public, deletion):
    """Ada waits for a shift that overlaps with the one of the event, and ben for a shift of the event itself."""
    ada, ben = make_user(session, "ada"), make_user(session, "ben")
    event, other = make_crew_event(session, is_private=not is_public), make_crew_event(session)
    let_see(session, event, ada, ben)
    let_see(session, other, ada)
    shift, later = make_shift(session, event, starts_at=START), create_shift(session, other.id, FIELDS)
    make_participation(session, shift, ada)
    session.add_all(
        WaitingListEntry(shift_id=shift_id, user_id=user.id, created_at=NOW)
        for shift_id, user in ((later.id, ada), (shift.id, ben))
    )
    session.flush()

    if deletion == "of the crew":
        delete_crew_event(session, event.id, actor_id=host.id)
    else:
        delete_event(session, event.id, actor=host, files=FlyerStore(LocalFolder("")))

    rows = session.execute(select(Participation.shift_id, Participation.user_id, Participation.state)).all()
    assert rows == [(later.id, ada.id, CONFIRMED)]
    assert count(session, WaitingListEntry) == 0
    assert count(session, Event) == (2 if is_public and deletion == "of the crew" else 1)


def test_an_event_for_the_crew_is_changed_and_deleted(session, host, draft):
    make_shift(session, draft)
    event_type_id = session.get(CrewDetails, draft.id).event_type_id
    update_crew_event(session, draft.id, CrewEventFields("New", "", "", event_type_id), actor_id=host.id)
    assert draft.name == "New"

    delete_crew_event(session, draft.id, actor_id=host.id)

    assert (count(session, Event), count(session, Shift)) == (0, 0)


def test_requested_hours_count_once_they_are_confirmed(session, host):
    requested = request_working_hours(
        session, host.id, worked_on=dt.date(2026, 5, 1), hours=Decimal("2.5"), reason=" Setup "
    )
    assert count(session, WorkingHours) == 0
    deny_consequence(session, requested.id)
    assert requested.state == DENIED

    confirm_consequence(session, requested.id)

    row = session.scalars(select(WorkingHours)).one()
    assert (row.user_id, row.hours, row.reason, row.worked_on) == (
        host.id, Decimal("2.50"), "Setup", dt.date(2026, 5, 1)
    )  # fmt: skip
    assert requested.state == EXECUTED
    for decide in (confirm_consequence, deny_consequence):
        with pytest.raises(Conflict):
            decide(session, requested.id)
    assert count(session, WorkingHours) == 1


@pytest.mark.parametrize("hours", ["0", "-1", "0.001", "100000", "NaN", "Infinity"])
def test_unacceptable_hours_are_not_requested(session, host, hours):
    with pytest.raises(InvalidCrewField):
        request_working_hours(session, host.id, worked_on=dt.date(2026, 5, 1), hours=Decimal(hours), reason="x")

    assert count(session, Consequence) == 0


@pytest.mark.parametrize(
    ("before", "expires", "after"),
    [(None, 5, 5), (3, 5, 5), (7, 5, 7), (3, None, None)],
)
def test_a_qualification_is_granted_or_extended(session, host, before, expires, after):
    qualification, now = make_qualification(session), utc_now()

    def at(days):
        return now + dt.timedelta(days=days) if days else None

    if before:
        session.add(QualificationGrant(user_id=host.id, qualification_id=qualification.id, expires_at=at(before)))
    data = {
        "qualification_id": qualification.id, "event_id": None,
        "expires": at(expires).isoformat() if expires else None,
    }  # fmt: skip
    consequence = Consequence(slug=GRANT_QUALIFICATION, user_id=host.id, data=data)
    session.add(consequence)
    session.flush()

    confirm_consequence(session, consequence.id)

    assert session.scalars(select(QualificationGrant.expires_at)).all() == [at(after)]


@pytest.mark.parametrize("hours", ["NaN", "Infinity", "1e30", "100000", "-1", "0"])
def test_unusable_hours_of_an_import_fail(session, host, hours):
    data = {"hours": hours, "date": "2026-03-01", "reason": "Depot"}

    assert confirm_consequence(session, make_consequence(session, host, data=data).id).state == FAILED
    assert count(session, WorkingHours) == 0


def test_a_long_reason_of_an_import_is_cut_and_has_no_control_characters(session, host):
    data = {"hours": "2", "date": "2026-03-01", "reason": "a\0" + "b" * 2000}

    confirm_consequence(session, make_consequence(session, host, data=data).id)

    assert session.scalars(select(WorkingHours.reason)).one() == "a" + "b" * 1023


@pytest.mark.parametrize("expires", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_an_expiry_without_a_local_time_is_shown(app, session, host, expires):
    """Imports have it. In some time zones it is outside the range of dates."""
    data = {"qualification_id": make_qualification(session).id, "event_id": None, "expires": expires}
    browser = Browser(app).sign_in_directly(make_user(session, is_admin=True))
    consequence = make_consequence(session, host, slug=GRANT_QUALIFICATION, data=data)
    session.commit()
    assert browser.get("/consequences/").status_code == 200

    confirm_consequence(session, consequence.id)

    session.commit()
    assert browser.get(f"/users/{host.id}/").status_code == 200


def test_unusable_data_fails(session, host):
    for slug, data in (("unknown", {}), (GRANT_QUALIFICATION, {"qualification_id": 9}), (GRANT_QUALIFICATION, {})):
        consequence = Consequence(slug=slug, user_id=host.id, data=data)
        session.add(consequence)
        session.flush()
        assert confirm_consequence(session, consequence.id).state == FAILED
