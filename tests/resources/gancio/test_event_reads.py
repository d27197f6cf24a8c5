"""Reads of events: the list, details, neighbours, own and pending events, messages (contract, sections 6.1, 6.2, 6.6)."""

import datetime as dt

import pytest
import time_machine

from joindin.models import Collection, CollectionFilter, EventHost, EventSeries, ModerationMessage, SiteSetting
from joindin.operations.events import tag_event
from joindin.utils.datetimes import UTC
from tests.factories import (
    NOW,
    days_from_now,
    make_event,
    make_pending_event,
    make_place,
    make_rejected_event,
    make_user,
)

# With a cached response the clock of the cache and that of the application have to agree.
MOMENT = dt.datetime(2030, 3, 4, 12, tzinfo=UTC)


def set_setting(session, key, value):
    session.merge(SiteSetting(key=key, value=value, updated_at=NOW))
    session.commit()


def slugs(reply):
    return [event["slug"] for event in reply.json]


@pytest.fixture
def ada(session):
    return make_user(session, "ada")


@pytest.fixture
def editor(session):
    return make_user(session, "ed", is_editor=True)


def test_a_row_of_the_list_is_complete(api, session):
    place = make_place(session, "Hall", latitude=1.5, longitude=2.5)
    event = make_event(
        session, "Party", slug="party", tags=["Music"], place_id=place.id, location="Hall, Road 1", latitude=1.5,
        longitude=2.5, starts_at=days_from_now(1), is_end_known=False,
    )  # fmt: skip
    event.ends_at = event.starts_at

    reply = api.get("/api/events")

    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert reply.content_type == "application/json; charset=utf-8"
    assert reply.json == [
        {
            "id": event.id,
            "title": "Party",
            "slug": "party",
            "multidate": False,
            "start_datetime": int(event.starts_at.timestamp()),
            "end_datetime": None,
            "media": [],
            "online_locations": [],
            "parentId": None,
            "tags": ["Music"],
            "place": {"id": place.id, "name": "Hall", "address": "Road 1", "latitude": 1.5, "longitude": 2.5},
        }
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("start=abc", []),
        ("start=", ["soon", "later"]),
        ("start=nan", []),
        ("start=-1e999", []),
        (f"start={'9' * 300}", []),
        ("start=-99999999999999", ["past", "soon", "later"]),
        ("start=0&end=abc", ["past", "soon", "later"]),
        ("start=0&max=0", ["past", "soon", "later"]),
        ("start=0&max=x&page=7", ["past", "soon", "later"]),
        ("start=0&max=-1", ["past", "soon", "later"]),
        ("start=0&max=2", ["past", "soon"]),
        ("start=0&max=2&page=1", ["later"]),
        ("start=0&max=2&page=x", ["past", "soon"]),
        (f"start=0&max=2&page={'9' * 50}", []),
        (f"start=0&max={'9' * 50}", ["past", "soon", "later"]),
        ("tags=&places=", ["soon", "later"]),
        ("tags=%00", ["soon", "later"]),
        ("tags=%ff%fe", []),
        ("places=x,y", []),
        ("places=Hall", ["later"]),
        (f"places={'9' * 40}", []),
        ("query=%00", []),
        ("query=a%00b", []),
        ("query=%25", ["past", "soon", "later"]),
        ("query=HALL", ["later"]),
        ("query=hall&end=1", []),
        (f"query={'x' * 300}", []),
        ("reverse=true", ["later", "soon"]),
        ("reverse=false", ["soon", "later"]),
        ("reverse=no", ["soon", "later"]),
    ],
)
def test_parameters_are_read_as_the_contract_says(api, session, query, expected):
    place = make_place(session, "Hall")
    make_event(session, "Past", slug="past", starts_at=days_from_now(-9))
    make_event(session, "Soon", slug="soon", starts_at=days_from_now(1))
    make_event(session, "Later", slug="later", starts_at=days_from_now(2), place_id=place.id)

    reply = api.get(f"/api/events?{query}")

    assert (reply.status_code, slugs(reply)) == (200, expected)


def test_settings_switch_multidate_events_and_occurrences(api, session):
    parent = make_event(session, slug="parent", is_series=True)
    make_event(session, slug="next", parent_id=parent.id, occurrence_at=NOW)
    make_event(session, slug="days", is_multidate=True, starts_at=days_from_now(20))

    assert slugs(api.get("/api/events?show_recurrent=true")) == ["days"]
    set_setting(session, "allow_recurrent_event", True)
    assert slugs(api.get("/api/events")) == ["days"]
    assert slugs(api.get("/api/events?show_recurrent=true")) == ["next", "days"]
    set_setting(session, "recurrent_event_visible", True)
    assert slugs(api.get("/api/events")) == ["next", "days"]
    assert slugs(api.get("/api/events?show_recurrent=false")) == ["days"]
    set_setting(session, "allow_multidate_event", False)
    assert slugs(api.get("/api/events?show_multidate=true")) == ["next"]


