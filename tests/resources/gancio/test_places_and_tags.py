"""Reads of places, tags and collections (contract, sections 9 to 11)."""

import datetime as dt

import pytest
from sqlalchemy import delete, select

from joindin.models import Collection, CollectionFilter, PendingBucketCount, SiteSetting, Tag
from tests.factories import NOW, days_from_now, make_event, make_pending_event, make_place


def slugs(events):
    return [event["slug"] for event in events]


def test_places_are_found_by_name_and_address_most_used_first(api, session):
    often, seldom, unused = (
        make_place(session, "Plaza Uno"),
        make_place(session, "Café"),
        make_place(session, "Plaza X"),
    )
    exact = make_place(session, "plaza", latitude=1.5, longitude=2.5)
    seldom.address = "Plaza street 2"
    for place, number in ((often, 3), (seldom, 2), (exact, 1)):
        for _ in range(number):
            make_event(session, place_id=place.id)
    make_pending_event(session, place_id=unused.id)
    make_event(session, place_id=unused.id, is_series=True)

    assert [place["name"] for place in api.get("/api/place?search=PLAZA").json] == ["plaza", "Plaza Uno", "Café"]
    assert api.get("/api/place?search=cafe").json == [
        {"name": "Café", "address": "Plaza street 2", "latitude": None, "longitude": None, "id": seldom.id}
    ]
    assert [place["name"] for place in api.get("/api/place").json] == ["Plaza Uno", "Café", "plaza"]
    assert api.get("/api/place?search=none").json == []


def test_searches_return_ten_at_most(api, session):
    for number in range(12):
        make_event(session, place_id=make_place(session, f"Hall {number}").id, tags=[f"tag {number}"])

    lengths = {path: len(api.get(path).json) for path in ("/api/place", "/api/tag", "/api/event/meta")}
    assert set(lengths.values()) == {10}
    assert [len(api.get(f"/api/{path}").json) for path in ("place?search=ha", "tag?search=ta", "event/meta?search=a")] == [
        10, 10, 10,
    ]  # fmt: skip


def test_counts_follow_what_happens_to_events(api, session):
    place, other = make_place(session, "One"), make_place(session, "Two")
    event = make_event(session, place_id=place.id, tags=["a"])

    def counts():
        session.commit()
        return {each["label"]: each["w"] for each in api.get("/api/event/meta").json}

    assert counts() == {"One": 1, "a": 1}
    event.place_id = other.id
    assert counts() == {"Two": 1, "a": 1}
    event.starts_at += dt.timedelta(days=4000)
    assert counts() == {"Two": 1, "a": 1}
    event.is_active = False
    assert counts() == {}
    event.is_active, event.is_series = True, True
    assert counts() == {}
    event.is_series, event.starts_at = False, days_from_now(-40_000)
    assert counts() == {"Two": 1, "a": 1}
    session.delete(event)
    assert counts() == {}


def test_changes_that_are_not_summed_up_yet_are_counted(api, session):
    """PostgreSQL adds the changes of a transaction to the counts later if another one is adding its own."""
    place, other = make_place(session, "One"), make_place(session, "Two")
    event = make_event(session, place_id=place.id, tags=["a"])
    make_event(session, tags=["b"])
    tag_id = session.scalar(select(Tag.id).where(Tag.name == "b"))
    changes = [(f"place {other.id}", 3), (f"place {place.id}", -1), (f"tag {tag_id}", 1)]
    session.add_all(
        [PendingBucketCount(counter=counter, bucket=event.start_day, change=change) for counter, change in changes]
    )

    assert [place["name"] for place in api.get("/api/place").json] == ["Two"]
    assert [(each["label"], each["w"]) for each in api.get("/api/event/meta").json] == [("Two", 3), ("b", 2), ("a", 1)]


