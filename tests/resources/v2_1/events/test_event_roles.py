"""Permissions of roles on events: every route for every role (spec 3, 4)."""

import io
from functools import partial

import pytest
from PIL import Image
from sqlalchemy import select

from joindin.models import Event, EventHost
from tests.factories import make_attendance, make_event, make_pending_event, make_rejected_event, make_user

ROLES = ("visitor", "plain", "trusted", "other host", "host", "admin")

CREATE, EDIT = "You must be logged in to create data", "You must be logged in to edit data"
DELETE, REMOVE = "You must be logged in to delete data", "You must be logged in to remove data"
DO_THAT, NOT_THAT = "You must be logged in to do that", "You don't have permission to do that"
NOT_HOST = "You are not an host for this event"
NOT_FOUND = (404, "Event not found")
PARTS = ("hosts", "images", "attending", "attendees", "comments", "talks", "talk_comments", "tracks")
UNSUPPORTED = (404, "Operation not supported, sorry")

EVENT = {
    "name": "SampleConf",
    "description": "Two days.",
    "location": "Main Hall",
    "start_date": "2026-12-01",
    "end_date": "2026-12-02",
    "tz_continent": "Europe",
    "tz_place": "Amsterdam",
}


def allowed_for_all(status):
    return dict.fromkeys(ROLES, (status, None))


def signed_in(message, status):
    return allowed_for_all(status) | {"visitor": (401, message)}


def hosts_and_admins(sign_in, refusal, status):
    return (
        dict.fromkeys(ROLES, (403, refusal))
        | {"visitor": (401, sign_in)}
        | dict.fromkeys(("host", "admin"), (status, None))
    )


def admins(sign_in, refusal, status):
    return dict.fromkeys(ROLES, (403, refusal)) | {"visitor": (401, sign_in), "admin": (status, None)}


# Method, path, state of the event, body, and by role the status with the message of a refusal.
ROUTES = [
    ("GET", "events", "live", None, allowed_for_all(200)),
    ("GET", "events/{id}", "live", None, allowed_for_all(200)),
    ("GET", "events/{id}", "pending", None, dict.fromkeys(ROLES, NOT_FOUND) | dict.fromkeys(("host", "admin"), (200, None))),
    ("GET", "events/{id}", "rejected", None, dict.fromkeys(ROLES, NOT_FOUND) | dict.fromkeys(("host", "admin"), (200, None))),
    ("GET", "events/{id}", "private", None, dict.fromkeys(ROLES, NOT_FOUND)),
    *[("GET", f"events/{{id}}/{part}", "live", None, allowed_for_all(200)) for part in PARTS],
    *[("GET", f"events/{{id}}/{part}", state, None, dict.fromkeys(ROLES, NOT_FOUND) | dict.fromkeys(("host", "admin"), (200, None)))
      for part in PARTS for state in ("pending", "rejected", "private")],
    ("GET", "events?filter=pending", "pending", None,
     admins(None, "You don't have permission to view pending events", 200)
     | {"visitor": (400, "You must be logged in to view pending events")}),
    ("GET", "events/{id}/comments/reported", "live", None,
     hosts_and_admins("You must log in to do that", NOT_THAT, 200)),
    ("POST", "events", "live", EVENT, signed_in(CREATE, 202) | dict.fromkeys(("trusted", "admin"), (201, None))),
    *[("PUT", "events/{id}", state, EVENT, hosts_and_admins(EDIT, NOT_HOST, 204)) for state in ("live", "pending", "rejected", "private")],
    ("DELETE", "events/{id}", "live", None, dict.fromkeys(ROLES, UNSUPPORTED) | {"visitor": (401, DELETE)}),
    ("POST", "events/{id}/approval", "pending", [], admins(CREATE, "You are not allowed to approve this event", 204)),
    ("DELETE", "events/{id}/approval", "pending", None, admins(CREATE, "You are not allowed to reject this event", 204)),
    ("POST", "events/{id}/submission", "rejected", [], hosts_and_admins(CREATE, NOT_HOST, 202)),
    ("POST", "events/{id}/attending", "live", [], signed_in(CREATE, 201)),
    ("DELETE", "events/{id}/attending", "live", None, signed_in(DELETE, 200)),
    ("POST", "events/{id}/hosts", "live", {"host_name": "guest"},
     hosts_and_admins(CREATE, "You do not have permission to add hosts to this event", 204)),
    ("DELETE", "events/{id}/hosts/{guest}", "live", None,
     hosts_and_admins(REMOVE, "You do not have permission to remove hosts from this event", 204)),
    ("POST", "events/{id}/images", "live", "image", hosts_and_admins(CREATE, NOT_THAT, 201)),
    ("DELETE", "events/{id}/images", "live", None, hosts_and_admins(CREATE, NOT_THAT, 204)),
]  # fmt: skip


STATES = {
    "live": make_event,
    "pending": make_pending_event,
    "rejected": make_rejected_event,
    "private": partial(make_event, is_private=True),
}


def image_upload():
    content = io.BytesIO()
    Image.new("RGB", (150, 150)).save(content, "PNG")
    return {"data": {"image": (io.BytesIO(content.getvalue()), "a.png")}, "content_type": "multipart/form-data"}


@pytest.fixture
def stored_state(session, count_rows):
    """``stored_state()`` returns the number of rows by table and all columns of all events."""
    return lambda: (count_rows(), session.execute(select(Event.__table__).order_by(Event.id)).all())


@pytest.mark.parametrize(
    ("method", "path", "state", "body", "expected"), ROUTES, ids=[f"{row[0]} {row[1]} {row[2]}" for row in ROUTES]
)
def test_each_role_may_do_its_part_and_a_refusal_changes_nothing(
    app, api, session, media_folder, stored_state, method, path, state, body, expected
):
    users = {
        "plain": make_user(session, "plain"),
        "trusted": make_user(session, "trusted", is_trusted=True),
        "other host": make_user(session, "other"),
        "host": make_user(session, "host"),
        "admin": make_user(session, "admin", is_admin=True),
    }
    guest = make_user(session, "guest")
    make_event(session, host=users["other host"])
    clients = {role: api.signed_in(users[role]) if role in users else api for role in ROLES}

    # Refused roles first: an allowed one may change what the others would find.
    for role in sorted(ROLES, key=lambda role: expected[role][1] is None):
        event = STATES[state](session, host=users["host"])
        if path.endswith("/hosts/{guest}"):
            session.add(EventHost(event_id=event.id, user_id=guest.id))
        if path.endswith("/attending") and method == "DELETE" and role in users:
            make_attendance(session, event, users[role])
        session.commit()
        sent = {} if body is None else image_upload() if body == "image" else {"json": body}
        before = stored_state()

        reply = clients[role].request(method, "/v2.1/" + path.format(id=event.id, guest=guest.id), **sent)

        status, message = expected[role]
        assert (role, reply.status_code, reply.json if message else None) == (
            role,
            status,
            [message] if message else None,
        )
        is_write = method != "GET" and message is None
        assert (role, stored_state() != before) == (role, is_write)


@pytest.mark.parametrize("right", ["is_admin", "is_trusted"])
def test_a_deactivated_user_has_no_permissions(api, session, right):
    former = make_user(session, is_active=False, **{right: True})
    event = make_pending_event(session)
    caller = api.signed_in(former)

    replies = [
        caller.post(f"/v2.1/events/{event.id}/approval"),
        caller.put(f"/v2.1/events/{event.id}", json=EVENT),
        caller.get(f"/v2.1/events/{event.id}"),
    ]

    assert [reply.status_code for reply in replies] == [401, 401, 404]
    assert event.is_pending is True
