"""Writing links of talks; reading them is tested in test_talks.py."""

import pytest
from sqlalchemy import select

from joindin.models import LINK_TYPES, Talk, TalkLink, User
from tests.factories import make_event, make_talk, make_user

BASE_URL = "http://localhost/v2.1"

VIDEO = {"display_name": "video_link", "url": "https://v.example/1"}


@pytest.fixture
def talk(session):
    return make_talk(
        session,
        make_event(session, host=make_user(session, "host")),
        speakers=[make_user(session, "speaker")],
        links=[("slides_link", "https://s.example/1"), ("code_link", "https://c.example/1")],
    )


@pytest.fixture
def speaker(api, session, talk):
    return api.signed_in(session.scalar(select(User).where(User.username == "speaker")))


def read_links(api, talk):
    listed = api.get(f"/v2.1/talks/{talk.id}/links").json["talk_links"]
    talk_now = api.get(f"/v2.1/talks/{talk.id}?verbose=yes").json["talks"][0]
    assert (talk_now["talk_media"] or []) == [{link["display_name"]: link["url"]} for link in listed]
    return [(link["id"], link["display_name"], link["url"]) for link in listed]


def test_speaker_adds_a_link(speaker, session, talk):
    slides, code = (link.id for link in talk.links)

    reply = speaker.post(f"/v2.1/talks/{talk.id}/links", json=VIDEO)

    new = reply.headers["Location"].removeprefix(f"{BASE_URL}/talks/{talk.id}/links/")
    assert (reply.status_code, reply.data) == (204, b"")
    assert read_links(speaker, talk) == [
        (slides, "slides_link", "https://s.example/1"),
        (code, "code_link", "https://c.example/1"),
        (int(new), "video_link", "https://v.example/1"),
    ]
    assert speaker.get(f"/v2.1/talks/{talk.id}/links/{new}").json["url"] == "https://v.example/1"