def test_a_place_is_shown_with_its_coming_and_past_events(api, session):
    place = make_place(session, "Plaza Dos", latitude=1.5)
    number = make_place(session, "12345")
    make_event(session, place_id=number.id)
    for slug, days in (("old", -30), ("older", -60), ("soon", 1), ("running", -1)):
        make_event(session, slug=slug, place_id=place.id, starts_at=days_from_now(days))
    parent = make_event(session, place_id=place.id, is_series=True)
    make_event(
        session, slug="next", place_id=place.id, parent_id=parent.id, occurrence_at=NOW, starts_at=days_from_now(2),
        is_multidate=True,
    )  # fmt: skip
    make_pending_event(session, place_id=place.id)

    shown = api.get(f"/api/place/{place.id}").json
    assert shown["place"] == {
        "id": place.id, "name": "Plaza Dos", "ap_id": None, "address": "Road 1", "latitude": 1.5, "longitude": None,
        "createdAt": shown["place"]["createdAt"], "updatedAt": shown["place"]["updatedAt"],
    }  # fmt: skip
    assert slugs(shown["events"]) == ["running", "soon", "next"]
    assert slugs(shown["pastEvents"]) == ["old", "older"]
    assert api.get("/api/place/Plaza%20Dos").json == shown
    for name in ("plaza%20dos", "12345", "999", "99999999999999999", "-1", "%00", "x" * 300, "%ED%A0%80"):
        assert (api.get(f"/api/place/{name}").status_code, name) == (404, name)
    assert api.get(f"/api/place/{number.id}").status_code == 200


@pytest.mark.parametrize("state", ["pending", "rejected", "private"])
def test_places_and_tags_of_hidden_events_alone_are_shown_to_moderators(gancio, session, user, editor, admin, state):
    """People without an account may have sent them."""
    place = make_place(session, "Insult Hall")
    states = {"pending": {"is_pending": True}, "rejected": {}, "private": {"is_active": True, "is_private": True}}
    make_event(session, place_id=place.id, tags=["Insult"], **({"is_active": False} | states[state]))
    reads = [f"place/{place.id}", "place/Insult%20Hall", "tag/Insult"]
    feeds = [f"/feed/{form}/{read}" for form in ("json", "rss", "ics") for read in reads]
    paths = [*(f"/api/{read}" for read in reads), *feeds]

    def statuses(caller):
        return {caller.get(path).status_code for path in paths}

    assert (statuses(gancio()), statuses(gancio(user))) == ({404}, {404})
    moderators_replies = [caller.get(f"/api/{read}") for caller in (gancio(editor), gancio(admin)) for read in reads]
    assert [(reply.status_code, reply.json["events"]) for reply in moderators_replies] == [(200, [])] * 6
    make_event(session, slug="seen", place_id=place.id, tags=["Insult"])
    assert statuses(gancio()) == {200}


def test_of_places_with_one_name_a_visible_one_is_shown(api, session):
    make_place(session, "Twin")
    second = make_place(session, "Twin", lookup_key=None)
    make_event(session, place_id=second.id)

    assert api.get("/api/place/Twin").json["place"]["id"] == second.id


def test_tags_are_found_most_used_first(api, session):
    make_event(session, tags=["Tag-One", "tag-two"])
    make_event(session, tags=["tag-ONE", "tag-three"])
    make_pending_event(session, tags=["hidden"])

    assert api.get("/api/tag").json == ["Tag-One", "tag-two", "tag-three"]
    assert api.get("/api/tag?search=TAG-T").json == ["tag-two", "tag-three"]
    assert api.get("/api/tag?search=hidden").json == []


@pytest.mark.parametrize("name", ["Music", "a/b", "'q'\"%^&*", "Ünï", "a.b", "x" * 100])
def test_a_tag_shows_its_coming_and_past_events(api, session, name):
    make_event(session, slug="soon", tags=[name, "other"])
    make_event(session, slug="past", tags=[name], starts_at=days_from_now(-30))

    shown = api.get("/api/tag/" + "".join(f"%{byte:02X}" for byte in name.encode())).json
    assert (slugs(shown["events"]), slugs(shown["pastEvents"])) == (["soon"], ["past"])
    assert shown["events"][0]["tags"] == [name, "other"]


@pytest.mark.parametrize("name", ["music", "none", "%00", "x" * 300])
def test_other_spellings_are_not_found(api, session, name):
    make_event(session, tags=["Music"])

    reply = api.get(f"/api/tag/{name}")
    assert (reply.status_code, reply.text) == (404, "Not Found")


