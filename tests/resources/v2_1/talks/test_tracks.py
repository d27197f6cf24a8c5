from tests.factories import make_event, make_pending_event, make_talk, make_track, make_user

BASE_URL = "http://localhost/v2.1"


def test_visitor_lists_the_tracks_of_an_event_by_name(api, session):
    event, other = make_event(session), make_event(session)
    web = make_track(session, event, "Web", description="The big room")
    numbered = make_track(session, event, "123", description=None)
    make_track(session, other, "Elsewhere")
    make_talk(session, event, tracks=[web])
    make_talk(session, event, tracks=[web], is_active=False)

    reply = api.get(f"/v2.1/events/{event.id}/tracks")

    assert reply.status_code == 200
    assert reply.json == {
        "tracks": [
            {
                "track_name": "123",
                "track_description": None,
                "talks_count": 0,
                "uri": f"{BASE_URL}/tracks/{numbered.id}",
                "verbose_uri": f"{BASE_URL}/tracks/{numbered.id}?verbose=yes",
                "event_uri": f"{BASE_URL}/events/{event.id}",
            },
            {
                "track_name": "Web",
                "track_description": "The big room",
                "talks_count": 1,
                "uri": f"{BASE_URL}/tracks/{web.id}",
                "verbose_uri": f"{BASE_URL}/tracks/{web.id}?verbose=yes",
                "event_uri": f"{BASE_URL}/events/{event.id}",
            },
        ],
        "meta": {"count": 2, "total": 2, "this_page": f"{BASE_URL}/events/{event.id}/tracks?resultsperpage=20"},
    }


def test_tracks_are_sorted_without_regard_to_case_and_accents(api, session):
    event = make_event(session)
    for name in ("Zebra", "érable", "apple", "Delta"):
        make_track(session, event, name)

    reply = api.get(f"/v2.1/events/{event.id}/tracks")

    assert [track["track_name"] for track in reply.json["tracks"]] == ["apple", "Delta", "érable", "Zebra"]


def test_tracks_of_a_waiting_event_are_listed_for_its_hosts(api, session, host):
    event = make_pending_event(session, host=host)
    make_track(session, event, "Web")

    reply = api.signed_in(host).get(f"/v2.1/events/{event.id}/tracks")

    assert [track["track_name"] for track in reply.json["tracks"]] == ["Web"]


def test_an_event_without_tracks_and_an_unknown_one_have_empty_lists(api, session):
    event = make_event(session)
    make_track(session, make_event(session))

    replies = [api.get(f"/v2.1/events/{id_}/tracks") for id_ in (event.id, event.id + 1000)]

    assert [(reply.status_code, reply.json["tracks"], reply.json["meta"]["total"]) for reply in replies] == [
        (200, [], 0),
        (200, [], 0),
    ]


def test_tracks_come_in_pages(api, session):
    event = make_event(session)
    for name in ("A", "B", "C"):
        make_track(session, event, name)
    path = f"/v2.1/events/{event.id}/tracks"

    first, last = api.get(f"{path}?resultsperpage=2"), api.get(f"{path}?start=2&resultsperpage=2")

    assert [track["track_name"] for track in first.json["tracks"]] == ["A", "B"]
    assert first.json["meta"]["next_page"] == f"http://localhost{path}?resultsperpage=2&start=2"
    assert [track["track_name"] for track in last.json["tracks"]] == ["C"]
    assert list(last.json["meta"]) == ["count", "total", "this_page", "prev_page"]


def test_visitor_reads_a_track(api, session):
    event = make_event(session)
    make_track(session, event, "Other")
    track = make_track(session, event, "Web", description="The big room")

    reply = api.get(f"/v2.1/tracks/{track.id}/")

    assert reply.status_code == 200
    assert reply.json == {
        "tracks": [
            {
                "track_name": "Web",
                "track_description": "The big room",
                "talks_count": 0,
                "uri": f"{BASE_URL}/tracks/{track.id}",
                "verbose_uri": f"{BASE_URL}/tracks/{track.id}?verbose=yes",
                "event_uri": f"{BASE_URL}/events/{event.id}",
            }
        ],
        "meta": {"count": 1, "total": 1, "this_page": f"{BASE_URL}/tracks/{track.id}/?resultsperpage=20"},
    }


def test_unknown_tracks_are_not_found(api, session):
    track = make_track(session, make_event(session))

    replies = [api.get(f"/v2.1/tracks{rest}") for rest in (f"/{track.id + 1000}", "/web", "/0", "", "/")]

    assert [(reply.status_code, reply.json) for reply in replies] == [(404, ["Track not found"])] * 5


def test_a_list_of_tracks_costs_the_same_whatever_its_length(api, session, count_statements):
    event = make_event(session)
    caller = api.signed_in(make_user(session))
    path = f"/v2.1/events/{event.id}/tracks"
    make_track(session, event)
    session.commit()
    with count_statements() as for_one:
        caller.get(path)
    make_track(session, event)
    make_track(session, event)
    session.commit()

    with count_statements() as for_three:
        reply = caller.get(path)

    assert reply.json["meta"]["count"] == 3
    assert len(for_three) == len(for_one)
