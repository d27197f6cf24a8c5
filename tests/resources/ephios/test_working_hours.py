"""Working hours, consequences, and qualifications of people by JSON."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from joindin.models.crew import Consequence, QualificationGrant, WorkingHours
from joindin.operations.accounts.granted_permissions import grant_permission
from tests.crew_factories import make_qualification
from tests.factories import days_from_now, make_group, make_user

HOURS, DECISIONS = "users/me/working-hours/", "consequences/"
FORBIDDEN = (403, {"detail": "You do not have permission to perform this action."})
NO_CONSEQUENCE = (404, {"detail": "No Consequence matches the given query."})


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def boss(session, ada):
    """A user who decides about the hours of Ada's group."""
    boss = make_user(session, "boss")
    grant_permission(session, boss, "decide_workinghours_for_group", make_group(session, members=[ada]), actor=None)
    return boss


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def request_hours(ada, send, hours=2.5):
    return send(ada, "POST", HOURS, {"date": "2026-05-01", "hours": hours, "reason": "Cleaning"})


def test_requested_hours_count_when_they_are_confirmed(session, ada, boss, send):
    status, made = request_hours(ada, send)
    data = {"hours": "2.5", "date": "2026-05-01", "reason": "Cleaning"}
    request = {"id": made["id"], "slug": "ephios.grant_working_hours", "user": ada.id, "state": "needs_confirmation",
               "data": data}  # fmt: skip
    assert (status, made) == (201, request)
    assert send(ada, "GET", HOURS)[1]["results"] == []
    assert send(boss, "GET", DECISIONS)[1]["results"] == [request]

    path = f"{DECISIONS}{made['id']}/"
    assert send(boss, "POST", path, {"action": "deny"}) == (200, request | {"state": "denied"})
    assert send(boss, "GET", DECISIONS)[1]["results"] == []
    assert send(boss, "POST", path, {"action": "confirm"}) == (200, request | {"state": "executed"})
    executed = (400, {"detail": "Consequence was executed already."})
    assert send(boss, "POST", path, {"action": "confirm"}) == executed
    assert send(boss, "POST", path, {"action": "deny"}) == executed
    (entry,) = send(ada, "GET", HOURS)[1]["results"]
    assert entry == {"id": entry["id"], "date": "2026-05-01", "hours": 2.5, "reason": "Cleaning"}
    assert [each["state"] for each in send(ada, "GET", "users/me/consequences/")[1]["results"]] == ["executed"]


def test_others_neither_see_nor_decide_requests(session, ada, boss, send):
    consequence_id, other = request_hours(ada, send)[1]["id"], make_user(session)

    for user in (ada, other):
        assert send(user, "GET", DECISIONS)[1]["results"] == []
        assert send(user, "POST", f"{DECISIONS}{consequence_id}/", {"action": "confirm"}) == NO_CONSEQUENCE
    assert send(other, "GET", "users/me/consequences/")[1]["results"] == []
    assert send(boss, "POST", f"{DECISIONS}{10**30}/", {"action": "confirm"}) == NO_CONSEQUENCE
    assert send(boss, "POST", f"{DECISIONS}{consequence_id}/", {"action": "other"})[0] == 400
    assert send(boss, "POST", f"{DECISIONS}{consequence_id}/", {"action": "confirm"}, scopes="ME_WRITE") == FORBIDDEN
    assert (count(session, WorkingHours), session.scalar(select(Consequence.state))) == (0, "needs_confirmation")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": 0}, "hours"),
        ({"hours": -1}, "hours"),
        ({"hours": 1.234}, "hours"),
        ({"hours": 1e300}, "hours"),
        ({"hours": True}, "hours"),
        ({"hours": None}, "hours"),
        ({"hours": "NaN"}, "hours"),
        ({"hours": "1" * 30}, "hours"),
        ({"hours": [1]}, "hours"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": 5}, "date"),
        ({"reason": "  "}, "reason"),
        ({"reason": "\0"}, "reason"),
        ({"reason": "x" * 1025}, "reason"),
    ],
)
def test_invalid_hours_are_refused(session, ada, send, changes, field):
    body = {"date": "2026-05-01", "hours": "2.50", "reason": "Cleaning"} | changes

    status, answer = send(ada, "POST", HOURS, body)

    assert (status, list(answer)) == (400, [field])
    assert count(session, Consequence) == 0


@pytest.mark.parametrize("rows", [1, 50])
def test_lists_cost_the_same_for_any_number_of_rows(session, ada, boss, send, count_statements, rows):
    for _ in range(rows):
        session.add(
            WorkingHours(user_id=ada.id, hours=Decimal(1), reason="Cleaning", worked_on=days_from_now(0).date())
        )
        session.add(Consequence(slug="ephios.grant_working_hours", user_id=ada.id, state="needs_confirmation", data={}))
    session.commit()

    costs = []
    for user, path in ((ada, HOURS), (ada, "users/me/consequences/"), (boss, DECISIONS)):
        with count_statements() as statements:
            assert send(user, "GET", path)[1]["count"] == rows
        costs.append(len([each for each in statements if "SELECT" in each]))

    assert max(costs) <= 8


def test_those_who_may_change_a_profile_grant_extend_and_withdraw_qualifications(session, ada, send):
    manager, medic = make_user(session), make_qualification(session, "Medic")
    grant_permission(session, manager, "change_userprofile", ada, actor=None)
    path = f"planning/users/{ada.id}/qualifications/"
    item = f"{path}{medic.uuid}/"
    grant = {"uuid": medic.uuid, "title": "Medic", "abbreviation": "Medic", "expires": None, "is_valid": True,
             "is_externally_managed": False}  # fmt: skip

    assert send(manager, "PUT", item) == (200, grant)
    past = days_from_now(-1).replace(microsecond=0)
    status, expired = send(manager, "PUT", item, {"expires": past.isoformat()})
    assert (status, expired["is_valid"]) == (200, False)
    assert send(manager, "GET", path)[1]["results"] == [expired]
    assert send(manager, "DELETE", item) == (200, {})
    assert send(manager, "GET", path)[1]["results"] == []
    assert send(manager, "DELETE", item) == (404, {"detail": "No QualificationGrant matches the given query."})


def test_qualifications_are_changed_by_no_one_else(session, ada, send):
    viewer, admin = make_user(session), make_user(session, is_admin=True)
    grant_permission(session, viewer, "view_userprofile", actor=None)
    medic = make_qualification(session)
    item = f"planning/users/{ada.id}/qualifications/{medic.uuid}/"

    for user in (ada, viewer):
        assert send(user, "PUT", item) == FORBIDDEN
        assert send(user, "DELETE", item) == FORBIDDEN
        assert send(user, "GET", f"planning/users/{ada.id}/qualifications/") == FORBIDDEN
        assert send(user, "PUT", f"planning/users/{10**6}/qualifications/{medic.uuid}/") == FORBIDDEN
    assert send(admin, "PUT", item, {"expires": "tomorrow"})[0] == 400
    assert send(admin, "PUT", f"planning/users/{ada.id}/qualifications/none%00/")[0] == 404
    assert send(admin, "PUT", f"planning/users/{10**6}/qualifications/{medic.uuid}/") == (
        404,
        {"detail": "No UserProfile matches the given query."},
    )
    assert count(session, QualificationGrant) == 0
