"""Changes of tags and places by admins in the Gancio API (contract, sections 9 and 10)."""

from functools import partial

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Event, Place, Tag
from joindin.performance.read_models.verify import find_inconsistencies
from tests.concurrency import run_concurrently
from tests.factories import days_from_now, make_event, make_place, newest


@pytest.fixture
def boss(gancio, admin):
    return gancio(admin)


def tags_of(client, event):
    return sorted(client.get(f"/api/event/detail/{event.slug}").json["tags"])


def rename(client, old, new):
    return client.put("/api/tag", {"tag": old, "newTag": new})


def test_a_renamed_tag_stays_with_its_events(api, boss, session):
    event = make_event(session, tags=["tag-three", "other"])
    assert tags_of(boss, event) == ["other", "tag-three"]
    version = event.version

    reply = rename(boss, "tag-three", "tag-3")

    assert (reply.status_code, reply.text, tags_of(boss, event)) == (200, "OK", ["other", "tag-3"])
    assert api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]["tags"] == ["tag-3", "other"]
    assert event.version > version
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.subject_type, entry.changes) == ("tag.rename", "tag", {"name": ["tag-three", "tag-3"]})


def test_the_case_of_a_tag_is_changed(boss, session):
    event = make_event(session, tags=["php"])

    assert rename(boss, "php", " PHP ").text == "OK"
    assert tags_of(boss, event) == ["PHP"]


@pytest.mark.parametrize("new", ["two", "TWO"])
def test_tags_are_merged(boss, session, new):
    both, one, two = (make_event(session, tags=tags) for tags in (["one", "two"], ["one"], ["two"]))

    assert rename(boss, "one", new).text == "OK"

    assert [tags_of(boss, event) for event in (both, one, two)] == [["two"]] * 3
    assert session.scalars(select(Tag.name)).all() == ["two"]
    assert boss.get("/api/tags").json == [{"tag": "two", "count": 3}]
    assert len(boss.get("/api/tag/two").json["events"]) == 3
    assert find_inconsistencies(session.connection()) == {}


@pytest.mark.parametrize(("old", "new"), [("zzqq", "x"), ("ONE", "x"), ("one", ""), ("one", " "), ("", "x"), (None, "x"), ("one", None),
                                          ("one", 5), (["a", "b"], "x"), ("one", "x" * 201), ("a\0", "x")])  # fmt: skip
def test_a_refused_renaming_changes_nothing(boss, session, old, new):
    make_event(session, tags=["one"])

    reply = rename(boss, old, new)

    assert (reply.status_code, session.scalars(select(Tag.name)).all()) == (400, ["one"])


def test_a_tag_is_deleted_from_its_events(boss, session):
    event = make_event(session, tags=["tag a/b", "other"])

    reply = boss.delete("/api/tag/tag%20a%2Fb")

    assert (reply.status_code, reply.text, tags_of(boss, event)) == (200, "OK", ["other"])
    again = boss.delete("/api/tag/tag%20a%2Fb")
    assert (again.status_code, again.text) == (404, "Not Found")
    assert find_inconsistencies(session.connection()) == {}


@pytest.mark.parametrize("name", ["zzqq", "TAG", "%00", "a" * 500])
def test_an_unknown_tag_is_not_deleted(boss, session, name):
    make_event(session, tags=["tag"])

    assert boss.delete(f"/api/tag/{name}").status_code == 404
    assert session.scalars(select(Tag.name)).all() == ["tag"]


def test_simultaneous_merges_leave_one_tag(gancio, admin, session):
    events = [make_event(session, tags=[name]) for name in ("a", "b", "c")]
    clients = [gancio(admin) for _ in range(2)]

    replies = run_concurrently(
        session, [partial(rename, client, old, "c") for client, old in zip(clients, ("a", "b"), strict=True)]
    )

    assert [reply.status_code for reply in replies] == [200, 200]
    assert [tags_of(clients[0], event) for event in events] == [["c"]] * 3


