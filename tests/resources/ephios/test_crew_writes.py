"""Writes of the crew's API: sign-up, waiting list, events, shifts and disposition."""

import pytest
from sqlalchemy import select

from joindin.errors import ServiceUnavailable
from joindin.models.crew import CONFIRMED, REQUESTED, CrewDetails, Participation, Shift
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.crew_factories import (
    make_crew_event,
    make_event_type,
    make_participation,
    make_qualification,
    make_question,
    make_shift,
)
from tests.factories import days_from_now, make_group, make_user

MAY_DECLINE = {"user_can_decline_confirmed": True}
NEW_SHIFT = {
    "label": "Early",
    "meeting_time": days_from_now(20).isoformat(),
    "start_time": days_from_now(20).isoformat(),
    "end_time": days_from_now(21).isoformat(),
    "signup_flow_slug": "instant_confirmation",
    "structure_slug": "uniform",
}
FORBIDDEN = (403, {"detail": "You do not have permission to perform this action."})
NO_SHIFT = (404, {"detail": "No Shift matches the given query."})


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Congress", seen_by=[ada])


def states(session):
    session.rollback()
    return session.scalars(select(Participation.state).order_by(Participation.id)).all()


def test_signing_up_changing_the_times_and_declining(session, ada, event, send):
    shift = make_shift(session, event, signup_flow_configuration=MAY_DECLINE)
    path, start = f"shifts/{shift.id}/signup/", shift.starts_at.isoformat()

    allowed = {"shift": shift.id, "state": None, "sign_up": [], "customize": [], "waiting_list_position": None,
               "questions": []}  # fmt: skip
    assert send(ada, "GET", path) == (200, allowed | {"decline": []})
    status, stored = send(ada, "POST", path, {"comment": "late", "individual_start_time": start})
    assert (status, stored["state"]["value"], stored["shift"], stored["user"]) == (201, 1, shift.id, ada.id)
    assert [each["text"] for each in stored["comments"]] == ["late"]
    end = (shift.ends_at.replace(microsecond=0)).isoformat()
    assert send(ada, "PATCH", path, {"individual_end_time": end})[0] == 200
    status, stored = send(ada, "DELETE", path)
    assert (status, stored["state"]["value"]) == (200, 2)
    assert send(ada, "DELETE", path) == (
        400,
        {
            "detail": "This action is not allowed.",
            "reasons": ["You have already declined participating."],
        },
    )


def test_a_stored_sign_up_is_acknowledged_although_the_database_fails_after_it(session, ada, event, send, monkeypatch):
    shift = make_shift(session, event)

    def fail(*_):
        raise ServiceUnavailable

    monkeypatch.setattr("joindin.resources.ephios.authentication.load_preferred_language", fail)
    status, _ = send(ada, "POST", f"shifts/{shift.id}/signup/", {})

    assert (status, states(session)) == (201, [CONFIRMED])


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_times_that_no_page_can_show_are_refused(session, ada, event, send, at):
    shift, medic = make_shift(session, event), make_qualification(session)
    boss = make_user(session, is_admin=True)
    signup, planning = f"shifts/{shift.id}/signup/", f"planning/events/{event.id}/shifts/"
    grants = f"planning/users/{ada.id}/qualifications/{medic.uuid}/"

    refused = [
        send(ada, "POST", signup, {"individual_start_time": at}),
        send(ada, "POST", signup, {"individual_end_time": at}),
        send(boss, "POST", planning, NEW_SHIFT | {"start_time": at}),
        send(boss, "POST", planning, NEW_SHIFT | {"end_time": at}),
        send(boss, "POST", planning, NEW_SHIFT | {"signup_flow_configuration": {"signup_until": at}}),
        send(boss, "PUT", grants, {"expires": at}),
    ]

    assert [status for status, _body in refused] == [400] * 6
    assert (states(session), session.scalars(select(Shift.id)).all()) == ([], [shift.id])
    assert send(boss, "GET", f"planning/users/{ada.id}/qualifications/")[1]["results"] == []


