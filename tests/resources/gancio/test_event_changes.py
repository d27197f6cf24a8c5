"""Changes and deletion of events through Gancio's API: what is kept, what is refused, who may."""

import io
import json

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from joindin.models import AuditEntry, Event, EventFlyer, EventHost, Mail, Place
from joindin.operations.hosts import add_host
from joindin.performance.read_models.verify import find_inconsistencies
from tests.factories import (
    days_from_now,
    make_attendance,
    make_event,
    make_event_comment,
    make_star,
    make_talk,
    make_talk_comment,
    make_user,
)

START = int(days_from_now(10).timestamp())


@pytest.fixture
def bob(session):
    return make_user(session, "bob", is_trusted=True)


@pytest.fixture
def caller(gancio, bob):
    return gancio(bob)


@pytest.fixture
def event_id(caller):
    body = {
        "title": "Update me",
        "start_datetime": START,
        "end_datetime": START + 7200,
        "place_name": "Update Hall",
        "place_address": "Road 7",
        "description": "<p>Old</p>",
        "tags": ["up", "date"],
        "online_locations": ["https://u.example.org"],
        "multidate": True,
    }
    return caller.post("/api/event", body).json["id"]


def picture(width=300, height=200):
    content = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(content, "PNG")
    return io.BytesIO(content.getvalue()), "poster.png"


def multipart(**fields):
    return {"data": fields, "content_type": "multipart/form-data"}


def shown(reply):
    names = ("title", "slug", "start_datetime", "end_datetime", "description", "multidate", "online_locations")
    answer = reply.json
    return {name: answer[name] for name in names} | {"tags": sorted(answer["tags"]), "place": answer["place"]["name"]}


BEFORE = {
    "title": "Update me",
    "slug": "update-me",
    "start_datetime": START,
    "end_datetime": START + 7200,
    "description": "<p>Old</p>",
    "multidate": True,
    "online_locations": ["https://u.example.org"],
    "tags": ["date", "up"],
    "place": "Update Hall",
}


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({}, {}),
        ({"title": "New title"}, {"title": "New title"}),
        ({"title": ""}, {}),
        ({"tags": ["new"]}, {"tags": ["new"]}),
        ({"tags": []}, {"tags": []}),
        ({"tags": None}, {"tags": []}),
        ({"description": "<p onclick='x'>New</p><script>y</script>"}, {"description": "<p>New</p>"}),
        ({"description": ""}, {"description": ""}),
        ({"description": None}, {}),
        ({"end_datetime": ""}, {"end_datetime": None}),
        ({"end_datetime": None}, {"end_datetime": None}),
        ({"start_datetime": START + 60}, {"start_datetime": START + 60}),
        ({"start_datetime": ""}, {}),
        ({"multidate": False}, {"multidate": False}),
        ({"online_locations": []}, {"online_locations": []}),
        ({"place_name": "Barn", "place_address": "Road 8"}, {"place": "Barn"}),
        ({"place_name": "UPDATE hall", "place_address": "Elsewhere"}, {}),
        ({"place_id": ""}, {}),
        ({"place_name": None, "place_address": None}, {}),
        ({"place_name": ""}, {}),
    ],
)
def test_what_is_left_out_stays(caller, session, event_id, changes, after):
    reply = caller.put("/api/event", {"id": event_id} | changes)

    assert (reply.status_code, shown(reply)) == (200, BEFORE | after)
    event = session.get_one(Event, event_id)
    assert event.is_end_known is (reply.json["end_datetime"] is not None)
    assert event.location.startswith(reply.json["place"]["name"])


def test_the_answer_has_the_fields_of_a_change(caller, event_id):
    answer = caller.put("/api/event", {"id": event_id}).json

    assert {"image_path", "ap_object", "ap_id", "apUserApId", "parentId", "createdAt", "userId"} <= answer.keys()


@pytest.mark.parametrize("path", ["/api/event/{}", "/api/events/{}"])
def test_the_id_may_be_in_the_path(caller, event_id, path):
    reply = caller.put(path.format(event_id), {"title": "By path"})

    assert (reply.status_code, reply.json["title"]) == (200, "By path")