def test_a_cached_list_drops_an_event_when_it_has_ended(app, api, session):
    with time_machine.travel(MOMENT, tick=False) as clock:
        ends_at = MOMENT + dt.timedelta(minutes=10)
        make_event(session, slug="ending", starts_at=MOMENT - dt.timedelta(hours=1), ends_at=ends_at)
        make_event(session, slug="coming", starts_at=MOMENT + dt.timedelta(days=1))

        first = api.get("/api/events?max=20")
        app.extensions["fragment_cache"].clear()
        clock.move_to(ends_at)
        during = api.get("/api/events?max=20")
        clock.move_to(ends_at + dt.timedelta(seconds=1))
        after = api.get("/api/events?max=20")

    assert first.headers["Cache-Control"] == "public, no-cache"
    assert (slugs(first), slugs(during), slugs(after)) == (["ending", "coming"], ["ending", "coming"], ["coming"])


def test_lists_that_change_at_unknown_times_are_not_cached(api, session):
    make_event(session)

    answers = {query: api.get(f"/api/events?{query}").headers["Cache-Control"] for query in (
        "max=1&page=1", "older=true", "start=5&older=true", "start=5&max=1&page=1", "query=x",
    )}  # fmt: skip
    assert answers == {
        "max=1&page=1": "private, no-cache",
        "older=true": "private, no-cache",
        "start=5&older=true": "public, no-cache",
        "start=5&max=1&page=1": "public, no-cache",
        "query=x": "public, no-cache",
    }


@pytest.mark.parametrize("path", ["/api/events", "/api/event/detail/a", "/api/place", "/api/tag", "/api/collections"])
def test_an_unchanged_answer_is_not_sent_again(api, session, path):
    make_event(session, slug="a")
    first = api.get(path)

    again = api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_only_some_addresses_are_open_to_scripts_of_other_sites(api, session):
    make_event(session, slug="a")
    opened = ("/api/events", "/api/event/detail/a", "/api/event/detail/no", "/api/place", "/api/place/no", "/api/tag",
              "/api/tag/no", "/api/collections/no")  # fmt: skip
    closed = ("/api/events/mine", "/api/event/unconfirmed", "/api/event/meta", "/api/places", "/api/tags",
              "/api/collections", "/api/filter/1", "/api/client/1")  # fmt: skip

    origins = {path: api.get(path).headers.get("Access-Control-Allow-Origin") for path in (*opened, *closed)}
    assert origins == dict.fromkeys(opened, "*") | dict.fromkeys(closed)
    preflight = api.request("OPTIONS", "/api/events")
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_details_are_found_by_every_name(api, session):
    event = make_event(session, slug="party")
    make_event(session, slug="meta"), make_event(session, slug="detail")

    for path in ("detail/party", "detail/party.json", f"detail/{event.id}", f"detail/{event.id}.json", "party",
                 f"{event.id}", "detail/meta"):  # fmt: skip
        assert api.get(f"/api/event/{path}").status_code == 200, path
    for path in ("detail/party.xml", "detail/Party", "detail/party/", "detail", "mine", "confirm", "messages.json",
                 "detail/0", "detail/99999999999999999999", "detail/%00", "detail/%ED%A0%80"):  # fmt: skip
        assert api.get(f"/api/event/{path}").status_code == 404, path
    assert api.get("/api/event/meta").json == []


@pytest.mark.parametrize("path", ["detail/party.ics", "party.ics"])
def test_details_are_a_calendar_as_well(api, session, path):
    make_event(session, "Party", slug="party")

    reply = api.get(f"/api/event/{path}")

    assert reply.content_type == "text/calendar; charset=utf-8"
    assert "SUMMARY:Party" in reply.text
    assert "BEGIN:VALARM" in reply.text


def test_neighbours_are_the_visible_events_before_and_after(api, session):
    at = days_from_now(5)
    make_event(session, slug="before", starts_at=at - dt.timedelta(days=1))
    make_event(session, slug="same-1", starts_at=at)
    make_event(session, slug="same-2", starts_at=at)
    make_event(session, slug="series", starts_at=at, is_series=True)
    make_pending_event(session, starts_at=at)
    make_event(session, slug="last", starts_at=at + dt.timedelta(days=1))

    shown = {slug: api.get(f"/api/event/detail/{slug}").json for slug in ("before", "same-1", "same-2", "last")}
    assert {slug: (event["prev"], event["next"]) for slug, event in shown.items()} == {
        "before": (None, "same-1"),
        "same-1": ("before", "same-2"),
        "same-2": ("same-1", "last"),
        "last": ("same-2", None),
    }


