"""Events submitted twice: refused within ten minutes, and marked in the approval queue."""

import datetime as dt
from collections import Counter

import pytest

from joindin.models import Event
from tests.concurrency import CONCURRENT_REQUESTS, run_concurrently
from tests.database_rows import count_rows
from tests.factories import make_event, make_pending_event, make_rejected_event, make_user, newest, parse_instant

BODY = {
    "name": "SampleConf",
    "description": "Two days.",
    "location": "Main Hall",
    "start_date": "2030-12-01",
    "end_date": "2030-12-02",
    "tz_continent": "Europe",
    "tz_place": "Amsterdam",
}
STARTS_AT = parse_instant("2030-12-01")


def submit(caller, path="/v2.1/events", **changes):
    return caller.post(path, json=BODY | changes)


@pytest.fixture
def submitter(api, session):
    return api.signed_in(make_user(session))


@pytest.fixture
def admin(api, session):
    return api.signed_in(make_user(session, is_admin=True))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"name": " SAMPLECONF"},
        {"location": "main hall"},
        {"description": "Now with talks"},
        {"start_date": "1 Dec 2030"},
    ],
)
def test_the_same_event_within_ten_minutes_is_refused_with_the_address_of_the_first(session, submitter, changes):
    submit(submitter)
    first, before = f"http://localhost/v2.1/events/{newest(session, Event).id}", count_rows(session)

    reply = submit(submitter, **changes)

    message = "You have submitted this event in the last ten minutes. To submit it once more, send force=1"
    assert (reply.status_code, reply.json) == (409, [f"{message}. The first one is {first}"])
    assert reply.headers["Location"] == first
    assert count_rows(session) == before


@pytest.mark.parametrize("changes", [{"force": "1"}, {"force": 1}, {"force": True}, {"path": "/v2.1/events?force=1"}])
def test_the_same_event_is_accepted_with_force(submitter, changes):
    submit(submitter)

    assert submit(submitter, **changes).status_code == 202


@pytest.mark.parametrize("force", ["0", "", 0, False, None, "no"])
def test_other_values_of_force_do_not_count(submitter, force):
    submit(submitter)

    assert submit(submitter, force=force).status_code == 409


@pytest.mark.parametrize(
    "changes", [{"name": "SampleConf 2"}, {"location": "Other Hall"}, {"start_date": "2030-12-01 10:00"}]
)
def test_another_event_is_accepted(submitter, changes):
    submit(submitter)

    assert submit(submitter, **changes).status_code == 202


def test_the_same_event_of_another_person_is_accepted(api, session, submitter):
    submit(submitter)

    assert submit(api.signed_in(make_user(session))).status_code == 202


def test_the_same_event_is_accepted_after_ten_minutes_or_a_rejection(session, submitter):
    submit(submitter)
    first = newest(session, Event)
    first.submitted_at -= dt.timedelta(minutes=11)
    session.commit()
    later = submit(submitter)
    second = newest(session, Event)
    second.is_pending = False
    session.commit()

    assert (later.status_code, submit(submitter).status_code) == (202, 202)
    assert first.id != second.id


def test_of_simultaneous_submissions_one_is_accepted(app, session, request_for, monkeypatch):
    monkeypatch.setitem(app.config, "MAX_PENDING_EVENTS", 100)
    user = make_user(session)

    replies = run_concurrently(
        session, [request_for(user, "POST", "/events", BODY) for _ in range(CONCURRENT_REQUESTS)]
    )

    assert Counter(reply.status_code for reply in replies) == {202: 1, 409: CONCURRENT_REQUESTS - 1}


def test_the_queue_marks_likely_duplicates_for_those_who_decide(api, session, admin):
    host = make_user(session)
    live = make_event(session, "Sampleconf", starts_at=STARTS_AT)
    same_address = make_event(session, "SC30", href="https://sc.example", starts_at=STARTS_AT + dt.timedelta(days=2))
    make_event(session, "SampleConf", starts_at=STARTS_AT + dt.timedelta(days=300))
    make_rejected_event(session, "SampleConf", starts_at=STARTS_AT)
    make_event(session, "Other", starts_at=STARTS_AT)
    one = make_pending_event(session, "SampleConf", href="https://sc.example", starts_at=STARTS_AT, host=host)
    two = make_pending_event(session, "SampleConf", starts_at=STARTS_AT + dt.timedelta(days=1))
    alone = make_pending_event(session, "Alone", starts_at=STARTS_AT)

    queue = admin.get("/v2.1/events?filter=pending").json["events"]
    marks = {event["uri"]: event.get("likely_duplicates") for event in queue}

    url = "http://localhost/v2.1/events/{}".format
    assert marks == {
        url(one.id): [url(live.id), url(same_address.id), url(two.id)],
        url(two.id): [url(live.id), url(one.id)],
        url(alone.id): None,
    }
    shown = admin.get(f"/v2.1/events/{two.id}?verbose=yes").json["events"][0]
    assert shown["likely_duplicates"] == [url(live.id), url(one.id)]
    assert "likely_duplicates" not in api.signed_in(host).get(f"/v2.1/events/{one.id}").json["events"][0]


def test_a_mark_disappears_with_its_event(session, admin):
    live = make_event(session, "SampleConf", starts_at=STARTS_AT)
    pending = make_pending_event(session, "SampleConf", starts_at=STARTS_AT)
    before = admin.get(f"/v2.1/events/{pending.id}").json["events"][0]
    session.delete(live)
    session.commit()

    after = admin.get(f"/v2.1/events/{pending.id}").json["events"][0]

    assert ("likely_duplicates" in before, "likely_duplicates" in after) == (True, False)
