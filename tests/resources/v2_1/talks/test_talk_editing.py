import datetime as dt

import pytest
from sqlalchemy import func, select

from joindin.models import Event, Mail, Talk, TalkClaim, TalkComment, TalkLink, TalkSpeaker, TalkStar, talk_tracks
from tests.factories import (
    days_from_now,
    make_claim,
    make_event,
    make_language,
    make_star,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
    parse_instant,
)

BASE_URL = "http://localhost/v2.1"


@pytest.fixture
def person(session):
    return make_user(session)


@pytest.fixture
def event(session, person):
    make_talk_type(session)
    make_language(session)
    return make_event(session, host=person, starts_at=parse_instant("2026-05-01T07:00:00"))


@pytest.fixture
def host(api, person):
    return api.signed_in(person)


def body(**fields):
    return {"talk_title": "New", "talk_description": "Better", "start_date": "2026-05-01T12:00", **fields}


def read_talk(api, talk):
    return api.get(f"/v2.1/talks/{talk.id}?verbose=yes").json["talks"][0]


def list_names(api, talk):
    return [speaker["speaker_name"] for speaker in read_talk(api, talk)["speakers"]]


@pytest.mark.parametrize(
    ("speakers", "names"),
    [("Ann", ["Ann"]), (" Ann, Bob ", ["Ann, Bob"]), ("", ["Old"]), (" ", []), ({"3": "Ann"}, ["Ann"])],
)
def test_one_name_may_be_a_text_instead_of_a_list(host, session, event, speakers, names):
    talk = make_talk(session, event, speakers=["Old"])

    reply = host.put(f"/v2.1/talks/{talk.id}", json=body(speakers=speakers))

    assert (reply.status_code, list_names(host, talk)) == (204, names)


def test_host_edits_a_talk(host, session, event):
    talk = make_talk(session, event, "Old", slug="old", type="Keynote", language="Deutsch", duration=30)
    path = f"/v2.1/talks/{talk.id}/"

    reply = host.put(path, json=body(type="Keynote", language="Deutsch", duration=45, slides_link="https://s.example/"))

    talk_now = read_talk(host, talk)
    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"http://localhost{path}"
    assert {name: talk_now[name] for name in (
        "talk_title", "url_friendly_talk_title", "talk_description", "type", "language", "duration", "start_date",
        "stub", "slides_link", "talk_media",
    )} == {
        "talk_title": "New",
        "url_friendly_talk_title": "new",
        "talk_description": "Better",
        "type": "Keynote",
        "language": "Deutsch",
        "duration": 45,
        "start_date": "2026-05-01T12:00:00+02:00",
        "stub": talk.stub,
        # An edit changes only the column, and adds no link.
        "slides_link": "https://s.example/",
        "talk_media": None,
    }  # fmt: skip
    assert session.scalars(select(Mail)).all() == []


def test_what_an_edit_leaves_out_gets_its_default(host, session, event):
    talk = make_talk(
        session,
        event,
        type="Keynote",
        language="Deutsch",
        duration=30,
        slides_url="https://old.example/",
        speakers=["Ann"],
        links=[("video_link", "https://v.example/")],
    )

    host.put(f"/v2.1/talks/{talk.id}", json=body())

    talk_now = read_talk(host, talk)
    assert (talk_now["type"], talk_now["language"], talk_now["duration"]) == ("Talk", "English - UK", 60)
    assert talk_now["slides_link"] is None
    assert talk_now["talk_media"] == [{"video_link": "https://v.example/"}]
    assert talk_now["speakers"] == [{"speaker_name": "Ann"}]


def test_a_claimed_speaker_edits_the_talk_and_stays_one(api, session, event):
    speaker = make_user(session, full_name="Sam Speaker")
    talk = make_talk(session, event, speakers=[speaker])
    client = api.signed_in(speaker)

    reply = client.put(f"/v2.1/talks/{talk.id}", json=body(speakers=["Sam Speaker", "Ann"]))

    assert reply.status_code == 204
    assert read_talk(api, talk)["speakers"] == [
        {"speaker_name": "Ann"},
        {"speaker_name": "Sam Speaker", "speaker_uri": f"{BASE_URL}/users/{speaker.id}"},
    ]