def test_a_form_with_repeated_tags_as_cal2gancio_sends(caller, event_id):
    fields = MultiDict([("id", str(event_id)), ("title", "Cal"), ("tags", "_ical_abc"), ("tags", "x")])

    reply = caller.put("/api/event", data=fields, content_type="multipart/form-data")

    assert (reply.json["title"], sorted(reply.json["tags"])) == ("Cal", ["_ical_abc", "x"])


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"end_datetime": START - 60}, "start datetime is greater than end datetime"),
        ({"start_datetime": START + 9000}, "start datetime is greater than end datetime"),
        ({"end_datetime": 40_000_000_000}, "end_datetime is too much in the future"),
        ({"start_datetime": 40_000_000_000, "end_datetime": ""}, "start_datetime is too much in the future"),
        ({"start_datetime": "soon", "end_datetime": ""}, "Wrong format for start datetime"),
        ({"end_datetime": "soon"}, "Wrong format for end datetime"),
        ({"place_id": 99_999}, "Place not found"),
        ({"place_name": "Hall"}, "place_id or place_name and place_address are required"),
        ({"place_name": "  "}, "place_id or place_name and place_address are required"),
        ({"place_name": "", "place_address": "Road 8"}, "place_id or place_name and place_address are required"),
        ({"tags": {"a": 1}}, "tags field must be an array"),
        ({"image_url": "file:///etc/passwd"}, None),
    ],
)
def test_a_refused_change_changes_nothing(caller, session, count_rows, event_id, changes, text):
    caller.put("/api/event", **multipart(id=event_id, image=picture()))
    before, version = count_rows(), session.get_one(Event, event_id).version

    reply = caller.put("/api/event", {"id": event_id, "title": "Refused", "image": ""} | changes)

    assert reply.status_code == 400
    assert text is None or reply.text == text
    assert count_rows() == before
    assert session.get_one(Event, event_id).version == version


@pytest.mark.parametrize("event_id", [None, 0, 99_999, 2**70, -1, "x", [1, 2], {"a": 1}, True, 1.5])
def test_an_unknown_event_is_not_found(caller, event_id):
    reply = caller.put("/api/event", {"id": event_id, "title": "x"})

    assert (reply.status_code, reply.text) == (404, "Not Found")


@pytest.mark.parametrize("fields", [{"is_private": True}, {"is_active": False}])
def test_private_and_rejected_events_are_not_found(gancio, session, bob, fields):
    event = make_event(session, host=bob, **fields)
    admin = make_user(session, is_admin=True)

    for caller in (gancio(bob), gancio(admin)):
        assert caller.put("/api/event", {"id": event.id, "title": "x"}).status_code == 404
        assert caller.put(f"/api/event/confirm/{event.id}").status_code == 404
        assert caller.put(f"/api/event/unconfirm/{event.id}").status_code == 404


def test_an_image_is_kept_replaced_and_removed(caller, session, event_id):
    first = caller.put("/api/event", **multipart(id=event_id, image=picture(), image_name="A poster"))
    kept = caller.put("/api/event", **multipart(id=event_id, image="1", image_focalpoint="0.123,-0.5"))
    replaced = caller.put("/api/event", **multipart(id=event_id, image=picture(100, 50)))
    removed = caller.put("/api/event", {"id": event_id})

    (medium,) = first.json["media"]
    assert (medium["name"], medium["width"], medium["height"], medium["focalpoint"]) == ("A poster", 300, 200, [0, 0])
    assert kept.json["media"] == [medium | {"focalpoint": [0.12, -0.5]}]
    (other,) = replaced.json["media"]
    assert (other["name"], other["width"], other["focalpoint"]) == ("Update me", 100, [0, 0])
    assert other["url"] != medium["url"]
    assert removed.json["media"] == []
    assert session.scalars(select(EventFlyer)).all() == []


def test_a_file_that_is_no_image_is_refused_with_a_json_text(caller, session, event_id):
    reply = caller.put("/api/event", **multipart(id=event_id, title="", image=(io.BytesIO(b"text"), "a.png")))

    assert (reply.status_code, reply.mimetype) == (400, "application/json")
    assert json.loads(reply.text) == "Error: Input buffer contains unsupported image format"