def test_neighbours_of_moderators_include_pending_events(api, session, ada, editor):
    at = days_from_now(5)
    make_event(session, slug="first", starts_at=at)
    make_pending_event(session, slug="hidden", starts_at=at, host=ada)
    make_pending_event(session, starts_at=at, is_private=True)
    make_pending_event(session, starts_at=at, is_series=True)
    make_event(session, starts_at=at, is_active=False, is_pending=False)
    make_event(session, slug="second", starts_at=at)
    session.commit()

    shown = {
        (role, slug): (event["prev"], event["next"])
        for role, caller in (("editor", api.signed_in(editor)), ("owner", api.signed_in(ada)))
        for slug in ("first", "hidden", "second")
        for event in [caller.get(f"/api/event/detail/{slug}").json]
    }
    assert shown == {
        ("editor", "first"): (None, "hidden"),
        ("editor", "hidden"): ("first", "second"),
        ("editor", "second"): ("hidden", None),
        ("owner", "first"): (None, "second"),
        ("owner", "hidden"): ("first", "second"),
        ("owner", "second"): ("first", None),
    }


def test_a_pending_event_is_shown_to_its_owner_and_to_moderators(api, session, ada, editor):
    make_pending_event(session, slug="new", host=ada)
    session.commit()

    replies = {
        "visitor": api.get("/api/event/detail/new"),
        "user": api.signed_in(make_user(session)).get("/api/event/detail/new"),
        "owner": api.signed_in(ada).get("/api/event/detail/new"),
        "editor": api.signed_in(editor).get("/api/event/detail/new"),
    }
    assert {role: reply.status_code for role, reply in replies.items()} == {
        "visitor": 404, "user": 404, "owner": 200, "editor": 200,
    }  # fmt: skip
    assert replies["visitor"].text == "Not Found"
    assert [replies[role].json["isMine"] for role in ("owner", "editor")] == [True, False]
    assert replies["owner"].headers["Cache-Control"] == "private, no-cache"


def test_own_events_have_not_ended_and_include_hidden_ones_and_series(api, session, ada):
    make_event(session, slug="past", host=ada, starts_at=days_from_now(-9))
    make_event(session, slug="running", host=ada, starts_at=days_from_now(-1))
    make_pending_event(session, slug="pending", host=ada, starts_at=days_from_now(2))
    make_rejected_event(session, slug="rejected", host=ada)
    make_event(session, slug="of-another", host=make_user(session))
    series = make_event(session, slug="series", host=ada, is_series=True, starts_at=days_from_now(-90))
    session.add(EventSeries(event_id=series.id, recurrence={"frequency": "1w"}))

    mine = api.signed_in(ada).get("/api/events/mine").json
    assert [(event["slug"], event["is_visible"], event["recurrent"]) for event in mine] == [
        ("pending", False, None),
        ("running", True, None),
        ("series", True, {"frequency": "1w"}),
    ]
    assert api.get("/api/events/mine").status_code == 403


def test_the_queue_divides_coming_and_past_events(api, session, ada, editor):
    parent = make_pending_event(session, slug="series", is_series=True, starts_at=days_from_now(3))
    make_pending_event(session, slug="date", parent_id=parent.id, occurrence_at=NOW)
    make_pending_event(session, slug="old", starts_at=days_from_now(-3))
    new = make_pending_event(session, slug="new", starts_at=days_from_now(2), host=ada)
    make_event(session), make_rejected_event(session)
    session.add(ModerationMessage(event_id=new.id, message="?", author="ANON", created_at=NOW, updated_at=NOW))

    queue = api.signed_in(editor).get("/api/event/unconfirmed").json
    shown = {name: [(event["slug"], event["n_messages"], event["userId"]) for event in queue[name]] for name in queue}
    assert shown == {"events": [("new", 1, ada.id), ("series", 0, None)], "oldEvents": [("old", 0, None)]}
    assert api.signed_in(ada).get("/api/event/unconfirmed").status_code == 403


def test_messages_are_for_moderators_and_in_part_for_owners(api, session, ada, editor):
    event = make_event(session, host=ada)
    for number, (text, is_visible) in enumerate([("Spam?", False), ("Is it?", True)]):
        at = NOW + dt.timedelta(seconds=number)
        session.add(
            ModerationMessage(
                event_id=event.id,
                message=text,
                author="ADMIN",
                is_author_visible=is_visible,
                created_at=at,
                updated_at=at,
            )
        )
    path = f"/api/event/messages/{event.id}"
    owner, moderator, user = api.signed_in(ada), api.signed_in(editor), api.signed_in(make_user(session))

    assert moderator.get(path).status_code == 403
    set_setting(session, "enable_moderation", True)
    assert [message["message"] for message in moderator.get(path).json] == ["Is it?", "Spam?"]
    assert [message["message"] for message in owner.get(path).json] == ["Is it?"]
    assert (user.get(path).status_code, api.get(path).status_code) == (400, 403)
    assert moderator.get("/api/event/messages/999").status_code == 404
    counts = [
        client.get(f"/api/event/detail/{event.id}").json["n_messages"] for client in (moderator, owner, user, api)
    ]
    assert counts == [2, 1, 0, 0]