def test_admins_list_all_places_and_tags(gancio, session, admin, editor):
    unused = make_place(session, "Unused")
    place = make_place(session, "Hall")
    make_event(session, place_id=place.id, tags=["a", "b"])
    make_event(session, place_id=place.id, tags=["b"])
    make_pending_event(session, place_id=unused.id, tags=["c"])

    assert gancio(admin).get("/api/tags").json == [
        {"tag": "b", "count": 2}, {"tag": "a", "count": 1}, {"tag": "c", "count": 0},
    ]  # fmt: skip
    shown = gancio(admin).get("/api/places").json
    assert [(each["id"], each["name"], each["ap_id"]) for each in shown] == [(place.id, "Hall", None)]
    assert [gancio(editor).get(f"/api/{path}").status_code for path in ("tags", "places", "filter/1")] == [
        403,
        403,
        403,
    ]


@pytest.fixture
def collection(session):
    """A collection with a filter, after a pinned one without."""
    other = Collection(name="second", position=1)
    collection = Collection(name="first", position=2, is_pinned=False)
    session.add_all([collection, other])
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["a"], place_ids=[5], is_negated=True))
    session.flush()
    return collection


def test_collections_are_listed_in_their_order(gancio, session, admin, collection):
    first = {"id": collection.id, "name": "first", "isActor": True, "isTop": False, "sortIndex": 2}
    listed = gancio().get("/api/collections").json
    filters = gancio(admin).get(f"/api/filter/{collection.id}").json

    assert [each["name"] for each in listed] == ["second", "first"]
    assert listed[1] == first
    assert [each["name"] for each in gancio().get("/api/collections?pin=true").json] == ["second"]
    assert filters == [
        {
            "id": filters[0]["id"],
            "negate": True,
            "tags": ["a"],
            "places": [{"id": 5}],
            "actors": None,
            "collectionId": collection.id,
        }
    ]
    with_filters = gancio().get("/api/collections?withFilters=true").json
    assert [each["filters"] for each in with_filters] == [[], filters]
    assert gancio(admin).get("/api/filter/999").json == []


def test_a_collection_is_paged_and_filtered_by_its_own_parameters(gancio, session, collection):
    for number in range(5):
        make_event(session, slug=f"e{number}", starts_at=days_from_now(number + 1))
    make_event(session, slug="past", starts_at=days_from_now(-20))
    make_event(session, slug="tagged", tags=["a"], place_id=make_place(session, id=5).id)
    start = int(days_from_now(-30).timestamp())

    def listed(query):
        return slugs(gancio().get(f"/api/collections/first?{query}").json)

    assert listed("") == ["e0", "e1", "e2", "e3", "e4"]
    assert listed("max=2") == ["e0", "e1"]
    assert listed("per_page=2&page=1") == ["e2", "e3"]
    assert listed("reverse=true&max=1") == ["e4"]
    assert listed(f"start_at={start}&max=1") == listed(f"start={start}&max=1") == ["past"]
    assert listed("older=true") == ["past"]
    assert listed("start_at=abc") == []
    row = gancio().get("/api/collections/first?max=1").json[0]
    assert row.items() >= {"ap_id": None, "ap_user": None}.items()
    assert "updatedAt" in row


def test_a_collection_may_be_the_home_page(gancio, session, collection):
    make_event(session, slug="tagged", tags=["a"], place_id=make_place(session, id=5).id)
    make_event(session, slug="other", tags=["b"])
    session.add(SiteSetting(key="collection_in_home", value="first", updated_at=NOW))

    assert slugs(gancio().get("/api/events").json) == ["other"]
    assert slugs(gancio().get("/api/events?tags=a").json) == ["tagged"]
    assert slugs(gancio().get("/api/events?places=5").json) == ["tagged"]
    assert slugs(gancio().get("/api/events?query=a").json) == ["tagged"]
    session.execute(delete(CollectionFilter).where(CollectionFilter.collection_id == collection.id))
    assert gancio().get("/api/events").json == []
    session.delete(collection)
    assert sorted(slugs(gancio().get("/api/events").json)) == ["other", "tagged"]