def test_an_editor_changes_the_event_of_another_and_the_log_tells(gancio, session, editor, bob, event_id):
    reply = gancio(editor).put("/api/event", {"id": event_id, "title": "Edited"})

    assert (reply.json["title"], reply.json["userId"]) == ("Edited", bob.id)
    entries = session.execute(select(AuditEntry.action, AuditEntry.actor_name)).all()
    assert [tuple(entry) for entry in entries] == [("event.override", "ed")]


def test_a_further_host_changes_the_event(gancio, session, user, event_id):
    add_host(session, session.get_one(Event, event_id), username="ann", actor=None)

    assert gancio(user).put("/api/event", {"id": event_id, "title": "By a host"}).status_code == 200


def test_a_stranger_changes_nothing(gancio, session, user, event_id):
    for caller in (gancio(), gancio(user)):
        assert caller.put("/api/event", {"id": event_id, "title": "Mine"}).status_code == 403
        assert caller.delete(f"/api/event/{event_id}").status_code == 403

    assert session.get_one(Event, event_id).name == "Update me"


def test_a_new_rule_and_none(caller, session, event_id):
    weekly = caller.put("/api/event", {"id": event_id, "recurrent": {"frequency": "1w"}}).json
    kept = caller.put("/api/event", {"id": event_id, "title": "Series"}).json
    ended = caller.put("/api/event", {"id": event_id, "recurrent": None}).json

    assert [answer["recurrent"] for answer in (weekly, kept, ended)] == [{"frequency": "1w"}, {"frequency": "1w"}, None]


def test_an_event_is_deleted_with_everything(caller, session, bob, event_id):
    event, other = session.get_one(Event, event_id), make_user(session)
    talk = make_talk(session, event)
    make_talk_comment(session, talk, other)
    make_star(session, talk, other)
    make_event_comment(session, event, other)
    make_attendance(session, event, other)
    caller.put("/api/event", **multipart(id=event_id, image=picture()))
    media = session.scalars(select(EventFlyer.file)).one()

    reply = caller.delete(f"/api/event/{event_id}")

    assert (reply.status_code, reply.text) == (200, "OK")
    assert session.get(Event, event_id) is None
    for model in (EventHost, EventFlyer):
        assert session.scalars(select(model)).all() == []
    assert session.scalars(select(Place.name)).all() == ["Update Hall"]
    assert session.scalars(select(AuditEntry.action)).all() == ["event.delete"]
    assert caller.get(f"/media/{media}").status_code in (302, 404)
    assert caller.delete(f"/api/event/{event_id}").status_code == 404
    assert (
        caller.post("/api/event", {"title": "Next", "start_datetime": START, "place_name": "online"}).json["id"]
        > event_id
    )


def test_read_models_follow_a_deletion(caller, session, event_id):
    make_talk(session, session.get_one(Event, event_id))
    session.commit()

    caller.delete(f"/api/events/{event_id}")

    assert not any(find_inconsistencies(session.connection()).values())


def test_an_event_that_does_not_exist_is_not_deleted(gancio, editor, user):
    callers = (gancio(editor), gancio(user), gancio())

    assert [caller.delete("/api/event/99999").status_code for caller in callers] == [404, 404, 403]


def test_deleting_a_series_keeps_its_occurrences(caller, session, event_id):
    caller.put("/api/event", {"id": event_id, "recurrent": {"frequency": "1w"}})
    occurrence = session.scalars(select(Event).where(Event.parent_id == event_id)).one()

    caller.delete(f"/api/event/{event_id}")

    session.refresh(occurrence)
    assert (occurrence.parent_id, occurrence.is_visible) == (None, True)


def test_the_sender_of_a_deleted_submission_is_told(gancio, session, editor):
    body = {"title": "Spam", "start_datetime": START, "place_name": "online", "submitter_email": "sam@example.org"}
    event_id = gancio().post("/api/event", body).json["id"]

    gancio(editor).delete(f"/api/event/{event_id}")

    kinds = session.scalars(select(Mail.kind).where(Mail.recipient == "sam@example.org").order_by(Mail.id)).all()
    assert kinds == ["anonymous_event_received", "anonymous_event_rejected"]
