"""Whoever reads after a write reads what was written: rendered pieces are kept by the version of their row."""

import pytest

from joindin.models import Event, Talk
from tests.resources.v2_1.talks.test_talk_rights import (
    ROUTES,
    ask,  # a fixture
)
from tests.resources.v2_1.talks.test_talk_rights import world as world  # a fixture

# What the event shows of these: numbers of talks, of tracks, of those who attend.
SHOWN_BY_EVENT = {"add a talk", "delete a talk", "add a track", "delete a track", "approve"}
NOT_SHOWN_BY_TALK = {"add a talk", "add a track", "assign", "reject"}


def state(session, clients, ids):
    """What everybody reads of talk, event and tracks, and the versions of the first two."""
    read = {
        name: clients["visitor"].get(path).json
        for name, path in (
            ("talk", f"/v2.1/talks/{ids['talk']}?verbose=yes"),
            ("event", f"/v2.1/events/{ids['event']}?verbose=yes"),
            ("tracks", f"/v2.1/events/{ids['event']}/tracks"),
        )
    }
    talk, event = session.get(Talk, ids["talk"]), session.get(Event, ids["event"])
    return read, talk.version if talk else None, event.version


@pytest.mark.parametrize("route", ROUTES)
def test_what_is_shown_otherwise_has_another_version(app, session, world, route):
    clients, ids = world
    before, talk_before, event_before = state(session, clients, ids)
    role = "speaker" if route == "unstar" else "host"

    assert ask(world, role, route).status_code < 300

    after, talk_after, event_after = state(session, clients, ids)
    assert (after["event"] != before["event"]) is (route in SHOWN_BY_EVENT)
    assert (event_after > event_before) is (route in SHOWN_BY_EVENT)
    assert (after["talk"] != before["talk"]) is (route not in NOT_SHOWN_BY_TALK)
    if route != "delete a talk":
        assert (talk_after > talk_before) is (route not in NOT_SHOWN_BY_TALK)
    app.extensions["fragment_cache"].clear()
    assert state(session, clients, ids)[0] == after


@pytest.mark.parametrize("route", ROUTES)
def test_counters_stay_what_they_count(session, world, route):
    clients, ids = world

    ask(world, "host", route)

    shown, *_ = state(session, clients, ids)
    event = shown["event"]["events"][0]
    talks = clients["visitor"].get(f"/v2.1/events/{ids['event']}/talks").json["talks"]
    attendees = clients["visitor"].get(f"/v2.1/events/{ids['event']}/attendees").json["users"]
    in_tracks = [each["track_name"] for talk in talks for each in talk["tracks"]]
    assert (event["talks_count"], event["tracks_count"], event["attendee_count"]) == (
        len(talks),
        len(shown["tracks"]["tracks"]),
        len(attendees),
    )
    assert [track["talks_count"] for track in shown["tracks"]["tracks"]] == [
        in_tracks.count(track["track_name"]) for track in shown["tracks"]["tracks"]
    ]
