"""Generation of shifts from the programme by JSON, and talks that are moved in the API v2.1."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Talk
from joindin.models.crew import CrewDetails, ProgrammeShift, Shift
from joindin.operations.accounts.granted_permissions import grant_permission
from joindin.representations.ephios.times import iso_time
from tests.api_client import ApiClient, issue_token
from tests.crew_factories import make_crew_event, make_event_type, make_participation, make_shift
from tests.factories import make_event, make_talk, make_track, make_user

RULE = {
    "kind": "session_chair",
    "minutes_before": 10,
    "signup_flow_slug": "instant_confirmation",
    "structure_slug": "uniform",
}


@pytest.fixture
def ada(session):
    return make_user(session, "ada", is_admin=True)


@pytest.fixture
def event(session, ada):
    return make_crew_event(session, "Conference", changed_by=[ada], is_private=False, timezone="UTC")


@pytest.fixture
def talk(session, event):
    return make_talk(session, event, "Opening", tracks=[make_track(session, event, "Hall")])


@pytest.fixture
def send(app, session):
    def sending(user, method, path, body=None, scopes="PUBLIC_READ PUBLIC_WRITE"):
        api = ApiClient(app, issue_token(session, user, scopes=scopes))
        reply = api.request(method, f"/api/planning/{path}", json=body, headers={"Accept-Language": "en"})
        return reply.status_code, reply.json

    return sending


def stored(session):
    session.rollback()
    return session.scalars(select(Shift).order_by(Shift.id)).all()


def test_a_planner_previews_generates_lists_and_detaches(session, ada, event, talk, send):
    path = f"events/{event.id}/shifts-from-programme/"
    row = {
        "action": "new",
        "shift": None,
        "label": "Session chair: Opening",
        "start_time": iso_time(talk.starts_at - dt.timedelta(minutes=10), "Europe/Berlin"),
        "end_time": iso_time(talk.starts_at + dt.timedelta(hours=1), "Europe/Berlin"),
        "track": talk.tracks[0].id,
        "talks": [talk.id],
    }

    assert send(ada, "POST", path, RULE | {"dry_run": True}) == (200, {"counts": {"new": 1}, "results": [row]})
    assert stored(session) == []
    status, made = send(ada, "POST", path, RULE)
    shift = stored(session)[0]
    assert (status, made) == (200, {"counts": {"new": 1}, "results": [row | {"shift": shift.id}]})
    assert send(ada, "POST", path, RULE)[1]["counts"] == {"unchanged": 1}
    make_participation(session, shift, ada)
    listed = {name: row[name] for name in ("label", "start_time", "end_time", "track", "talks")} | {
        "shift": shift.id, "kind": "session_chair", "minutes_before": 10, "minutes_after": 0, "max_gap": None,
        "people": 1, "problem": None,
    }  # fmt: skip
    assert send(ada, "GET", path) == (200, {"results": [listed]})
    assert send(ada, "DELETE", f"shifts/{shift.id}/programme/") == (200, {})
    assert send(ada, "GET", path) == (200, {"results": []})
    assert send(ada, "DELETE", f"shifts/{shift.id}/programme/") == (
        404, {"detail": "This shift does not follow the programme."}
    )  # fmt: skip


def test_a_shift_may_be_the_template(session, ada, event, talk, send):
    template = make_shift(session, event, structure_configuration={"maximum_number_of_participants": 7})
    body = {"kind": "camera", "template_shift": template.id, "tracks": [talk.tracks[0].id]}

    assert send(ada, "POST", f"events/{event.id}/shifts-from-programme/", body)[0] == 200
    assert stored(session)[1].structure_configuration["maximum_number_of_participants"] == 7


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "cook"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": 5}, "kind"),
        ({"kind": "camera\x00"}, "kind"),
        ({"label": "x" * 256}, "label"),
        ({"minutes_before": 601}, "minutes_before"),
        ({"minutes_before": 2**40}, "minutes_before"),
        ({"minutes_after": "5"}, "minutes_after"),
        ({"max_gap": -1}, "max_gap"),
        ({"tracks": [0]}, "tracks"),
        ({"tracks": [2**40]}, "tracks"),
        ({"tracks": 5}, "tracks"),
        ({"template_shift": 2**40}, "template_shift"),
        ({"signup_flow_slug": "none"}, "signup_flow_slug"),
        ({"structure_slug": None}, "structure_slug"),
        ({"dry_run": 1}, "dry_run"),
    ],
)
def test_unacceptable_fields_store_nothing(session, ada, event, talk, send, change, field):
    status, body = send(ada, "POST", f"events/{event.id}/shifts-from-programme/", RULE | change)

    assert (status, list(body)) == (400, [field])
    assert stored(session) == []


def test_others_than_planners_are_refused(session, event, talk, send):
    ben = make_user(session)
    seen = make_crew_event(session, seen_by=[ben])
    path = "events/{}/shifts-from-programme/"

    for method in ("GET", "POST"):
        assert send(ben, method, path.format(seen.id), RULE)[0] == 403
        assert send(ben, method, path.format(event.id), RULE)[0] == 404
        assert send(ben, method, path.format(make_event(session).id), RULE)[0] == 404
        assert send(ben, method, path.format("x"), RULE)[0] == 404
    assert stored(session) == []


def test_a_token_needs_the_scope_to_write(session, ada, event, talk, send):
    path = f"events/{event.id}/shifts-from-programme/"

    assert send(ada, "POST", path, RULE, scopes="PUBLIC_READ ME_WRITE")[0] == 403
    assert stored(session) == []


def test_the_list_costs_the_same_for_one_shift_and_many(session, ada, event, talk, send, count_statements):
    path = f"events/{event.id}/shifts-from-programme/"
    send(ada, "POST", path, RULE)
    with count_statements() as one:
        send(ada, "GET", path)
    for number in range(20):
        make_talk(session, event, f"More {number}")
    send(ada, "POST", path, RULE)
    with count_statements() as many:
        assert len(send(ada, "GET", path)[1]["results"]) == 21

    assert len(one) == len(many)


def test_moving_renaming_and_deleting_a_talk_in_v2_1_changes_its_shift(session, app, ada, event, talk, send):
    make_shift(session, event)
    api = ApiClient(app, issue_token(session, ada))
    send(ada, "POST", f"events/{event.id}/shifts-from-programme/", RULE)
    talk_id, starts_at = talk.id, event.starts_at.replace(microsecond=0) + dt.timedelta(hours=3)
    body = {"talk_title": "Keynote", "talk_description": "New", "start_date": starts_at.isoformat(), "duration": 30}

    assert api.put(f"/v2.1/talks/{talk_id}", json=body).status_code == 204
    shift = stored(session)[1]
    assert (shift.label, shift.starts_at) == ("Session chair: Keynote", starts_at - dt.timedelta(minutes=10))
    assert (shift.ends_at, shift.revision) == (starts_at + dt.timedelta(minutes=30), 1)
    assert api.delete(f"/v2.1/talks/{talk_id}").status_code == 204
    assert len(stored(session)) == 1
    assert session.get(Talk, talk_id) is None
    assert session.scalars(select(ProgrammeShift)).all() == []


def test_a_host_lets_a_public_event_have_shifts(session, send):
    host, event_type = make_user(session, "hanna"), make_event_type(session)
    event = make_event(session, "Public Days", host=host)
    make_talk(session, event, "Opening")
    path, body = f"events/{event.id}/crew/", {"type": event_type.id}

    assert send(host, "POST", path, body)[0] == 403
    grant_permission(session, host, "add_event", actor=None)
    for wrong in ({}, {"type": 0}, {"type": 2**40}, {"type": "x"}, body | {"visible_for": [2**40]}):
        assert send(host, "POST", path, wrong)[0] == 400
    made = {"id": event.id, "type": event_type.id, "active": False}
    assert send(host, "POST", path, body) == (201, made)
    assert send(host, "POST", path, body) == (400, {"detail": "This event has a crew already."})
    assert send(host, "POST", f"events/{event.id}/shifts-from-programme/", RULE)[1]["counts"] == {"new": 1}
    details = session.get(CrewDetails, event.id)
    assert (details.is_draft, event.is_private, event.is_visible) == (False, False, True)


def test_others_than_hosts_give_no_event_a_crew(session, send):
    ben, event_type = make_user(session), make_event_type(session)
    grant_permission(session, ben, "add_event", actor=None)
    event, hidden, body = make_event(session), make_event(session, is_private=True), {"type": event_type.id}

    assert send(ben, "POST", f"events/{event.id}/crew/", body)[0] == 403
    assert send(ben, "POST", f"events/{hidden.id}/crew/", body)[0] == 404
    assert send(ben, "POST", "events/99999/crew/", body)[0] == 404
    assert session.scalars(select(CrewDetails)).all() == []