def test_all_reasons_are_returned_in_the_language_of_the_request(session, ada, event, send):
    shift = make_shift(
        session, event,
        structure_configuration={"maximum_number_of_participants": 0, "required_qualification_ids": [1]},
    )  # fmt: skip
    path = f"shifts/{shift.id}/signup/"

    assert send(ada, "POST", path)[1]["reasons"] == [
        "You are not qualified.", "The maximum number of participants is reached."
    ]  # fmt: skip
    assert send(ada, "POST", path, **{"Accept-Language": "de"}) == (
        400,
        {
            "detail": "Diese Aktion ist nicht erlaubt.",
            "reasons": ["Sie sind nicht qualifiziert.", "Die maximale Teilnehmerzahl ist erreicht."],
        },
    )
    assert states(session) == []


def test_questions_are_listed_and_answered(session, ada, event, send):
    shift = make_shift(session, event)
    food = make_question(session, shift, "Food", type="single", choices=["Meat", "Vegan"], is_required=True)
    path, field = f"shifts/{shift.id}/signup/", f"questionnaires_{food.id}-food"

    question = {"id": food.id, "field": field, "name": "Food", "text": "Food?", "description": None, "required": True,
                "type": "single", "choices": ["Meat", "Vegan"], "default": None}  # fmt: skip
    assert send(ada, "GET", path)[1]["questions"] == [question]
    assert send(ada, "POST", path) == (400, {field: ["This field is required."]})
    assert send(ada, "POST", path, {"answers": [{"question": food.id, "answer": ["Vegan"]}]})[0] == 400
    assert send(ada, "POST", path, {"answers": {}}) == (400, {"answers": ["Expected a list of items."]})
    assert states(session) == []
    assert send(ada, "POST", path, {"answers": [{"question": food.id, "answer": "Vegan"}]})[0] == 201
    assert send(ada, "GET", path)[1]["questions"] == [question | {"default": "Vegan"}]


def test_a_full_shift_has_a_waiting_list(session, ada, event, send):
    ben = make_user(session)
    grant_permission(session, ben, "view_event", event, actor=None)
    shift = make_shift(
        session, event, signup_flow_configuration=MAY_DECLINE,
        structure_configuration={"maximum_number_of_participants": 1},
    )  # fmt: skip
    assert send(ada, "POST", f"shifts/{shift.id}/signup/")[0] == 201

    waiting = (201, {"shift": shift.id, "waiting_list_position": 1})
    assert send(ben, "POST", f"shifts/{shift.id}/waiting-list/") == waiting
    assert send(ben, "GET", f"shifts/{shift.id}/signup/")[1]["waiting_list_position"] == 1
    assert send(ben, "DELETE", f"shifts/{shift.id}/waiting-list/") == (200, {})
    assert send(ben, "DELETE", f"shifts/{shift.id}/waiting-list/") == (
        404, {"detail": "You are not on the waiting list."}
    )  # fmt: skip
    assert send(ben, "POST", f"shifts/{shift.id}/waiting-list/") == waiting
    assert send(ada, "DELETE", f"shifts/{shift.id}/signup/")[0] == 200
    assert send(ben, "GET", f"shifts/{shift.id}/signup/")[1]["state"] == CONFIRMED


def test_shifts_that_the_caller_does_not_see_are_not_found(session, ada, event, send):
    hidden = make_shift(session, make_crew_event(session))
    draft = make_shift(session, make_crew_event(session, seen_by=[ada], is_draft=True))

    for shift_id in (hidden.id, draft.id, 10**30, -1, 999):
        for method in ("GET", "POST", "PATCH", "DELETE"):
            assert send(ada, method, f"shifts/{shift_id}/signup/") == NO_SHIFT
        for method in ("POST", "DELETE"):
            assert send(ada, method, f"shifts/{shift_id}/waiting-list/") == NO_SHIFT
    assert send(ada, "POST", "shifts/x/signup/") == (404, {"detail": "Not found."})
    assert states(session) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"{", None),
        (b"\xff", None),
        (b'{"comment": "\\ud800"}', None),
        (b'{"comment": NaN}', None),
        (b"[]", {"non_field_errors": ["Invalid data. Expected a dictionary."]}),
        (b'{"comment": 1}', {"comment": ["Not a valid string."]}),
        (b'{"comment": "a\\u0000b"}', {"comment": ["Null characters are not allowed."]}),
        (
            b'{"comment": "' + b"x" * 256 + b'"}',
            {"comment": ["Ensure this field has no more than 255 characters."]},
        ),
        (b'{"comment": "x", "comment_is_public": 1}', {"comment_is_public": ["Must be a valid boolean."]}),
        (b'{"individual_start_time": 5}', {"individual_start_time": ["Enter a valid date/time."]}),
        (b'{"individual_end_time": "x"}', {"individual_end_time": ["Enter a valid date/time."]}),
        (
            b'{"individual_end_time": "1999-01-01"}',
            {"individual_end_time": ["End time must not be before start time."]},
        ),
    ],
)
def test_unacceptable_bodies_store_nothing(session, ada, event, send, data, expected):
    shift = make_shift(session, event)

    status, body = send(ada, "POST", f"shifts/{shift.id}/signup/", data=data)

    assert status == 400
    if expected is None:
        assert body["detail"].startswith("JSON parse error - ")
    else:
        assert body == expected
    assert states(session) == []


