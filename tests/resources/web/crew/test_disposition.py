"""Disposition page: who sees it, decisions, added people, warnings, and its cost."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from joindin.models.crew import CONFIRMED, GETTING_DISPATCHED, REQUESTED, Participation, ParticipationComment
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.browser_client import Browser, form_fields, main_text
from tests.crew_factories import (
    grant_qualification,
    make_crew_event,
    make_participation,
    make_qualification,
    make_shift,
)
from tests.factories import make_group, make_user

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def paula(session):
    return make_user(session, "paula", full_name="Paula Planner")


@pytest.fixture
def event(session, paula):
    return make_crew_event(session, "Night Watch", changed_by=[paula])


@pytest.fixture
def shift(session, event):
    return make_shift(session, event, label="Gate", flow="request_confirm")


@pytest.fixture
def page(app, session, paula):
    browser = Browser(app).sign_in_directly(paula)
    session.commit()
    return browser


def path_of(shift, more=""):
    return f"/shifts/{shift.id}/disposition/{more}"


def read(page, shift):
    reply = page.get(path_of(shift), headers=ENGLISH)
    return reply, {
        name: value
        for name, value in form_fields(reply.text).items()
        if name.startswith("participations") and not name.endswith("_is_internal")
    }


def test_qualifications_are_in_the_order_of_their_grants(session, page, shift):
    person = make_user(session)
    first, second, third = (make_qualification(session, abbreviation) for abbreviation in ("AA", "BB", "CC"))
    for qualification in (second, third, first):
        grant_qualification(session, person, qualification)
    make_participation(session, shift, person)
    session.commit()

    assert "BB, CC, AA" in main_text(page.get(path_of(shift), headers=ENGLISH))


@pytest.mark.slow("five requests of each of eight people")
def test_disposition_is_for_those_who_may_change_the_event(app, session, event, shift, paula):
    volunteer, by_group, manager = make_user(session), make_user(session), make_user(session)
    staff, root, other = make_user(session), make_user(session, is_admin=True), make_user(session)
    group = make_group(session, members=[by_group])
    for permission in ("view_event", "change_event"):
        grant_permission(session, group, permission, event, actor=None)
    grant_permission(session, manager, "change_event", actor=None)
    grant_permission(session, staff, "manage_groups", actor=None)
    make_participation(session, shift, volunteer)
    grant_permission(session, volunteer, "view_event", event, actor=None)
    draft = make_shift(session, make_crew_event(session, is_draft=True))
    session.commit()

    def statuses(user):
        browser = Browser(app).sign_in_directly(user)
        token = {"csrfmiddlewaretoken": browser.token("/accounts/profile/")}
        return [
            browser.get(path_of(shift)).status_code,
            browser.post(path_of(shift), token | {"participations-TOTAL_FORMS": "0"}).status_code,
            browser.post(path_of(shift, "add-user/"), token | {"user": "999999"}).status_code,
            browser.post(path_of(shift, "add-placeholder/"), token).status_code,
            browser.get(path_of(draft)).status_code,
        ]

    allowed, refused = [200, 302, 404, 400], [403, 403, 403, 403]
    assert statuses(paula) == [*allowed, 404]
    assert statuses(by_group) == [*allowed, 404]
    assert statuses(manager) == [*allowed, 200]
    assert statuses(root) == [*allowed, 200]
    assert [statuses(user) for user in (volunteer, staff, other)] == [[*refused, 404]] * 3
    visitor = Browser(app).get(path_of(shift))
    assert (visitor.status_code, visitor.location) == (302, f"/accounts/login/?next=/shifts/{shift.id}/disposition/")
    assert session.get(Participation, 1).state == CONFIRMED
    assert Browser(app).sign_in_directly(paula).get("/shifts/999/disposition/").status_code == 404


def test_responsible_confirms_with_times_and_a_comment(session, page, shift):
    anna = make_user(session, full_name="Anna Adams")
    row = make_participation(session, shift, anna, state=REQUESTED)
    reply, fields = read(page, shift)
    assert "Anna Adams" in main_text(reply)

    first = "participations-0-"
    fields |= {f"{first}state": "1", f"{first}individual_start_time_1": "23:59", f"{first}comment": "welcome"}
    fields[f"{first}individual_end_time_0"] = "2033-12-31"
    reply = page.send(path_of(shift), fields, headers=ENGLISH)

    assert (reply.status_code, reply.location) == (302, f"/events/{shift.event_id}-night-watch/")
    session.refresh(row)
    ends_on = row.individual_ends_at.astimezone(ZoneInfo("Europe/Berlin")).date()
    assert (row.state, ends_on) == (CONFIRMED, dt.date(2033, 12, 31))
    comment = session.query(ParticipationComment).one()
    assert (comment.text, comment.visibility) == ("welcome", 1)


def test_row_that_was_left_alone_keeps_what_its_person_changed(session, page, shift):
    row = make_participation(session, shift, make_user(session), state=REQUESTED)
    _reply, fields = read(page, shift)
    row.state, row.individual_ends_at = 2, shift.starts_at
    session.commit()

    page.send(path_of(shift), fields | {"participations-0-state": "0"})

    session.refresh(row)
    assert (row.state, row.individual_ends_at) == (2, shift.starts_at)


def test_one_row_without_a_team_refuses_the_whole_form(session, page, event):
    shift = make_shift(
        session, event, structure="named_teams", structure_configuration={"teams": [{"uuid": "alpha", "title": "A"}]}
    )
    rows = [make_participation(session, shift, make_user(session), state=REQUESTED) for _ in range(2)]
    _reply, fields = read(page, shift)
    fields |= {"participations-0-state": "1", "participations-0-team": "alpha", "participations-1-state": "1"}

    reply = page.send(path_of(shift), fields | {"participations-1-team": ""}, headers=ENGLISH)

    assert reply.status_code == 200
    assert "You must select a team when confirming a participation." in main_text(reply)
    session.expire_all()
    assert [row.state for row in rows] == [REQUESTED, REQUESTED]
    page.send(path_of(shift), fields | {"participations-1-team": "alpha"})
    session.expire_all()
    assert [row.structure_data for row in rows] == [{"dispatched_team_uuid": "alpha"}] * 2


def test_people_are_searched_and_added_without_javascript(session, page, shift):
    first = make_participation(session, shift, make_user(session), state=REQUESTED)
    ben = make_user(session, "ben", full_name="Ben Baker")
    make_user(session, "benno", full_name="Benno Gone", is_active=False)
    _reply, fields = read(page, shift)
    fields |= {"participations-0-state": "1", "participations-0-comment": "not saved yet"}

    found = page.send(path_of(shift), fields | {"search": "1", "user_name": "BAKER ben"}, headers=ENGLISH)
    assert "Ben Baker" in main_text(found)
    assert "Benno" not in main_text(found)
    added = page.send(path_of(shift, "add-user/"), fields | {"user": str(ben.id)}, path_of(shift), headers=ENGLISH)
    page.send(path_of(shift, "add-placeholder/"), fields | {"display_name": "Red Cross"}, path_of(shift))

    assert form_fields(added.text)["participations-0-comment"] == "not saved yet"
    states = {row.placeholder_name or row.user_id: row.state for row in session.query(Participation)}
    assert states == {first.user_id: REQUESTED, ben.id: GETTING_DISPATCHED, "Red Cross": GETTING_DISPATCHED}
    _reply, fields = read(page, shift)
    page.send(path_of(shift), fields | {"participations-0-state": "1", "participations-1-state": "4"})
    states = {row.placeholder_name or row.user_id: row.state for row in session.query(Participation)}
    assert states == {first.user_id: REQUESTED, ben.id: CONFIRMED}


def test_added_person_alone_is_a_fragment_of_the_form(session, page, shift):
    ben = make_user(session, full_name="Ben Baker")

    reply = page.send(path_of(shift, "add-user/"), {"user": str(ben.id), "new_index": "7"}, path_of(shift))

    assert form_fields(reply.text)["participations-7-id"] == str(session.query(Participation).one().id)
    assert "<html" not in reply.text


def test_warnings_name_conflicts_qualifications_and_full_shifts(session, page, event):
    needed = make_qualification(session, "PAR")
    configuration = {"maximum_number_of_participants": 1, "required_qualification_ids": [needed.id]}
    shift = make_shift(session, event, label="Gate", structure_configuration=configuration)
    anna, ben = make_user(session, full_name="Anna"), make_user(session, full_name="Ben")
    grant_qualification(session, anna, needed)
    make_participation(session, shift, anna)
    make_participation(session, shift, ben, state=REQUESTED)
    make_participation(session, make_shift(session, event, label="Bar"), ben)

    reply, fields = read(page, shift)
    text = main_text(reply)

    assert text.count("Warning:") == 3
    for warning in (
        "The qualification for this shift is missing.",
        "for another shift at this time: Bar",
        "All places",
    ):
        assert warning in text
    page.send(path_of(shift), fields | {"participations-0-state": "1", "participations-1-state": "1"})
    assert {row.state for row in session.query(Participation)} == {CONFIRMED}
    assert "More people are confirmed than there are places." in main_text(read(page, shift)[0])


@pytest.mark.parametrize(
    "changes",
    [
        {"participations-TOTAL_FORMS": "99999999999999999999"},
        {"participations-TOTAL_FORMS": "x"},
        {"participations-0-id": "9" * 30},
        {"participations-0-id": "\0"},
        {"participations-0-state": "7"},
        {"participations-0-state": "1" * 30},
        {"participations-0-individual_start_time_0": "0001-01-01"},
        {"participations-0-individual_start_time_1": "25:00"},
        {"participations-0-individual_end_time_0": "2000-01-01"},
        {"participations-0-comment": "x" * 256},
        {"participations-0-comment": "\0"},
    ],
    ids=lambda changes: next(iter(changes))[15:],
)
def test_bad_values_store_no_decision(session, page, shift, changes):
    row = make_participation(session, shift, make_user(session), state=REQUESTED)
    _reply, fields = read(page, shift)

    reply = page.send(path_of(shift), fields | {"participations-0-state": "0"} | changes)

    assert reply.status_code in (200, 302)
    session.refresh(row)
    assert (row.state, row.individual_ends_at, session.query(ParticipationComment).count()) == (REQUESTED, None, 0)


@pytest.mark.parametrize("count", [None, "", "abc", "-1", "1001", "99999999999"])
def test_form_without_a_number_of_rows_stores_nothing(session, page, shift, count):
    requested = make_participation(session, shift, make_user(session), state=REQUESTED)
    undecided = make_participation(session, shift, make_user(session), state=GETTING_DISPATCHED)
    _reply, fields = read(page, shift)
    fields |= {"participations-0-state": "1", "participations-TOTAL_FORMS": count}

    reply = page.send(
        path_of(shift), {name: value for name, value in fields.items() if value is not None}, headers=ENGLISH
    )

    assert reply.status_code == 200
    assert "The form was incomplete, and nothing was saved. Enter your decisions again." in main_text(reply)
    session.expire_all()
    states = {row.id: row.state for row in session.query(Participation)}
    assert states == {requested.id: REQUESTED, undecided.id: GETTING_DISPATCHED}


@pytest.mark.parametrize("structure", ["uniform", "named_teams", "qualification_mix", "complex"])
def test_page_costs_the_same_whatever_the_number_of_people(session, page, event, structure, count_statements):
    costs = []
    for count in (1, 50):
        shift = make_shift(session, event, structure=structure)
        for _ in range(count):
            make_participation(session, shift, make_user(session), state=REQUESTED)
        session.commit()
        with count_statements() as statements:
            assert page.get(path_of(shift)).status_code == 200
        costs.append(len(statements))

    assert costs[0] == costs[1]
