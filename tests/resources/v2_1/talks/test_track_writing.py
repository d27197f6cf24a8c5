import pytest
from sqlalchemy import func, select

from joindin.models import Mail, Talk, Track, talk_tracks
from tests.factories import make_event, make_talk, make_track, make_user, newest

BASE_URL = "http://localhost/v2.1"


@pytest.fixture
def person(session):
    return make_user(session)


@pytest.fixture
def event(session, person):
    return make_event(session, host=person)


@pytest.fixture
def host(api, person):
    return api.signed_in(person)


def tracks_of(api, event):
    listed = api.get(f"/v2.1/events/{event.id}/tracks").json["tracks"]
    counted = api.get(f"/v2.1/events/{event.id}").json["events"][0]["tracks_count"]
    assert counted == len(listed)
    return [(track["track_name"], track["track_description"], track["talks_count"]) for track in listed]


def test_host_adds_tracks_and_the_event_counts_them(host, session, event):
    assert tracks_of(host, event) == []

    replies = [
        host.post(f"/v2.1/events/{event.id}/tracks", json=body)
        for body in (
            {"track_name": " <b>Web</b> & more ", "track_description": "<i>All</i> day"},
            {"track_name": "Web & more"},
            {"track_name": 123, "track_description": None},
        )
    ]

    last = newest(session, Track)
    assert [(reply.status_code, reply.data) for reply in replies] == [(201, b"")] * 3
    assert replies[-1].headers["Location"] == f"{BASE_URL}/tracks/{last.id}"
    assert tracks_of(host, event) == [("123", "", 0), ("Web & more", "All day", 0), ("Web & more", "", 0)]
    assert session.scalars(select(Mail)).all() == []


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({}, "Old"),
        ({"track_description": None}, "Old"),
        ({"track_description": ""}, ""),
        ({"track_description": 7}, "7"),
    ],
)
def test_host_edits_a_track(host, session, event, fields, description):
    track = make_track(session, event, "Web", description="Old")

    reply = host.put(f"/v2.1/tracks/{track.id}/", json={"track_name": "Café", **fields})

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"{BASE_URL}/tracks/{track.id}"
    assert tracks_of(host, event) == [("Café", description, 0)]
    assert session.get(Track, track.id).name_key == "cafe"


def test_the_web_site_sends_back_the_whole_track_it_read(host, session, event):
    track = make_track(session, event, "Web", description="Old")
    before = host.get(f"/v2.1/tracks/{track.id}").json["tracks"][0]

    reply = host.put(before["uri"].removeprefix("http://localhost"), json=before)

    assert reply.status_code == 204
    assert host.get(f"/v2.1/tracks/{track.id}").json["tracks"] == [before]


def test_talks_show_the_new_name_of_their_track_under_a_new_version(host, session, event):
    track, other = make_track(session, event, "Old"), make_track(session, event)
    talk, second = make_talk(session, event, tracks=[track]), make_talk(session, event, tracks=[track, other])
    elsewhere = make_talk(session, event, tracks=[other])
    session.commit()
    session.expire_all()
    before = [each.version for each in (talk, second, elsewhere)]

    host.put(f"/v2.1/tracks/{track.id}", json={"track_name": "New"})

    after = [session.get(Talk, each.id).version for each in (talk, second, elsewhere)]
    assert [now - then for now, then in zip(after, before)] == [1, 1, 0]
    assert [each["track_name"] for each in host.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["tracks"]] == ["New"]


def test_host_deletes_a_track_and_its_talks_stay_without_it(host, session, event):
    track, other = make_track(session, event, "Gone"), make_track(session, event, "Stays")
    talk = make_talk(session, event, tracks=[track, other])
    elsewhere = make_talk(session, event, tracks=[other])
    assert tracks_of(host, event) == [("Gone", "A room", 1), ("Stays", "A room", 2)]
    before = [session.get(Talk, each.id).version for each in (talk, elsewhere)]

    path = f"/v2.1/tracks/{track.id}"
    replies = [host.delete(path), host.delete(path)]

    after = [session.get(Talk, each.id).version for each in (talk, elsewhere)]
    assert [(reply.status_code, reply.headers.get("Location")) for reply in replies] == [(204, None), (404, None)]
    assert tracks_of(host, event) == [("Stays", "A room", 2)]
    assert [each["track_name"] for each in host.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["tracks"]] == ["Stays"]
    assert [now - then for now, then in zip(after, before)] == [1, 0]
    assert session.scalar(select(func.count()).select_from(talk_tracks)) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "'track_name' is a required field"),
        ([], "'track_name' is a required field"),
        ({"track_description": "x"}, "'track_name' is a required field"),
        ({"track_name": "0"}, "'track_name' is a required field"),
        ({"track_name": " <br> \x00"}, "'track_name' is a required field"),
        ({"track_name": None}, "'track_name' is a required field"),
        ({"track_name": "x" * 301}, "The field 'track_name' must not be longer than 300 characters"),
        (
            {"track_name": "x", "track_description": "x" * 65_536},
            "The field 'track_description' must not be longer than 65535 characters",
        ),
        ({"track_name": ["x"]}, "Expected parameter track_name is not a readable string"),
        ({"track_name": "x", "track_description": {}}, "Expected parameter track_description is not a readable string"),
        ({"track_name": True}, "Expected parameter track_name is not a readable string"),
    ],
)
def test_tracks_are_refused(host, session, event, body, message):
    track = make_track(session, event, "Web")

    replies = [
        host.post(f"/v2.1/events/{event.id}/tracks", json=body),
        host.put(f"/v2.1/tracks/{track.id}", json=body),
    ]

    assert [(reply.status_code, reply.json) for reply in replies] == [(400, [message])] * 2
    assert tracks_of(host, event) == [("Web", "A room", 0)]


@pytest.mark.parametrize("name", ["\ufdfa" * 300, "😀" * 300, "<" * 300])
def test_names_of_the_greatest_length_are_taken_whole(host, event, name):
    reply = host.post(f"/v2.1/events/{event.id}/tracks", json={"track_name": name})

    assert reply.status_code == 201
    assert tracks_of(host, event) == [(name, "", 0)]


def test_missing_objects_are_not_found(api, host, session):
    asked = [
        (client, method, path)
        for client in (api, host)
        for method, path in (
            ("POST", "events/12345/tracks"),
            ("PUT", "tracks/12345"),
            ("DELETE", "tracks/12345"),
            ("PUT", "tracks/web"),
            ("DELETE", "tracks/0"),
        )
    ]

    replies = [client.request(method, f"/v2.1/{path}", json={"track_name": "x"}) for client, method, path in asked]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        (401, "You must be logged in to create a track"),
        (401, "You must be logged in to edit this track"),
        (401, "You must be logged in to delete this track"),
        (401, "You must be logged in to edit this track"),
        (401, "You must be logged in to delete this track"),
        (404, "Associated event not found"),
        *[(404, "Track not found")] * 4,
    ]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_writing_a_track_costs_the_same_whatever_its_number_of_talks(host, session, event, count_statements, method):
    one, three = make_track(session, event), make_track(session, event)
    for track in (one, three, three, three):
        make_talk(session, event, tracks=[track])
    paths = [f"/v2.1/tracks/{track.id}" for track in (one, three)]
    session.commit()

    with count_statements() as for_one:
        host.request(method, paths[0], json={"track_name": "New"})
    with count_statements() as for_three:
        reply = host.request(method, paths[1], json={"track_name": "New"})

    assert reply.status_code == 204
    assert len(for_three) == len(for_one)
