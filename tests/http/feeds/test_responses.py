"""Long feeds are sent in pieces, with the same text and validators."""

import tracemalloc

import pytest
from sqlalchemy import insert

from joindin.http.feeds import responses
from joindin.models import Event
from joindin.performance.caching.lru import ByteLRU
from joindin.utils.datetimes import day_number
from tests.factories import days_from_now, make_event

PATHS = ["/feed/ics", "/feed/json", "/events.ics"]
EVENTS = 3_000


@pytest.fixture
def visit(app, session):
    """Requests without the response cache, whose bodies are read in pieces."""
    client = app.test_client(use_cookies=False)

    def get(path, **headers):
        session.commit()
        return client.get(path, headers={"Cookie": "a=b", **headers}, buffered=False)

    return get


@pytest.mark.parametrize("path", PATHS)
def test_pieces_are_the_same_feed(session, visit, monkeypatch, path):
    for number in range(12):
        make_event(session, f"Event {number}", tags=["x"])
    whole = visit(path)
    monkeypatch.setattr(responses, "MAX_BUFFERED_ENTRIES", 10)
    monkeypatch.setattr("joindin.http.feeds.entries.BATCH_SIZE", 5)
    pieces = visit(path)
    assert "Content-Length" in whole.headers
    assert "Content-Length" not in pieces.headers
    parts = list(pieces.response)
    pieces.close()
    assert (len(parts), b"".join(parts)) == (5, whole.data)
    assert pieces.headers["ETag"] == whole.headers["ETag"]
    assert visit(path, **{"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_pieces_are_not_kept_by_the_response_cache(app, session, api, monkeypatch):
    make_event(session)
    monkeypatch.setattr(responses, "MAX_BUFFERED_ENTRIES", 0)
    first, second = api.get("/feed/ics"), api.get("/feed/ics")
    assert first.data == second.data
    assert api.get("/feed/ics", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert api.request("HEAD", "/feed/ics").data == b""


@pytest.mark.slow("exports thousands of long events")
@pytest.mark.runs_once("the memory does not depend on the database")
def test_a_long_feed_is_never_whole_in_memory(app, session, visit, monkeypatch):
    columns = {"description": "Some words about it. " * 300, "timezone": "Europe/Rome", "attendee_count": 0}
    rows = [
        {"name": f"Event {n}", "name_key": f"event {n}", "slug": f"e-{n}", "starts_at": at, "ends_at": at, **columns}
        | {"start_day": day_number(at), "is_active": True, "is_pending": False}
        for n, at in enumerate(days_from_now(number / 20) for number in range(EVENTS))
    ]
    session.execute(insert(Event.__table__), rows)
    monkeypatch.setitem(app.extensions, "fragment_cache", ByteLRU(0))
    monkeypatch.setattr("joindin.http.feeds.entries.BATCH_SIZE", 100)
    for path in PATHS:
        tracemalloc.start()
        reply = visit(path)
        size = sum(len(part) for part in reply.response)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        reply.close()
        assert size > 20_000_000
        assert peak < size / 2
