"""Adding talks to tracks and removing them."""

import pytest

from joindin.models import Event, Talk
from joindin.queries.accounts.users import get_user_by_username
from tests.factories import make_event, make_talk, make_track, make_user

BASE_URL = "http://localhost/v2.1"


@pytest.fixture
def talk(session):
    speaker = make_user(session, "speaker")
    return make_talk(session, make_event(session, host=make_user(session, "host")), speakers=[speaker])


@pytest.fixture
def track(session, talk):
    return make_track(session, session.get(Event, talk.event_id), "Web")


@pytest.fixture
def speaker(api, session, talk):
    return api.signed_in(get_user_by_username(session, "speaker"))


def read_tracks(api, session, talk, *tracks):
    """Return the talk's tracks, its version, and the talk counters of ``tracks``."""
    listed = api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["tracks"]
    counts = [api.get(f"/v2.1/tracks/{track.id}").json["tracks"][0]["talks_count"] for track in tracks]
    return [each["track_name"] for each in listed], session.get(Talk, talk.id).version, counts


def test_speaker_puts_a_talk_into_a_track_however_often(speaker, session, talk, track):
    names, version, counts = read_tracks(speaker, session, talk, track)
    assert (names, counts) == ([], [0])
    body = {"track_uri": f"{BASE_URL}/tracks/{track.id}"}

    replies = [speaker.post(f"/v2.1/talks/{talk.id}/tracks", json=body) for _ in range(2)]

    assert [(reply.status_code, reply.data, reply.headers["Location"]) for reply in replies] == [
        (201, b"", f"{BASE_URL}/talks/{talk.id}")
    ] * 2
    assert read_tracks(speaker, session, talk, track) == (["Web"], version + 1, [1])


def test_a_talk_may_run_in_several_tracks_and_leaves_them_by_their_links(speaker, session, talk, track):
    other = make_track(session, session.get(Event, talk.event_id), "All")
    for each in (track, other):
        speaker.post(f"/v2.1/talks/{talk.id}/tracks/", json={"track_uri": f"{BASE_URL}/tracks/{each.id}"})
    names, version, counts = read_tracks(speaker, session, talk, track, other)
    assert (names, counts) == (["Web", "All"], [1, 1])
    listed = speaker.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["tracks"]
    leave = listed[0]["remove_track_uri"].removeprefix("http://localhost")

    replies = [speaker.delete(leave), speaker.delete(leave)]

    assert [(reply.status_code, reply.data, reply.headers["Location"]) for reply in replies] == [
        (204, b"", f"{BASE_URL}/talks/{talk.id}")
    ] * 2
    assert read_tracks(speaker, session, talk, track, other) == (["All"], version + 1, [0, 1])


@pytest.mark.parametrize(
    ("before", "is_in"),
    [
        ("https://api.example/v2.1", True),
        ("/v2.1", True),
        ("x/v2.1", True),
        ("/v2", False),
        ("/v3.1", False),
        ("", False),
    ],
)
def test_addresses_of_tracks_are_known_by_their_end(speaker, session, talk, track, before, is_in):
    reply = speaker.post(f"/v2.1/talks/{talk.id}/tracks", json={"track_uri": f"{before}/tracks/{track.id}"})

    assert (reply.status_code, reply.get_json(silent=True)) == ((201, None) if is_in else (400, ["Invalid track_uri"]))
    assert read_tracks(speaker, session, talk)[0] == (["Web"] if is_in else [])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "Invalid track_uri"),
        ([], "Invalid track_uri"),
        ({"track_uri": "nope"}, "Invalid track_uri"),
        ({"track_uri": "{here}/tracks/"}, "Invalid track_uri"),
        ({"track_uri": "{here}/tracks/web"}, "Invalid track_uri"),
        ({"track_uri": "{here}/tracks/{own}/"}, "Invalid track_uri"),
        ({"track_uri": "{here}/tracks/{own}\n"}, "Invalid track_uri"),
        ({"track_uri": "{here}/tracks/٣"}, "Invalid track_uri"),
        ({"track_uri": ["x"]}, "Expected parameter track_uri is not a readable string"),
        ({"track_uri": True}, "Expected parameter track_uri is not a readable string"),
        ({"track_uri": "{here}/tracks/12345"}, "Associated event not found"),
        ({"track_uri": "{here}/tracks/0"}, "Associated event not found"),
        ({"track_uri": "{here}/tracks/" + "9" * 5_000}, "Associated event not found"),
        ({"track_uri": "{here}/tracks/{waiting}"}, "Associated event not found"),
        ({"track_uri": "{here}/tracks/{other}"}, "This talk cannot be added to this track"),
    ],
)
def test_tracks_a_talk_cannot_run_in_are_refused(speaker, session, talk, track, body, message):
    ids = {
        "here": BASE_URL,
        "own": track.id,
        "other": make_track(session, make_event(session)).id,
        "waiting": make_track(session, make_event(session, is_active=False, is_pending=True)).id,
    }
    before = read_tracks(speaker, session, talk, track)
    uri = body.get("track_uri") if isinstance(body, dict) else None
    body = {"track_uri": uri.format(**ids)} if isinstance(uri, str) else body

    reply = speaker.post(f"/v2.1/talks/{talk.id}/tracks", json=body)

    assert (reply.status_code, reply.json) == (400, [message])
    assert read_tracks(speaker, session, talk, track) == before


def test_tracks_a_talk_cannot_run_in_cannot_be_left(speaker, session, talk, track):
    other = make_track(session, make_event(session))
    waiting = make_track(session, make_event(session, is_active=False, is_pending=True))
    before = read_tracks(speaker, session, talk, track)

    replies = [speaker.delete(f"/v2.1/talks/{talk.id}/tracks/{id_}") for id_ in (12345, "web", waiting.id, other.id)]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        *[(400, "Associated event not found")] * 3,
        (400, "This talk cannot be added to this track"),
    ]
    assert read_tracks(speaker, session, talk, track) == before


def test_a_talk_that_does_not_exist_is_in_no_track(api, speaker, track):
    asked = [("POST", ""), ("DELETE", f"/{track.id}")]

    replies = [
        client.request(method, f"/v2.1/talks/12345/tracks{rest}", json={"track_uri": f"{BASE_URL}/tracks/{track.id}"})
        for client in (api, speaker)
        for method, rest in asked
    ]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        (400, "You must be logged in to create data"),
        (400, "You must be logged in to remove data"),
        (404, "Talk not found"),
        (404, "Talk not found"),
    ]