def test_the_web_site_sends_back_the_whole_talk_it_read(host, session, event):
    speaker = make_user(session, full_name="Sam Speaker")
    talk = make_talk(
        session,
        event,
        "On Python",
        slug="on-python",
        speakers=["Ann", speaker],
        tracks=[make_track(session, event)],
        links=[("slides_link", "https://s.example/")],
    )
    before = read_talk(host, talk)
    form = {"speakers": {str(2 * n): each["speaker_name"] for n, each in enumerate(before["speakers"])}, "track": "1"}

    reply = host.put(before["uri"].removeprefix("http://localhost"), json=before | form)

    followed = host.get(reply.headers["Location"].removeprefix("http://localhost") + "?verbose=yes")
    assert reply.status_code == 204
    assert followed.json["talks"] == [before]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_talks_that_do_not_exist_are_not_found_when_written_to(api, host, session, event, method):
    make_talk(session, event)
    paths = ("12345", "0", "python", "python/starred", "0/links/1", "0/speakers")
    doing = {"POST": "create", "PUT": "update", "DELETE": "remove"}[method]

    replies = [
        host.request(method, f"/v2.1/talks/{path}", json=body()) for path in paths[1 if method == "DELETE" else 0 :]
    ]
    as_visitor = [api.request(method, f"/v2.1/talks/{path}", json=body()) for path in paths]

    assert {(reply.status_code, *reply.json) for reply in replies} == {(404, "Talk not found")}
    assert {(reply.status_code, *reply.json) for reply in as_visitor} == {
        (401, f"You must be logged in to {doing} data")
    }


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Ann", "Bob", "Sam Speaker"], ["Ann", "Bob", "Sam Speaker"]),
        (["Cid", "Bob"], ["Bob", "Cid"]),
        (["Bob", "Bob", " <b>Bob</b> ", ""], ["Bob"]),
        ([], []),
        ({}, []),
        ([" "], []),
        (None, ["Ann", "Bob", "Sam Speaker"]),
        ("", ["Ann", "Bob", "Sam Speaker"]),
        (["ann"], ["ann"]),
    ],
)
def test_the_listed_names_become_the_speakers(host, session, event, names, expected):
    talk = make_talk(session, event, speakers=["Ann", "Bob", make_user(session, full_name="Sam Speaker")])

    reply = host.put(f"/v2.1/talks/{talk.id}", json=body(speakers=names))

    assert reply.status_code == 204
    assert list_names(host, talk) == expected


def test_an_edit_keeps_the_entries_of_names_that_stay_and_their_claims(host, session, event):
    speaker, claimant = make_user(session, full_name="Sam Before"), make_user(session)
    talk = make_talk(session, event, speakers=["Ann", "Bob", speaker])
    ann, bob, sam = talk.speakers
    make_claim(session, talk, ann, claimant)
    make_claim(session, talk, bob, claimant)
    speaker.full_name = "Sam After"
    session.commit()

    host.put(f"/v2.1/talks/{talk.id}", json=body(speakers=["Sam After", "Ann"]))

    assert session.execute(select(TalkSpeaker.id, TalkSpeaker.user_id).order_by(TalkSpeaker.id)).all() == [
        (ann.id, None),
        (sam.id, speaker.id),
    ]
    assert session.scalars(select(TalkClaim.speaker_id)).all() == [ann.id]


def test_ratings_count_again_when_an_edit_removes_their_speaker(host, session, event):
    speaker = make_user(session)
    talk = make_talk(session, event, speakers=[speaker])
    make_talk_comment(session, talk, make_user(session), rating=5)
    make_talk_comment(session, talk, speaker, rating=2)
    talk.rating_sum, talk.rating_count = 5, 1
    assert read_talk(host, talk)["average_rating"] == 5

    host.put(f"/v2.1/talks/{talk.id}", json=body(speakers=["Ann"]))

    talk = session.get(Talk, talk.id)
    assert (talk.rating_sum, talk.rating_count) == (7, 2)
    assert read_talk(host, talk)["average_rating"] == 4


def test_a_slug_follows_the_title_and_stays_with_the_same_one(host, session, event):
    make_talk(session, event, "New", slug="new")
    talk = make_talk(session, event, "Old", slug="old")
    elsewhere = make_event(session)
    make_talk(session, elsewhere, "Third", slug="third")

    slugs = []
    for title in ("New", "New", "Third", "Third", "Old"):
        host.put(f"/v2.1/talks/{talk.id}", json=body(talk_title=title))
        slugs.append(read_talk(host, talk)["url_friendly_talk_title"])

    assert slugs == [f"new-{talk.id}", f"new-{talk.id}", "third", "third", "old"]


def test_an_edit_moves_the_version_also_when_only_speakers_change(host, session, event):
    talk = make_talk(session, event)
    host.put(f"/v2.1/talks/{talk.id}", json=body())
    before = session.get(Talk, talk.id).version

    host.put(f"/v2.1/talks/{talk.id}", json=body(speakers=["Ann"]))

    assert list_names(host, talk) == ["Ann"]
    assert session.get(Talk, talk.id).version > before


