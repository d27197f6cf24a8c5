"""Cached representations of talks and events are current after every write: cache keys contain the row version."""

import pytest

from joindin.models import Event, Talk
from joindin.operations.organiser.settings import edit_event_settings
from tests.factories import days_from_now, make_event, make_talk, make_user
from tests.resources.v2_1.talks.talk_routes import ROUTES, send

# Routes that change the event's representation: its number of talks, tracks or attendees.
CHANGES_EVENT = {"add a talk", "delete a talk", "add a track", "delete a track", "approve"}
KEEPS_TALK = {"add a talk", "add a track", "assign", "reject"}


def state(session, role_clients, talk_ids):
    """Return the public representations of talk, event and tracks, and the versions of talk and event."""
    read = {
        name: role_clients["visitor"].get(path).json
        for name, path in (
            ("talk", f"/v2.1/talks/{talk_ids['talk']}?verbose=yes"),
            ("event", f"/v2.1/events/{talk_ids['event']}?verbose=yes"),
            ("tracks", f"/v2.1/events/{talk_ids['event']}/tracks"),
        )
    }
    talk, event = session.get(Talk, talk_ids["talk"]), session.get(Event, talk_ids["event"])
    return read, talk.version if talk else None, event.version


@pytest.mark.parametrize("route", ROUTES)
def test_a_changed_representation_has_another_version(app, session, role_clients, talk_ids, route):
    before, talk_before, event_before = state(session, role_clients, talk_ids)
    role = "speaker" if route == "unstar" else "host"

    assert send(role_clients[role], route, talk_ids).status_code < 300

    after, talk_after, event_after = state(session, role_clients, talk_ids)
    assert (after["event"] != before["event"]) is (route in CHANGES_EVENT)
    assert (event_after > event_before) is (route in CHANGES_EVENT)
    assert (after["talk"] != before["talk"]) is (route not in KEEPS_TALK)
    if route != "delete a talk":
        assert (talk_after > talk_before) is (route not in KEEPS_TALK)
    app.extensions["fragment_cache"].clear()
    assert state(session, role_clients, talk_ids)[0] == after


@pytest.mark.parametrize("route", ROUTES)
def test_counters_equal_the_listed_rows(session, role_clients, talk_ids, route):

    send(role_clients["host"], route, talk_ids)

    shown, *_ = state(session, role_clients, talk_ids)
    event = shown["event"]["events"][0]
    talks = role_clients["visitor"].get(f"/v2.1/events/{talk_ids['event']}/talks").json["talks"]
    attendees = role_clients["visitor"].get(f"/v2.1/events/{talk_ids['event']}/attendees").json["users"]
    in_tracks = [each["track_name"] for talk in talks for each in talk["tracks"]]
    assert (event["talks_count"], event["tracks_count"], event["attendee_count"]) == (
        len(talks),
        len(shown["tracks"]["tracks"]),
        len(attendees),
    )
    assert [track["talks_count"] for track in shown["tracks"]["tracks"]] == [
        in_tracks.count(track["track_name"]) for track in shown["tracks"]["tracks"]
    ]


def test_comments_enabled_follows_the_setting_of_the_event_in_every_read(api, session):
    host = make_user(session)
    event, other = (make_event(session, host=host, starts_at=days_from_now(0)) for _ in range(2))
    talk = make_talk(session, event, "Switched talk", speakers=[host], starts_at=event.starts_at)
    make_talk(session, other, "Other switched talk", speakers=[host], starts_at=event.starts_at)
    session.commit()
    paths = [f"events/{event.id}?verbose=yes", "events?verbose=yes", f"users/{host.id}/hosted?verbose=yes"]
    paths += [f"talks/{talk.id}", f"talks/{talk.id}?verbose=yes", f"events/{event.id}/talks", "talks?title=switched"]
    paths += [f"users/{host.id}/talks"]

    def enabled(caller):
        """Return the value in each read, by whether it is of the event or of another."""
        found = {True: [], False: []}
        for path in paths:
            reply = caller.get(f"/v2.1/{path}").json
            for row in reply.get("events") or reply["talks"]:
                found[row.get("event_uri", row["uri"]).endswith(f"/events/{event.id}")].append(row["comments_enabled"])
        return found

    callers = api, api.signed_in(host)
    seen = [enabled(caller) for caller in callers]
    for access in ("off", "account", "off", "anyone"):
        edit_event_settings(session, event.id, {"feedback_access": access}, actor=host)
        session.commit()
        seen += [enabled(caller) for caller in callers]

    assert [found[False] for found in seen] == [[1] * 4] * 10
    assert [set(found[True]) for found in seen] == [{value} for value in (1, 0, 1, 0, 1) for _ in callers]
    assert {len(found[True]) for found in seen} == {len(paths)}