def test_scopes(session, ada, event, send):
    shift = make_shift(session, event)
    write = {"scopes": "PUBLIC_READ PUBLIC_WRITE ME_READ CONFIDENTIAL_READ"}

    assert send(ada, "POST", f"shifts/{shift.id}/signup/", **write) == FORBIDDEN
    grant_permission(session, ada, "change_event", event, actor=None)
    own = {"scopes": "PUBLIC_READ ME_READ ME_WRITE"}
    assert send(ada, "POST", f"planning/events/{event.id}/shifts/", NEW_SHIFT, **own) == FORBIDDEN
    assert send(ada, "POST", f"planning/events/{event.id}/shifts/", NEW_SHIFT, **write)[0] == 201
    assert send(ada, "POST", f"shifts/{shift.id}/signup/", **own)[0] == 201


def test_a_responsible_changes_who_sees_the_event_and_who_is_responsible(session, ada, send):
    event = make_crew_event(session, "Congress", changed_by=[ada])
    make_shift(session, event)
    ben, kitchen, closed = make_user(session), make_group(session), make_group(session)
    grant_permission(session, ada, "publish_event_for_group", kitchen, actor=None)
    path = f"planning/events/{event.id}/"

    changes = {"visible_for": [kitchen.id], "responsible_users": [ada.id, ben.id], "active": False}
    status, changed = send(ada, "PATCH", path, changes)
    assert (status, {name: changed[name] for name in changes}) == (200, changes)
    for field, value in (("visible_for", [closed.id]), ("responsible_users", [10**12]), ("responsible_groups", [-1])):
        assert send(ada, "PATCH", path, {field: value, "title": "Not stored"}) == (
            400, {field: ["Select a valid choice. That choice is not one of the available choices."]}
        )  # fmt: skip
    assert send(ada, "PATCH", path, {"visible_for": "all"})[0] == 400
    assert send(make_user(session), "PATCH", path, {"active": True})[0] == 404
    assert send(ben, "PATCH", path, {}) == (200, changed)


def test_a_planner_creates_changes_and_deletes_events_and_shifts(session, ada, send):
    grant_permission(session, ada, "add_event", actor=None)
    grant_permission(session, ada, "delete_event", actor=None)
    event_type = make_event_type(session)

    status, made = send(ada, "POST", "planning/events/", {"title": "Marathon", "type": event_type.id})
    assert (status, made) == (
        201,
        {
            "id": made["id"], "title": "Marathon", "description": "", "location": "", "type": event_type.id,
            "active": False, "visible_for": [], "responsible_groups": [], "responsible_users": [ada.id],
        },
    )  # fmt: skip
    path = f"planning/events/{made['id']}/"
    assert send(ada, "PATCH", path, {"location": "Park"})[1]["location"] == "Park"
    status, shift = send(ada, "POST", f"{path}shifts/", NEW_SHIFT)
    assert (status, shift["label"], shift["event_title"], shift["signup_stats"]["free"]) == (
        201, "Early", "Marathon", None
    )  # fmt: skip
    assert send(ada, "GET", f"shifts/{shift['id']}/")[1] == shift
    more = {"structure_configuration": {"maximum_number_of_participants": 3}}
    status, changed = send(ada, "PATCH", f"planning/shifts/{shift['id']}/", more)
    assert (status, changed["signup_stats"]["free"], changed["label"]) == (200, 3, "Early")
    status, copy = send(ada, "POST", f"planning/shifts/{shift['id']}/copy/", {"days": 1})
    assert (status, copy["signup_stats"]["free"]) == (201, 3)
    assert send(ada, "DELETE", f"planning/shifts/{copy['id']}/") == (200, {})
    assert send(ada, "DELETE", f"planning/shifts/{shift['id']}/") == (
        400, {"detail": "You cannot delete the last shift!"}
    )  # fmt: skip
    status, other = send(ada, "POST", f"{path}copy/", {"days": 7})
    assert (status, other["title"], other["active"]) == (201, "Marathon", True)
    assert send(ada, "POST", f"{path}copy/", {"days": -1}) == (
        400, {"days": ["Enter a number of days between 0 and 3660."]}
    )  # fmt: skip
    assert send(ada, "DELETE", f"planning/events/{other['id']}/") == (200, {})
    assert send(ada, "DELETE", path) == (200, {})
    assert session.scalars(select(Shift.id)).all() == session.scalars(select(CrewDetails.event_id)).all() == []


