"""Simultaneous writes of events through Gancio's API: nothing is lost, nothing is stored twice."""

import time
from collections import Counter

import pytest
from sqlalchemy import func, select

from joindin.models import AuditEntry, Event, EventHost, Mail, Place, Tag
from joindin.performance.read_models.verify import find_inconsistencies
from tests.concurrency import CONCURRENT_REQUESTS, run_concurrently
from tests.factories import days_from_now, make_event, make_pending_event, make_user


@pytest.fixture
def send(app, session, gancio):
    """``send(user, method, path, body)`` returns a function that sends a request; the token is stored at once."""

    def prepare(user, method, path, body=None):
        caller = gancio(user)
        session.commit()
        client, headers = app.test_client(use_cookies=False), caller._headers
        return lambda: client.open(path, method=method, json=body, headers=headers)

    return prepare


def body(**fields):
    start = int(days_from_now(10).timestamp())
    return {"title": "Swap", "start_datetime": start, "place_name": "Hall", "place_address": "Road 1"} | fields


def statuses(replies):
    return Counter(reply.status_code for reply in replies)


def names(session, model):
    return sorted(session.scalars(select(model.name)))


def test_the_same_new_event_at_once(session, send):
    users = [make_user(session, is_trusted=True) for _ in range(CONCURRENT_REQUESTS)]
    requests = [send(user, "POST", "/api/event", body(tags=["new", f"t{user.id}"])) for user in users]

    replies = run_concurrently(session, requests)

    assert statuses(replies) == {200: CONCURRENT_REQUESTS}
    numbers = ["swap", *(f"swap-{number}" for number in range(1, CONCURRENT_REQUESTS))]
    assert sorted(reply.json["slug"] for reply in replies) == sorted(numbers)
    assert names(session, Place) == ["Hall"]
    assert names(session, Tag) == sorted(["new", *(f"t{user.id}" for user in users)])
    assert {reply.json["placeId"] for reply in replies} == {session.scalar(select(Place.id))}
    assert not any(find_inconsistencies(session.connection()).values())


def test_the_same_new_place_and_tag_in_other_spellings(session, send):
    spellings = ("Hall", "HALL", "hall", "hAll")
    user = make_user(session, is_trusted=True)
    requests = [send(user, "POST", "/api/event", body(title=name, place_name=name, tags=[name])) for name in spellings]

    replies = run_concurrently(session, requests)

    assert statuses(replies) == {200: len(spellings)}
    assert session.scalar(select(func.count()).select_from(Place)) == 1
    assert session.scalar(select(func.count()).select_from(Tag)) == 1


def test_visitors_at_once(session, send):
    replies = run_concurrently(session, [send(None, "POST", "/api/event", body()) for _ in range(10)])

    assert statuses(replies) == {200: 6, 429: 4}
    assert session.scalar(select(func.count()).select_from(Event)) == 6


def test_an_untrusted_user_passes_the_limit_of_waiting_events_never(session, send):
    user = make_user(session)

    replies = run_concurrently(session, [send(user, "POST", "/api/event", body()) for _ in range(6)])

    assert statuses(replies) == {200: 3, 400: 3}
    assert session.scalar(select(func.count()).select_from(EventHost)) == 3


def test_confirming_and_deleting_at_once(session, send):
    editor, host = make_user(session, is_editor=True), make_user(session)
    for _ in range(4):
        event_id = make_pending_event(session, host=host).id
        paths = [("PUT", f"/api/event/confirm/{event_id}"), ("DELETE", f"/api/event/{event_id}")] * 2

        replies = run_concurrently(session, [send(editor, method, path) for method, path in paths])

        assert set(statuses(replies)) <= {200, 404}
        deleted = [reply.status_code for (method, _), reply in zip(paths, replies, strict=True) if method == "DELETE"]
        assert sorted(deleted) == [200, 404]
        assert session.get(Event, event_id) is None
    assert not any(find_inconsistencies(session.connection()).values())


def test_two_confirmations_are_one_decision(session, send):
    event = make_pending_event(session, host=make_user(session))
    editors = [make_user(session, is_editor=True) for _ in range(4)]

    replies = run_concurrently(session, [send(each, "PUT", f"/api/event/confirm/{event.id}") for each in editors])

    assert statuses(replies) == {200: 4}
    assert session.scalars(select(Mail.kind)).all() == ["event_approved"]
    assert session.scalars(select(AuditEntry.action)).all() == ["event.approve"]


def test_changing_and_confirming_at_once(session, send):
    host, editor = make_user(session), make_user(session, is_editor=True)
    event = make_pending_event(session, host=host)
    path = f"/api/event/confirm/{event.id}"
    changes = ({"title": "New title"}, {"tags": ["new"]}, {"end_datetime": ""}, {"description": "<p>New</p>"})

    replies = run_concurrently(
        session,
        [send(editor, "PUT", path), *(send(host, "PUT", "/api/event", {"id": event.id} | each) for each in changes)],
    )

    assert statuses(replies) == {200: 5}
    session.refresh(event)
    assert (event.is_active, event.is_pending, event.name) == (True, False, "New title")
    assert (event.is_end_known, event.description) == (False, "New")
    assert names(session, Tag) == ["new"]


def test_start_and_end_changed_at_once_stay_in_order(session, send):
    host = make_user(session)
    event = make_event(session, host=host)
    start, end = (int(at.timestamp()) for at in (event.starts_at, event.ends_at))
    later = {"id": event.id, "start_datetime": start + 86_400}
    earlier = {"id": event.id, "end_datetime": end - 100_000}

    replies = run_concurrently(session, [send(host, "PUT", "/api/event", each) for each in (later, earlier)])

    assert statuses(replies) == {200: 1, 400: 1}
    session.refresh(event)
    assert event.starts_at <= event.ends_at


def test_a_change_waits_for_no_slow_image(session, send, app):
    """The transaction ends before an image is fetched."""
    host = make_user(session)
    event = make_event(session, host=host)
    began = time.monotonic()

    reply = send(host, "PUT", "/api/event", {"id": event.id, "image_url": "http://127.0.0.1:9/p.png"})()

    assert (reply.status_code, reply.text) == (400, "Error: The image cannot be fetched from its address")
    assert time.monotonic() - began < 30
