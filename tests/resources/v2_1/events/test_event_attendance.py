"""Attendance of events (spec 4.7)."""

import pytest
from sqlalchemy import func, select

from joindin.models import Attendance
from tests.factories import make_attendance, make_event, make_pending_event, make_rejected_event, make_user


def count(session):
    return session.scalar(select(func.count()).select_from(Attendance))


def read_event(caller, event):
    return caller.get(f"/v2.1/events/{event.id}").json["events"][0]


def test_a_host_attends_an_event_that_waits_for_approval(api, session):
    host = make_user(session)
    event = make_pending_event(session, host=host)

    reply = api.signed_in(host).post(f"/v2.1/events/{event.id}/attending")

    assert reply.status_code == 201
    assert (count(session), event.attendee_count) == (1, 1)


@pytest.mark.parametrize("slash", ["", "/"])
def test_attending_twice_counts_once(api, session, slash):
    event, user = make_event(session), make_user(session)
    caller = api.signed_in(user)
    here = f"/v2.1/events/{event.id}/attending{slash}"

    replies = [caller.post(here), caller.post(here, json=[])]

    assert [(reply.status_code, reply.data) for reply in replies] == [(201, b"")] * 2
    assert [reply.headers["Location"] for reply in replies] == [f"http://localhost{here}"] * 2
    assert (count(session), event.attendee_count) == (1, 1)
    assert caller.get(here).json == {
        "is_attending": True,
        "meta": {"user_uri": f"http://localhost/v2.1/users/{user.id}"},
    }
    assert (read_event(caller, event)["attending"], read_event(caller, event)["attendee_count"]) == (True, 1)


def test_leaving_twice_counts_once(api, session):
    event, user = make_event(session), make_user(session)
    for attendee in (user, make_user(session)):
        make_attendance(session, event, attendee)
    caller = api.signed_in(user)

    replies = [caller.delete(f"/v2.1/events/{event.id}/attending") for _ in range(2)]

    assert [(reply.status_code, reply.data) for reply in replies] == [(200, b"")] * 2
    assert {reply.headers["Location"] for reply in replies} == {f"http://localhost/v2.1/events/{event.id}/attending"}
    assert (count(session), event.attendee_count) == (1, 1)
    assert caller.get(f"/v2.1/events/{event.id}/attending").json["is_attending"] is False


def test_attendance_is_stored_per_user(api, session):
    event, user, other = make_event(session), make_user(session), make_user(session)
    make_attendance(session, event, user)

    answers = [
        (caller.get(f"/v2.1/events/{event.id}/attending").json["is_attending"], read_event(caller, event)["attending"])
        for caller in (api, api.signed_in(user), api.signed_in(other))
    ]

    assert answers == [(False, False), (True, True), (False, False)]
    assert api.get(f"/v2.1/events/{event.id}/attending").json == {"is_attending": False}


@pytest.mark.parametrize("make", [make_pending_event, make_rejected_event, None])
def test_invisible_events_cannot_be_attended(api, session, make):
    event_id = make(session).id if make else 999

    reply = api.signed_in(make_user(session)).post(f"/v2.1/events/{event_id}/attending")

    assert (reply.status_code, reply.json) == (404, ["Event not found"])
    assert count(session) == 0


def test_leaving_an_event_that_is_not_there_is_no_error(api, session):
    reply = api.signed_in(make_user(session)).delete("/v2.1/events/999/attending")

    assert (reply.status_code, reply.data) == (200, b"")


def test_active_attendees_are_listed_by_id(api, session):
    event = make_event(session)
    users = [make_user(session, name) for name in ("zoe", "ada", "max")]
    users.append(make_user(session, "gone", is_active=False))
    for user in reversed(users):
        make_attendance(session, event, user)
    make_attendance(session, make_event(session), make_user(session, "elsewhere"))

    reply = api.get(f"/v2.1/events/{event.id}/attendees?resultsperpage=2")

    here = f"http://localhost/v2.1/events/{event.id}/attendees"
    assert reply.status_code == 200
    assert [user["username"] for user in reply.json["users"]] == ["zoe", "ada"]
    assert list(reply.json.items())[-1] == (
        "meta",
        {
            "count": 2,
            "total": 3,
            "this_page": f"{here}?resultsperpage=2",
            "next_page": f"{here}?resultsperpage=2&start=2",
        },
    )


def test_an_unknown_event_has_no_attendees(api):
    reply = api.get("/v2.1/events/999/attendees/")

    assert (reply.status_code, reply.json["users"], reply.json["meta"]["total"]) == (200, [], 0)


def test_attending_costs_little(api, session, count_statements):
    event, user = make_event(session), make_user(session)
    guest = api.signed_in(user)

    with count_statements() as seen:
        guest.post(f"/v2.1/events/{event.id}/attending")

    # Token of the request; attendance and counter, one statement on PostgreSQL.
    kinds = [statement.split()[0] for statement in seen]
    assert kinds == (
        ["SELECT", "WITH"] if session.get_bind().dialect.name == "postgresql" else ["SELECT", "INSERT", "UPDATE"]
    )
