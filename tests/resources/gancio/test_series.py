"""Series through Gancio's API: creation, skipped and deleted dates, and changes of one or more dates."""

import datetime as dt
import json

import pytest
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from joindin.jobs.series import create_due_occurrences
from joindin.models import Event, EventContact, EventHost, EventSeries, SiteSetting
from joindin.utils.datetimes import UTC, utc_now
from tests.factories import NOW, make_user

WEEK = 7 * 86400
# In ten days, at a full minute.
START = int(utc_now().timestamp()) // 60 * 60 + 10 * 86400


@pytest.fixture(autouse=True)
def _series_are_shown(session):
    session.add(SiteSetting(key="allow_recurrent_event", value=True, updated_at=NOW))
    # Without changes of clocks.
    session.add(SiteSetting(key="instance_timezone", value="UTC", updated_at=NOW))


@pytest.fixture
def caller(session, gancio):
    return gancio(make_user(session, "bob", is_trusted=True))


@pytest.fixture
def submit(caller):
    def submitting(**fields):
        body = {
            "title": "Meetup",
            "start_datetime": START,
            "end_datetime": START + 7200,
            "place_name": "Hall",
            "place_address": "Road 1",
            "recurrent": {"frequency": "1w"},
            **fields,
        }
        reply = caller.post("/api/event", body)
        assert reply.status_code == 200, reply.get_data(as_text=True)
        return reply.json

    return submitting


@pytest.fixture
def coming(api):
    """``coming()`` returns id, slug and start of the listed occurrences."""

    def listing():
        listed = api.get("/api/events?show_recurrent=true").json
        return [(event["id"], event["slug"], event["start_datetime"]) for event in listed]

    return listing


def test_series_begins_with_its_first_occurrence(api, submit, coming):
    parent = submit(recurrent={"frequency": "2w", "days": ["1"]})

    assert (parent["recurrent"], parent["is_visible"], parent["slug"]) == (
        {"frequency": "2w", "days": ["1"]},
        True,
        "meetup",
    )
    [(occurrence_id, slug, start)] = coming()
    assert (slug, start) == ("meetup-1", START)
    assert api.get("/api/events").json == []
    shown = api.get("/api/event/detail/meetup-1").json
    assert (shown["id"], shown["parentId"], shown["recurrent"]) == (occurrence_id, parent["id"], None)
    assert shown["parent"]["id"] == parent["id"]


@pytest.mark.parametrize(
    "fields",
    [
        [("recurrent", '{"frequency": "1w"}')],
        [("recurrent[frequency]", "1w")],
        [("recurrent.frequency", "1w")],
        [("recurrent[frequency]", "1w"), ("recurrent[days][]", "1")],
    ],
)
def test_recurrence_in_multipart(session, caller, fields):
    body = [
        ("title", "Meetup"),
        ("start_datetime", str(START)),
        ("place_name", "Hall"),
        ("place_address", "Road 1"),
        *fields,
    ]
    reply = caller.post("/api/event", data=MultiDict(body), content_type="multipart/form-data")

    assert reply.status_code == 200
    assert reply.json["recurrent"]["frequency"] == "1w"
    assert session.scalars(select(EventSeries.rrule)).all() == ["FREQ=WEEKLY"]


def test_rule_of_our_own(submit, coming, session):
    parent = submit(recurrent={"rrule": "FREQ=DAILY;INTERVAL=3;COUNT=2"})

    assert parent["recurrent"] == {"rrule": "FREQ=DAILY;INTERVAL=3;COUNT=2"}
    assert [start for *_, start in coming()] == [START]