def test_responsibles_dispose(session, ada, event, send):
    planner, ben = make_user(session), make_user(session)
    grant_permission(session, planner, "change_event", event, actor=None)
    shift = make_shift(session, event, flow="request_confirm")
    row = make_participation(session, shift, ada, state=REQUESTED)
    path = f"planning/shifts/{shift.id}/disposition/"

    status, added = send(planner, "POST", path, {"user": ben.id})
    assert (status, added["state"], added["user"]) == (201, 4, ben.id)
    assert send(planner, "POST", path, {"display_name": "Red Cross"})[0] == 201
    assert [send(planner, "POST", path, {"user": id_})[0] for id_ in (999, 2**40, 10**30)] == [404, 404, 400]
    assert send(planner, "POST", path, {}) == (400, {"display_name": ["This field is required."]})
    decisions = [{"id": row.id, "state": 1, "comment": "welcome"}, {"id": added["id"], "state": 3}]
    for wrong in ({"id": row.id, "state": 9}, {"id": 999}, {"state": 1}, 5):
        status, _body = send(planner, "PATCH", path, {"participations": [*decisions, wrong]})
        assert status in (400, 404)
        assert states(session) == [0, 4, 4]
    status, body = send(planner, "PATCH", path, {"participations": decisions})

    assert (status, [each["state"] for each in body["changed"]]) == (200, [1, 3])
    assert states(session) == [1, 3]


@pytest.mark.parametrize("role", ["stranger", "member", "responsible", "deleter", "changer of all", "admin"])
def test_planning_needs_permissions(session, ada, event, send, role):
    shift = make_shift(session, event)
    make_shift(session, event)
    users = {"member": ada, "admin": make_user(session, is_admin=True)}
    user = users.get(role) or make_user(session)
    if role == "responsible":
        grant_permission(session, user, "change_event", event, actor=None)
    if role == "deleter":
        grant_permission(session, user, "delete_event", event, actor=None)
    if role == "changer of all":
        grant_permission(session, user, "change_event", actor=None)
    changes = role in ("responsible", "changer of all", "admin")
    refusal = 404 if role == "stranger" else 403
    writes = [
        ("PATCH", f"planning/events/{event.id}/", {"title": "X"}, 200, changes),
        ("POST", f"planning/events/{event.id}/shifts/", NEW_SHIFT, 201, changes),
        ("PATCH", f"planning/shifts/{shift.id}/", {"label": "X"}, 200, changes),
        ("POST", f"planning/shifts/{shift.id}/copy/", {}, 201, changes),
        ("POST", f"planning/shifts/{shift.id}/disposition/", {"display_name": "P"}, 201, changes),
        ("PATCH", f"planning/shifts/{shift.id}/disposition/", {"participations": []}, 200, changes),
        ("DELETE", f"planning/shifts/{shift.id}/", None, 200, changes),
        ("DELETE", f"planning/events/{event.id}/", None, 200, role in ("deleter", "admin")),
    ]
    for method, path, body, success, is_allowed in writes:
        assert send(user, method, path, body)[0] == (success if is_allowed else refusal), (method, path)
    created = send(user, "POST", "planning/events/", {"title": "X", "type": 1})
    assert created[0] == (201 if role == "admin" else 403)