@pytest.mark.parametrize("type", LINK_TYPES)
def test_links_of_every_type_are_taken_also_twice(speaker, session, talk, type):
    body = {"display_name": type, "url": " https://slides.example/<b>42</b> "}

    replies = [speaker.post(f"/v2.1/talks/{talk.id}/links/", json=body) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [204, 204]
    assert [link[1:] for link in read_links(speaker, talk)[2:]] == [(type, "https://slides.example/42")] * 2


def test_speaker_changes_a_link(speaker, session, talk):
    slides, code = (link.id for link in talk.links)

    reply = speaker.put(f"/v2.1/talks/{talk.id}/links/{slides}", json=VIDEO)

    assert (reply.status_code, reply.data) == (204, b"")
    assert reply.headers["Location"] == f"{BASE_URL}/talks/{talk.id}/links/{slides}"
    assert read_links(speaker, talk) == [
        (slides, "video_link", "https://v.example/1"),
        (code, "code_link", "https://c.example/1"),
    ]


def test_a_link_is_changed_into_itself(speaker, session, talk):
    slides = talk.links[0].id

    reply = speaker.put(
        f"/v2.1/talks/{talk.id}/links/{slides}", json={"display_name": "slides_link", "url": "https://s.example/1"}
    )

    assert (reply.status_code, reply.headers["Location"]) == (204, f"{BASE_URL}/talks/{talk.id}/links/{slides}")
    assert read_links(speaker, talk)[0] == (slides, "slides_link", "https://s.example/1")


def test_speaker_takes_links_off_however_often(speaker, session, talk):
    slides, code = (link.id for link in talk.links)

    replies = [speaker.delete(f"/v2.1/talks/{talk.id}/links/{id_}") for id_ in (slides, slides, 12345, "x")]

    assert [(reply.status_code, reply.headers["Location"]) for reply in replies] == [
        (204, f"{BASE_URL}/talks/{talk.id}/links")
    ] * 4
    assert read_links(speaker, talk) == [(code, "code_link", "https://c.example/1")]


def test_links_of_other_talks_are_out_of_reach(speaker, session, talk):
    other = make_talk(session, make_event(session), links=[("slides_link", "https://other.example/")])
    foreign = other.links[0].id

    changed = speaker.put(f"/v2.1/talks/{talk.id}/links/{foreign}", json=VIDEO)
    removed = speaker.delete(f"/v2.1/talks/{talk.id}/links/{foreign}")

    assert (changed.status_code, changed.json) == (500, ["Update of Link ID Failed"])
    assert (removed.status_code, removed.data) == (204, b"")
    assert read_links(speaker, other) == [(foreign, "slides_link", "https://other.example/")]


INCOMPLETE = (400, ["Missing required fields URL OR Display Name"])
TOO_LONG = (400, ["The field 'url' must not be longer than 2000 characters"])


@pytest.mark.parametrize(
    ("body", "added", "changed"),
    [
        ({}, INCOMPLETE, INCOMPLETE),
        ([], INCOMPLETE, INCOMPLETE),
        ({"url": "x"}, INCOMPLETE, INCOMPLETE),
        ({"display_name": "code_link"}, INCOMPLETE, INCOMPLETE),
        ({"display_name": "code_link", "url": " \x00<br>"}, INCOMPLETE, INCOMPLETE),
        ({"display_name": None, "url": "x"}, INCOMPLETE, INCOMPLETE),
        (
            VIDEO | {"display_name": "nope"},
            (400, ["The Link has not been inserted"]),
            (500, ["Update of Link ID Failed"]),
        ),
        (
            VIDEO | {"display_name": "Video_Link"},
            (400, ["The Link has not been inserted"]),
            (500, ["Update of Link ID Failed"]),
        ),
        (VIDEO | {"url": "x" * 2_001}, TOO_LONG, TOO_LONG),
        (
            VIDEO | {"url": ["x"]},
            (400, ["Expected parameter url is not a readable string"]),
            (400, ["Expected parameter url is not a readable string"]),
        ),
        (
            VIDEO | {"display_name": True},
            (400, ["Expected parameter display_name is not a readable string"]),
            (400, ["Expected parameter display_name is not a readable string"]),
        ),
    ],
)
def test_links_are_refused(speaker, session, talk, body, added, changed):
    before = read_links(speaker, talk), session.get(Talk, talk.id).version
    path = f"/v2.1/talks/{talk.id}/links"

    replies = [speaker.post(path, json=body), speaker.put(f"{path}/{before[0][0][0]}", json=body)]

    assert [(reply.status_code, reply.json) for reply in replies] == [added, changed]
    assert (read_links(speaker, talk), session.get(Talk, talk.id).version) == before


def test_a_talk_takes_fifty_links(speaker, session, talk):
    talk.links += [TalkLink(type="code_link", url=f"https://c.example/{n}") for n in range(2, 49)]
    session.commit()

    replies = [speaker.post(f"/v2.1/talks/{talk.id}/links", json=VIDEO) for _ in range(2)]

    assert [reply.status_code for reply in replies] == [204, 400]
    assert replies[1].json == ["A talk must not have more than 50 links"]
    assert len(session.scalars(select(TalkLink)).all()) == 50


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_talk_that_does_not_exist_has_no_links_to_write(api, speaker, session, method):
    path = "/v2.1/talks/12345/links" + ("" if method == "POST" else "/1")

    replies = [client.request(method, path, json=VIDEO) for client in (api, speaker)]

    assert [(reply.status_code, reply.json) for reply in replies] == [
        (403, ["You do not have permission to add links to this talk"]),
        (404, ["Talk not found"]),
    ]


def test_every_change_of_links_moves_the_version(speaker, session, talk):
    path = f"/v2.1/talks/{talk.id}/links"
    slides = talk.links[0].id
    versions = [talk.version]

    for method, where in (("POST", path), ("PUT", f"{path}/{slides}"), ("DELETE", f"{path}/{slides}")):
        speaker.request(method, where, json=VIDEO)
        versions.append(session.get(Talk, talk.id).version)

    assert versions == sorted(set(versions))
