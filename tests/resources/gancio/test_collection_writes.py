"""Changes of collections and their filters in the Gancio API (contract, section 11)."""

from functools import partial

import pytest
from sqlalchemy import select

from joindin.models import AuditEntry, Collection, CollectionFilter
from tests.concurrency import run_concurrently
from tests.factories import make_place, newest


@pytest.fixture
def boss(gancio, admin):
    return gancio(admin)


@pytest.fixture
def collection_id(boss):
    return boss.post("/api/collections", {"name": "first"}).json["id"]


def names(client):
    return [collection["name"] for collection in client.get("/api/collections").json]


def test_a_collection_is_added_behind_the_others(boss, session):
    first, second = (boss.post("/api/collections", {"name": name}) for name in ("first", "second"))

    assert (first.status_code, first.json) == (
        200, {"id": first.json["id"], "name": "first", "isActor": True, "isTop": True, "sortIndex": 1}
    )  # fmt: skip
    assert (second.json["sortIndex"], names(boss)) == (2, ["first", "second"])
    assert (newest(session, AuditEntry).action, newest(session, AuditEntry).subject_name) == (
        "collection.add",
        "second",
    )


@pytest.mark.parametrize("name", ["first", "", " ", None, 5, ["a", "b"], "x" * 256, "\0"])
def test_a_name_that_is_taken_or_refused(boss, collection_id, session, name):
    assert boss.post("/api/collections", {"name": name}).status_code == 400
    assert session.scalars(select(Collection.name)).all() == ["first"]


def test_a_collection_is_unpinned_and_pinned(boss, collection_id):
    path = f"/api/collection/toggle/{collection_id}"

    assert boss.put(path).json is True
    assert boss.get("/api/collections?pin=true").json == []
    assert boss.put(path).json is False
    assert [each["isTop"] for each in boss.get("/api/collections").json] == [True]
    assert boss.put("/api/collection/toggle/999").status_code == 404


def test_a_collection_moves_up(boss):
    for name in ("a", "b", "c"):
        boss.post("/api/collections", {"name": name})

    assert (boss.put("/api/collection/moveup/3").text, names(boss)) == ("OK", ["a", "c", "b"])
    assert (boss.put("/api/collection/moveup/2").text, names(boss)) == ("OK", ["c", "a", "b"])
    assert [
        (r.status_code, r.text) for r in (boss.put("/api/collection/moveup/1"), boss.put("/api/collection/moveup/9"))
    ] == [(404, "Not Found")] * 2
    assert names(boss) == ["c", "a", "b"]


def test_a_collection_moves_past_a_gap(boss):
    ids = [boss.post("/api/collections", {"name": name}).json["id"] for name in ("a", "b", "c")]
    boss.delete(f"/api/collection/{ids[1]}")

    assert boss.put("/api/collection/moveup/3").status_code == 200
    assert names(boss) == ["c", "a"]


def test_a_collection_is_deleted_with_its_filters(boss, collection_id, session):
    boss.post("/api/filter", {"collectionId": collection_id, "tags": ["a"]})

    assert boss.delete(f"/api/collection/{collection_id}").text == "OK"
    assert boss.delete(f"/api/collection/{collection_id}").status_code == 404
    assert (newest(session, Collection), newest(session, CollectionFilter)) == (None, None)


def test_a_filter_is_added_and_answered_as_it_was_sent(boss, collection_id, session):
    place = make_place(session)

    reply = boss.post("/api/filter", {"collectionId": collection_id, "tags": ["col-c"], "places": [{"id": place.id}]})

    assert (reply.status_code, reply.json) == (
        200,
        {"id": reply.json["id"], "collectionId": collection_id, "tags": ["col-c"], "places": [{"id": place.id}]},
    )
    negated = boss.post("/api/filter", {"collectionId": str(collection_id), "tags": ["x"], "negate": True}).json
    assert (negated["tags"], negated["negate"], set(negated)) == (["x"], True, {"id", "collectionId", "tags", "negate"})


@pytest.mark.parametrize("places", [[7, 8], [{"id": 7, "name": "Hall"}, {"id": 8}]])
def test_places_are_numbers_or_objects(boss, collection_id, session, places):
    boss.post("/api/filter", {"collectionId": collection_id, "places": places})

    assert newest(session, CollectionFilter).place_ids == [7, 8]


def test_a_filter_is_changed_and_deleted(boss, collection_id):
    filter_id = boss.post("/api/filter", {"collectionId": collection_id, "tags": ["a"]}).json["id"]
    path = f"/api/filter/{filter_id}"

    changed = boss.put(
        path, {"places": [{"id": 3}], "actors": [{"ap_id": None}], "tags": None, "collectionId": 99, "id": 5}
    )

    assert changed.json == {
        "id": filter_id, "negate": None, "tags": None, "places": [{"id": 3}], "actors": [{"ap_id": None}],
        "collectionId": collection_id,
    }  # fmt: skip
    assert boss.get(f"/api/filter/{collection_id}").json == [changed.json]
    assert boss.put(path, {"negate": True}).json == changed.json | {"negate": True}
    assert boss.delete(path).text == "OK"
    assert [r.status_code for r in (boss.delete(path), boss.put(path, {"tags": []}))] == [404, 404]


@pytest.mark.parametrize("collection", [999, None, "x", -1, 2**70, True, [1], {"id": 1}])
def test_a_filter_needs_its_collection(boss, session, collection):
    assert boss.post("/api/filter", {"collectionId": collection, "tags": ["a"]}).status_code == 404
    assert newest(session, CollectionFilter) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"tags": "a"},
        {"tags": [1]},
        {"tags": [""]},
        {"tags": ["x" * 201]},
        {"tags": ["a"] * 101},
        {"tags": {"a": 1}},
        {"places": ["7"]},
        {"places": [{"name": "Hall"}]},
        {"places": [True]},
        {"places": [-1]},
        {"places": [2**31]},
        {"places": [1.5]},
        {"places": 7},
        {"actors": ["x"]},
        {"actors": [{}]},
        {"actors": [{"ap_id": 5}]},
        {"actors": [{"ap_id": "x" * 501}]},
        {"negate": "perhaps"},
    ],
)
def test_a_refused_filter_is_not_stored(boss, collection_id, session, fields):
    reply = boss.post("/api/filter", {"collectionId": collection_id} | fields)

    assert (reply.status_code, newest(session, CollectionFilter)) == (400, None)


def test_a_collection_has_a_limited_number_of_filters(boss, collection_id, session):
    session.add_all(CollectionFilter(collection_id=collection_id) for _ in range(100))
    session.commit()

    assert boss.post("/api/filter", {"collectionId": collection_id, "tags": ["a"]}).status_code == 400


def test_simultaneous_additions_get_different_positions(gancio, admin, session):
    clients = [gancio(admin) for _ in range(4)]

    run_concurrently(
        session,
        [partial(client.post, "/api/collections", {"name": f"c{number}"}) for number, client in enumerate(clients)],
    )

    assert sorted(session.scalars(select(Collection.position))) == [1, 2, 3, 4]
