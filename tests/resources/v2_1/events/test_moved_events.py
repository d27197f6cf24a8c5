"""Events that are moved while their talks keep their time (spec 4.5, 7.6)."""

import datetime as dt

import pytest

from tests.factories import make_event, make_talk, make_user, parse_instant
from tests.resources.v2_1.events.test_event_editing import body as event_body


@pytest.fixture
def event(session, host):
    return make_event(session, "SampleConf", host=host, starts_at=parse_instant("2026-12-01T08:00"))


def move(caller, event, start_date, end_date):
    dates = {"start_date": start_date, "end_date": end_date}
    return caller.put(f"/v2.1/events/{event.id}", json=event_body(**dates))


def talk_body(caller, talk, **changes):
    """Return the talk as a client sends it back, with changes."""
    shown = caller.get(f"/v2.1/talks/{talk.id}?verbose=yes").json["talks"][0]
    return shown | {"speakers": [speaker["speaker_name"] for speaker in shown["speakers"]]} | changes


def test_the_response_tells_how_many_talks_are_outside_the_new_dates(api, session, host, event):
    for days in (0, 1, 2):
        make_talk(session, event, starts_at=event.starts_at + dt.timedelta(days=days, hours=1))
    make_talk(session, event, starts_at=event.starts_at, is_active=False)
    make_talk(session, make_event(session, starts_at=event.starts_at))
    caller = api.signed_in(host)

    later, later_still, earlier = (
        move(caller, event, *dates)
        for dates in (("2026-12-02", "2026-12-04"), ("2026-12-03", "2026-12-04"), ("2026-11-01", "2026-12-04"))
    )

    assert [reply.status_code for reply in (later, later_still, earlier)] == [204] * 3
    assert later.headers["Warning"] == (
        '299 - "1 talk starts outside the dates of the event: move the talks or correct the dates"'
    )
    assert later_still.headers["Warning"].startswith('299 - "2 talks start outside')
    assert "Warning" not in earlier.headers


@pytest.mark.parametrize("role", ["host", "speaker", "admin"])
def test_a_talk_outside_the_dates_of_its_event_stays_editable(api, session, host, event, role):
    users = {"host": host, "speaker": make_user(session), "admin": make_user(session, is_admin=True)}
    talk = make_talk(session, event, speakers=[users["speaker"]])
    assert "Warning" in move(api.signed_in(host), event, "2027-03-01", "2027-03-02").headers
    caller = api.signed_in(users[role])

    kept = caller.put(f"/v2.1/talks/{talk.id}", json=talk_body(api, talk, talk_title="Another title"))
    elsewhere = caller.put(f"/v2.1/talks/{talk.id}", json=talk_body(api, talk, start_date="2026-12-01T11:00:00+00:00"))
    inside = caller.put(f"/v2.1/talks/{talk.id}", json=talk_body(api, talk, start_date="2027-03-01T11:00:00+00:00"))
    back = caller.put(f"/v2.1/talks/{talk.id}", json=talk_body(api, talk, start_date="2026-12-01T09:00:00+00:00"))

    outside = (400, ["The talk must be held between the start and end date of the event"])
    assert (kept.status_code, talk.title) == (204, "Another title")
    assert (elsewhere.status_code, elsewhere.json) == outside
    assert inside.status_code == 204
    assert (back.status_code, back.json) == outside


def test_a_new_talk_outside_the_dates_is_refused(api, session, host, event):
    talk = make_talk(session, event)
    caller = api.signed_in(host)
    move(caller, event, "2027-03-01", "2027-03-02")

    reply = caller.post(f"/v2.1/events/{event.id}/talks", json=talk_body(api, talk))

    assert (reply.status_code, reply.json) == (
        400,
        ["The talk must be held between the start and end date of the event"],
    )