def test_a_place_is_changed_with_its_events(api, boss, session):
    place = make_place(session, "Plaza Dos", address="Old street")
    event = make_event(session, place_id=place.id, location="Plaza Dos, Old street")
    other = make_event(session, location="Plaza Dos, Old street")

    body = {"id": place.id, "name": "Plaza Duo", "address": "New street 2", "latitude": 1.5, "longitude": "-2.5"}
    reply = boss.put("/api/place", body)

    shown = reply.json
    assert (reply.status_code, {name: shown[name] for name in ("id", "name", "ap_id", "address", "latitude", "longitude")}) == (
        200, {"id": place.id, "name": "Plaza Duo", "ap_id": None, "address": "New street 2", "latitude": 1.5, "longitude": -2.5}
    )  # fmt: skip
    assert boss.get(f"/api/event/detail/{event.slug}").json["place"] == {
        "id": place.id, "name": "Plaza Duo", "address": "New street 2", "latitude": 1.5, "longitude": -2.5
    }  # fmt: skip
    listed = api.get(f"/v2.1/events/{event.id}?verbose=yes").json["events"][0]
    assert (listed["location"], listed["latitude"], listed["longitude"]) == ("Plaza Duo, New street 2", 1.5, -2.5)
    assert other.location == "Plaza Dos, Old street"
    entry = newest(session, AuditEntry)
    assert (entry.action, entry.subject_name, entry.changes["name"]) == (
        "place.edit",
        "Plaza Duo",
        ["Plaza Dos", "Plaza Duo"],
    )


def test_events_that_are_submitted_meanwhile_show_the_changed_place(gancio, admin, session):
    place, clients = make_place(session, "Hall", address="Old street"), [gancio(admin) for _ in range(6)]
    start = int(days_from_now(7).timestamp())
    submissions = [
        partial(client.post, "/api/event", {"title": f"At {n}", "start_datetime": start, "place_id": place.id})
        for n, client in enumerate(clients[1:])
    ]
    change = partial(clients[0].put, "/api/place", {"id": place.id, "address": "New street"})

    replies = run_concurrently(session, [*submissions[:2], change, *submissions[2:]])

    assert [reply.status_code for reply in replies] == [200] * 6
    assert set(session.scalars(select(Event.location))) == {"Hall, New street"}


def test_fields_that_are_not_sent_stay(boss, session):
    place = make_place(session, "Hall", address="Road 1", latitude=45.5, longitude=9.25)

    assert boss.put("/api/place", {"id": place.id, "address": ""}).json["address"] == ""
    assert boss.put("/api/place", {"id": place.id, "latitude": None}).json["latitude"] is None
    assert (place.name, place.longitude, place.lookup_key) == ("Hall", 9.25, "hall")


def test_a_name_may_be_that_of_another_place(boss, session):
    first, second = make_place(session, "Hall"), make_place(session, "Barn")

    reply = boss.put("/api/place", {"id": second.id, "name": "HALL"})

    assert (reply.json["name"], second.lookup_key, first.lookup_key) == ("HALL", None, "hall")


@pytest.mark.parametrize("place_id", [99999, 0, None, "x", -1, 2**70, [1], True])
def test_an_unknown_place_is_not_found(boss, place_id):
    reply = boss.put("/api/place", {"id": place_id, "name": "x"})

    assert (reply.status_code, reply.text) == (404, "Not Found")


@pytest.mark.parametrize(
    "fields",
    [
        {"latitude": 90.5},
        {"longitude": -181},
        {"latitude": "north"},
        {"latitude": True},
        {"latitude": [1]},
        {"latitude": 10**400},
        {"latitude": "nan"},
        {"name": "x" * 256},
        {"name": 5},
        {"address": "x" * 501},
    ],
)
def test_a_refused_change_of_a_place_changes_nothing(boss, session, fields):
    place = make_place(session, "Hall")

    reply = boss.put("/api/place", {"id": place.id, "address": "changed"} | fields)

    assert (reply.status_code, session.get(Place, place.id).address) == (400, "Road 1")


def test_only_admins_change_tags_and_places(gancio, editor, user, session):
    place = make_place(session, "Hall")
    make_event(session, tags=["one"])

    for client in (gancio(), gancio(user), gancio(editor)):
        replies = [
            rename(client, "one", "two"),
            client.delete("/api/tag/one"),
            client.put("/api/place", {"id": place.id, "name": "x"}),
        ]
        assert [(reply.status_code, reply.text) for reply in replies] == [(403, "Forbidden")] * 3
    assert (session.scalars(select(Tag.name)).all(), place.name) == (["one"], "Hall")