def test_an_edit_costs_the_same_whatever_its_number_of_speakers(host, session, event, count_statements):
    talk = make_talk(session, event, "New", slug="new", speakers=["Ann"])
    many = make_talk(session, event, speakers=[f"Speaker {n}" for n in range(20)])
    paths = [f"/v2.1/talks/{each.id}" for each in (talk, many)]
    session.commit()

    with count_statements() as for_one:
        host.put(paths[0], json=body(talk_title="X", speakers=["Bob"]))
    with count_statements() as for_many:
        host.put(paths[1], json=body(talk_title="Y", speakers=[f"Person {n}" for n in range(30)]))

    assert len(list_names(host, many)) == 30
    assert len(for_many) == len(for_one)


def test_host_deletes_a_talk_with_all_that_hangs_on_it(host, session, event):
    fan = make_user(session)
    tracks = [make_track(session, event), make_track(session, event)]
    stays = make_talk(session, event, "Stays", tracks=tracks[:1], speakers=["Ann"])
    make_talk_comment(session, stays, fan)
    talk = make_talk(session, event, tracks=tracks, speakers=["Bob"], links=[("code_link", "https://c.example/")])
    make_claim(session, talk, talk.speakers[0], fan)
    make_star(session, talk, fan)
    make_talk_comment(session, talk, fan)
    make_talk_comment(session, talk, fan, is_private=True)
    path, gone = f"/v2.1/events/{event.id}", f"/v2.1/talks/{talk.id}"
    before = host.get(f"{path}?verbose=yes").json["events"][0]

    reply = host.delete(gone)

    after = host.get(f"{path}?verbose=yes").json["events"][0]
    assert (reply.status_code, reply.data, reply.headers.get("Location")) == (204, b"", None)
    assert host.get(gone).json == ["Talk not found"]
    assert [each["talk_title"] for each in host.get(f"{path}/talks").json["talks"]] == ["Stays"]
    assert [track["talks_count"] for track in host.get(f"{path}/tracks").json["tracks"]] == [1, 0]
    assert [(each["talks_count"], each["talk_comments_count"]) for each in (before, after)] == [(2, 3), (1, 1)]
    left = {
        table: session.scalar(select(func.count()).select_from(table))
        for table in (Talk, TalkSpeaker, TalkLink, TalkStar, TalkClaim, TalkComment, talk_tracks)
    }
    assert left == {
        Talk: 1, TalkSpeaker: 1, TalkLink: 0, TalkStar: 0, TalkClaim: 0, TalkComment: 1, talk_tracks: 1
    }  # fmt: skip
    assert session.scalars(select(Mail)).all() == []


def test_a_talk_is_deleted_twice_and_one_that_never_was_too(host, session, event):
    talk = make_talk(session, event)

    replies = [host.delete(f"/v2.1/talks/{id_}") for id_ in (talk.id, talk.id, 12345)]

    assert [reply.status_code for reply in replies] == [204, 204, 204]
    assert session.get(Event, event.id).talk_count == 0


def test_deleting_costs_the_same_whatever_hangs_on_the_talk(host, session, event, count_statements):
    def make(number):
        return make_talk(
            session,
            event,
            tracks=[make_track(session, event) for _ in range(number)],
            speakers=["Ann"] * number,
            links=[("code_link", "https://c.example/")] * number,
        )

    paths = [f"/v2.1/talks/{make(number).id}" for number in (1, 3)]
    session.commit()

    with count_statements() as for_one:
        host.delete(paths[0])
    with count_statements() as for_three:
        host.delete(paths[1])

    assert session.scalars(select(Talk)).all() == []
    assert len(for_three) == len(for_one)


def test_an_edit_is_read_on_the_clocks_of_the_event(host, session, event):
    event.timezone, event.starts_at, event.ends_at = "Asia/Tokyo", days_from_now(-1), days_from_now(1)
    talk = make_talk(session, event)
    noon = days_from_now(0).replace(hour=12, minute=0, second=0)

    host.put(f"/v2.1/talks/{talk.id}", json=body(start_date=f"{noon:%Y-%m-%d} 12:00"))

    assert read_talk(host, talk)["start_date"] == f"{noon:%Y-%m-%d}T12:00:00+09:00"


def test_a_talk_that_is_moved_keeps_its_published_start_and_its_representation(api, session, person):
    make_language(session)
    talk = make_talk(session, make_event(session, host=person, timezone="UTC"), speakers=["Ann"])
    session.commit()
    before, starts_at = read_talk(api, talk), talk.starts_at
    later = starts_at + dt.timedelta(hours=1)
    host = api.signed_in(person)

    reply = host.put(f"/v2.1/talks/{talk.id}", json=body(start_date=f"{later:%Y-%m-%dT%H:%M:%S}"))
    session.refresh(talk)

    assert (reply.status_code, talk.moved_from) == (204, starts_at)
    assert talk.starts_at == later.replace(microsecond=0)
    assert list(read_talk(api, talk)) == list(before)
