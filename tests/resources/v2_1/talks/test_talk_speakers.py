"""Unlinking speakers; linking them is tested in test_talk_claims_writing.py."""

import pytest
from sqlalchemy import select

from joindin.models import Mail, Talk, TalkSpeaker
from joindin.queries.accounts.users import get_user_by_username
from tests.factories import make_claim, make_event, make_talk, make_talk_comment, make_user

BASE_URL = "http://localhost/v2.1"


@pytest.fixture
def talk(session):
    sam, kim = make_user(session, "sam", full_name="Sam Speaker"), make_user(session, "kim", full_name="Kim Speaker")
    return make_talk(session, make_event(session, host=make_user(session, "host")), speakers=["Ann", sam, kim])


@pytest.fixture
def people(api, session, talk):
    return {
        name: (get_user_by_username(session, name), api.signed_in(get_user_by_username(session, name)))
        for name in ("sam", "kim", "host")
    }


def speakers(api, talk):
    return api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["speakers"]


@pytest.mark.parametrize("who", ["sam", "kim", "host"])
def test_hosts_and_speakers_unlink_speakers(api, session, talk, people, who):
    sam, kim = people["sam"][0], people["kim"][0]

    reply = people[who][1].delete(f"/v2.1/talks/{talk.id}/speakers/{sam.id}")

    assert (reply.status_code, reply.data, reply.headers["Location"]) == (204, b"", f"{BASE_URL}/talks/{talk.id}")
    assert speakers(api, talk) == [
        {"speaker_name": "Ann"},
        {"speaker_name": "Sam Speaker"},
        {"speaker_name": "Kim Speaker", "speaker_uri": f"{BASE_URL}/users/{kim.id}"},
    ]
    assert api.get(f"/v2.1/users/{sam.id}/talks").json["talks"] == []
    assert session.scalars(select(Mail)).all() == []


def test_a_speaker_with_two_entries_is_unlinked_from_both(api, session, people):
    sam, client = people["sam"]
    talk = make_talk(session, make_event(session), speakers=[sam, sam])

    reply = client.delete(f"/v2.1/talks/{talk.id}/speakers/{sam.id}")

    assert reply.status_code == 204
    assert speakers(api, talk) == [{"speaker_name": "Sam Speaker"}] * 2


def test_an_unlinked_speaker_may_not_edit_the_talk(session, talk, people):
    sam, client = people["sam"]
    client.delete(f"/v2.1/talks/{talk.id}/speakers/{sam.id}")

    replies = [
        client.put(f"/v2.1/talks/{talk.id}", json={}),
        client.delete(f"/v2.1/talks/{talk.id}/speakers/{people['kim'][0].id}"),
        client.delete(f"/v2.1/talks/{talk.id}/speakers/{sam.id}"),
    ]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        (403, "You do not have permission to update this talk"),
        (403, "You do not have permission to remove this speaker from this talk"),
        (404, "Provided user is not a speaker on this talk"),
    ]


def test_a_user_who_is_not_a_speaker_is_reported_before_missing_permissions(api, session, talk, people):
    plain = make_user(session)
    make_claim(session, talk, talk.speakers[0], plain)
    clients = [people["host"][1], api.signed_in(plain)]

    replies = [
        client.delete(f"/v2.1/talks/{talk.id}/speakers/{id_}") for client in clients for id_ in (plain.id, 12345, "sam")
    ]

    assert {(reply.status_code, *reply.json) for reply in replies} == {
        (404, "Provided user is not a speaker on this talk")
    }


def test_a_talk_that_does_not_exist_has_no_speakers(api, people):
    replies = [client.delete("/v2.1/talks/12345/speakers/1") for client in (api, people["host"][1])]

    assert [(reply.status_code, *reply.json) for reply in replies] == [
        (401, "You must be logged in to remove data"),
        (404, "Talk not found"),
    ]


def test_ratings_of_an_unlinked_speaker_count_again(api, session, talk, people):
    sam = people["sam"][0]
    make_talk_comment(session, talk, make_user(session), rating=5)
    for fields in ({"rating": 1}, {"rating": 0}, {"rating": 4, "is_private": True}, {"rating": 4, "is_hidden": True}):
        make_talk_comment(session, talk, sam, **fields)
    talk.rating_sum, talk.rating_count = 5, 1
    session.commit()
    before = talk.version

    people["host"][1].delete(f"/v2.1/talks/{talk.id}/speakers/{sam.id}")

    talk = session.get(Talk, talk.id)
    assert (talk.rating_sum, talk.rating_count) == (6, 2)
    assert talk.version > before
    assert api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["average_rating"] == 3


def test_the_entry_keeps_the_name_it_was_linked_under(session, talk, people):
    sam, client = people["sam"]
    sam.full_name = "Sam Renamed"

    client.delete(f"/v2.1/talks/{talk.id}/speakers/{sam.id}")

    assert sorted(session.scalars(select(TalkSpeaker.name))) == ["Ann", "Kim Speaker", "Sam Speaker"]


def test_a_claimed_speaker_without_a_full_name_has_the_name_on_the_talk(api, session, event):
    sam = make_user(session, "sam", full_name="Sam Speaker")
    talk = make_talk(session, event, speakers=[sam])
    sam.full_name = None

    [representation] = api.get(f"/v2.1/talks/{talk.id}").json["talks"]

    assert representation["speakers"] == [
        {"speaker_name": "Sam Speaker", "speaker_uri": f"http://localhost/v2.1/users/{sam.id}"}
    ]