def test_hosts_of_an_event_see_it_as_theirs(api, session, ada):
    bob = make_user(session, "bob")
    event = make_event(session, slug="a", host=ada)
    session.add(EventHost(event_id=event.id, user_id=bob.id))

    assert [api.signed_in(user).get("/api/event/detail/a").json["isMine"] for user in (ada, bob)] == [True, True]


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/api/events", 3),
        ("/api/events?max=20&tags=a&places=1", 4),
        ("/api/events?query=conf", 5),
        ("/api/event/detail/a", 3),
        ("/api/place/1", 5),
        ("/api/tag/a", 5),
        ("/api/collections/x", 6),
        ("/api/event/meta?search=a", 2),
    ],
)
def test_reads_cost_a_fixed_number_of_statements(app, api, session, count_statements, path, statements):
    place, collection = make_place(session), Collection(name="x", position=1)
    session.add(collection)
    session.flush()
    session.add(CollectionFilter(collection_id=collection.id, tags=["a"]))
    counts = []
    for size in (1, 8):
        for number in range(size):
            slug = f"a{size}-{number}" if size + number > 1 else "a"
            make_event(session, slug=slug, tags=["a", f"t{number}"], place_id=place.id)
        session.commit()
        app.extensions["fragment_cache"].clear()
        with count_statements() as seen:
            reply = api.get(path.replace("places=1", f"places={place.id}").replace("place/1", f"place/{place.id}"))
        assert reply.status_code == 200
        counts.append(len(seen))

    assert counts == [statements, statements]


@pytest.mark.parametrize(("name", "statements"), [("a", 1), ("a.ics", 2)])
def test_a_cached_detail_costs_one_statement_and_a_calendar_that_of_its_identifiers(
    api, session, count_statements, name, statements
):
    make_event(session, slug="a", host=make_user(session, "ada"))
    session.commit()
    first = api.get(f"/api/event/detail/{name}")

    with count_statements() as seen:
        again = api.get(f"/api/event/detail/{name}?again")
    assert (again.text, len(seen)) == (first.text, statements)


def test_a_cached_detail_changes_with_everything_that_it_shows(api, session, ada):
    place = make_place(session, "Hall")
    parent = make_event(session, is_series=True)
    session.add(EventSeries(event_id=parent.id, rrule="FREQ=WEEKLY", recurrence={"frequency": "1w"}))
    event = make_event(session, slug="a", host=ada, parent_id=parent.id, place_id=place.id, starts_at=days_from_now(5))
    session.commit()

    def shown(*names):
        reply = api.get("/api/event/detail/a").json
        return [reply[name] for name in names]

    assert shown("next", "prev", "isAnon", "title") == [None, None, False, event.name]
    later = make_event(session, slug="later", starts_at=days_from_now(6))
    make_event(session, slug="sooner", starts_at=days_from_now(4))
    session.commit()
    assert shown("next", "prev") == ["later", "sooner"]
    later.slug = "later-still"
    session.commit()
    assert shown("next", "isAnon") == ["later-still", False]
    ada.is_active = False
    session.commit()
    assert shown("isAnon") == [True]
    parent.is_active = False
    session.commit()
    assert [answer["is_visible"] for answer in shown("parent")] == [False]
    session.get(EventSeries, parent.id).recurrence = {"frequency": "2w"}
    session.commit()
    assert [answer["recurrent"] for answer in shown("parent")] == [{"frequency": "2w"}]
    place.name = "Barn"
    session.commit()
    assert [answer["name"] for answer in shown("place")] == ["Barn"]


def test_a_cached_calendar_changes_with_everything_that_it_shows(api, session):
    place = make_place(session, "Hall")
    event = make_event(session, "Party", slug="a", place_id=place.id, tags=["music"])
    session.commit()

    def shown():
        return api.get("/api/event/detail/a.ics").text

    assert "SUMMARY:Party" in shown()
    assert "Hall" in shown()
    assert "music" in shown()
    event.name = "Concert"
    session.commit()
    assert "SUMMARY:Concert" in shown()
    place.name = "Barn"
    session.commit()
    assert "Barn" in shown()
    tag_event(session, event, ["jazz"])
    session.commit()
    assert "jazz" in shown()
    assert "music" not in shown()
    event.is_active = False
    session.commit()
    assert api.get("/api/event/detail/a.ics").status_code == 404