@pytest.mark.parametrize(
    "recurrence",
    [
        {"rrule": "FREQ=SECONDLY"},
        {"rrule": "FREQ=DAILY;COUNT=100000"},
        {"rrule": "FREQ=DAILY;BYSECOND=1,2,3"},
        {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"},
        {"rrule": ["FREQ=DAILY"]},
        {"rrule": 1},
        {"rrule": "FREQ=DAILY\0"},
        {"rrule": "x" * 100_000},
    ],
)
def test_refused_rules(session, caller, recurrence, count_rows):
    session.commit()
    before = count_rows()
    body = {"title": "M", "start_datetime": START, "place_name": "Hall", "place_address": "Road 1"}

    reply = caller.post("/api/event", body | {"recurrent": recurrence})

    assert reply.status_code == 400
    assert count_rows() == before


@pytest.mark.parametrize(
    "recurrence",
    [
        {"frequency": "1w", "type": [1]},
        {"frequency": {"a": 1}},
        {"frequency": "1w", "days": {"a": 1}},
        {"frequency": 1e300},
        {"frequency": "1m", "type": 10**30},
        {"frequency": "\ud800"},
        {"frequency": "1w\0"},
        {"frequency": True, "days": [None, [], 2**70]},
        {"x" * 1000: "y" * 10_000},
    ],
)
def test_odd_recurrences_are_stored_as_far_as_they_mean_something(session, caller, recurrence):
    body = {"title": "M", "start_datetime": START, "place_name": "Hall", "place_address": "Road 1"}

    reply = caller.post(
        "/api/event", data=json.dumps(body | {"recurrent": recurrence}), content_type="application/json"
    )

    assert reply.status_code in (200, 400)
    if reply.status_code == 200:
        stored = session.scalars(select(EventSeries.recurrence)).one()
        assert set(stored) <= {"frequency", "type", "days"}
        assert reply.json["recurrent"] == stored


def test_hidden_occurrence_is_skipped_and_comes_back(caller, submit, coming, session):
    submit()
    [(first_id, *_)] = coming()

    assert caller.put(f"/api/event/unconfirm/{first_id}").status_code == 200
    assert coming() == []
    create_due_occurrences(session)
    [(second_id, _, second)] = coming()
    assert second == START + WEEK

    assert caller.put(f"/api/event/confirm/{first_id}").status_code == 200
    assert [start for *_, start in coming()] == [START, START + WEEK]
    assert second_id != first_id


def test_deleted_occurrence_does_not_come_back(caller, submit, coming, session):
    parent = submit()
    [(first_id, *_)] = coming()

    assert caller.delete(f"/api/event/{first_id}").status_code == 200
    caller.put("/api/event", {"id": parent["id"]})

    assert [start for *_, start in coming()] == [START + WEEK]
    assert session.get(EventSeries, parent["id"]).excluded_starts == [START]


def test_hidden_parent_pauses(caller, submit, coming):
    parent = submit()
    [(first_id, *_)] = coming()

    assert caller.put(f"/api/event/unconfirm/{parent['id']}").status_code == 200
    assert caller.delete(f"/api/event/{first_id}").status_code == 200
    assert coming() == []

    assert caller.put(f"/api/event/confirm/{parent['id']}").status_code == 200
    assert [start for *_, start in coming()] == [START + WEEK]


def test_deleted_parent_leaves_its_occurrences(api, caller, submit, coming):
    parent = submit()

    assert caller.delete(f"/api/event/{parent['id']}").status_code == 200

    [(occurrence_id, _, start)] = coming()
    assert start == START
    shown = api.get(f"/api/event/detail/{occurrence_id}").json
    assert (shown["parentId"], shown["parent"]) == (None, None)
    assert [event["id"] for event in api.get("/api/events").json] == [occurrence_id]


def test_change_without_a_scope_is_for_this_event(caller, submit, coming, session):
    parent = submit()
    [(occurrence_id, *_)] = coming()

    caller.put("/api/event", {"id": parent["id"], "title": "Salon"})
    caller.put("/api/event", {"id": occurrence_id, "title": "Special", "scope": "this"})

    assert session.scalars(select(Event.name).order_by(Event.id)).all() == ["Salon", "Special"]


def test_change_of_all_dates(caller, submit, coming, session):
    parent = submit()
    [(occurrence_id, *_)] = coming()

    body = {"id": occurrence_id, "title": "Salon", "start_datetime": START + 1800, "scope": "all"}
    reply = caller.put("/api/event", body)

    assert (reply.status_code, reply.json["id"], reply.json["start_datetime"]) == (200, occurrence_id, START + 1800)
    assert reply.json["end_datetime"] == START + 9000
    stored = session.get(Event, parent["id"])
    assert (stored.name, stored.starts_at) == ("Salon", dt.datetime.fromtimestamp(START + 1800, UTC))


def test_change_of_this_and_the_following_dates(caller, submit, coming, session):
    parent = submit()
    [(first_id, *_)] = coming()
    caller.put(f"/api/event/unconfirm/{first_id}")
    create_due_occurrences(session)
    [(second_id, *_)] = coming()

    assert caller.put("/api/event", {"id": second_id, "title": "Salon", "scope": "following"}).status_code == 200

    series = session.scalars(select(Event).where(Event.is_series.is_(True)).order_by(Event.id)).all()
    assert [(event.name, event.slug) for event in series] == [("Meetup", "meetup"), ("Salon", "meetup-3")]
    assert session.get(Event, first_id).parent_id == parent["id"]
    assert session.get(Event, second_id).parent_id == series[1].id


@pytest.mark.parametrize("scope", ["", "ALL", 1, ["all"], {"a": 1}, "x" * 1000])
def test_refused_scope(caller, submit, session, scope):
    parent = submit()

    reply = caller.put("/api/event", {"id": parent["id"], "title": "Salon", "scope": scope})

    assert (reply.status_code, reply.get_data(as_text=True)) == (400, "scope must be one of this, following, all")
    assert session.scalars(select(Event.name)).all() == ["Meetup", "Meetup"]


def test_host_of_an_occurrence_alone_cannot_change_the_series(session, gancio, submit, coming):
    submit()
    [(occurrence_id, *_)] = coming()
    guest = make_user(session, "guest", is_trusted=True)
    session.add(EventHost(event_id=occurrence_id, user_id=guest.id))

    replies = [
        gancio(guest).put("/api/event", {"id": occurrence_id, "title": scope, "scope": scope}).status_code
        for scope in ("all", "following", "this")
    ]

    assert replies == [403, 403, 200]
    assert session.scalars(select(Event.name).order_by(Event.id)).all() == ["Meetup", "this"]


def test_owner_of_an_occurrence_is_that_of_its_parent(api, caller, submit, coming, session):
    parent = submit()
    [(occurrence_id, *_)] = coming()

    owners = {contact.event_id: contact.user_id for contact in session.scalars(select(EventContact))}
    assert owners[occurrence_id] == owners[parent["id"]]
    assert caller.get(f"/api/event/detail/{occurrence_id}").json["isMine"] is True
    assert api.get(f"/api/event/detail/{occurrence_id}").json["isAnon"] is False


def test_series_without_an_account_begins_when_it_is_confirmed(session, gancio, coming):
    body = {"title": "Meetup", "start_datetime": START, "place_name": "Hall", "place_address": "Road 1"}
    reply = gancio().post("/api/event", body | {"recurrent": {"frequency": "1w"}})
    assert (reply.status_code, reply.json["is_visible"], coming()) == (200, False, [])

    editor = gancio(make_user(session, "ed", is_editor=True))
    assert editor.put(f"/api/event/confirm/{reply.json['id']}").status_code == 200

    assert [start for *_, start in coming()] == [START]
