"""Claims on talks that no host of Joind.in approved: imported as what they are."""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy import select

from joindin.models import TalkSpeaker, User
from tests.factories import make_event, make_talk, make_talk_comment, make_user
from tests.imports.joindin.legacy_data import event, legacy_tables, run_import, speaker, talk, user

DATASET = Path(__file__).resolve().parents[4] / "shared" / "oracle" / "joindin" / "dataset.json"


@pytest.fixture
def pending(session):
    """A talk of ``ann`` and of a name without an account, with claims of ``bob`` and of another name that are pending."""
    host, ann, bob = make_user(session, "hanna"), make_user(session, "ann"), make_user(session, "bob")
    talk = make_talk(session, make_event(session, host=host), speakers=[ann, "Free Name"])
    session.add(TalkSpeaker(talk_id=talk.id, name="Bob", user_id=bob.id, is_pending=True))
    session.add(TalkSpeaker(talk_id=talk.id, name="Hidden Name", is_pending=True))
    session.commit()
    return talk, host, bob


def speaker_names(api, talk):
    return [each["speaker_name"] for each in api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["speakers"]]


def listed_ids(api, user_id):
    return [each["id"] for each in api.get(f"/v2.1/users/{user_id}/talks?resultsperpage=0").json["talks"]]


def test_pending_claim_is_imported_and_listed_with_the_person_only(api, session):
    run = run_import(
        session,
        legacy_tables(
            user=[user(7, "ada"), user(9, "grace")],
            events=[event(21)],
            talks=[talk(51, 21)],
            talk_speaker=[
                speaker(61, 51, "Ada", speaker_id=7),
                speaker(62, 51, "Grace", speaker_id=9, status="pending"),
                speaker(63, 51, "Nobody", status="pending"),
                speaker(64, 51, "Declined", speaker_id=9, status="declined"),
            ],
        ),
    )

    rows = session.execute(select(TalkSpeaker.id, TalkSpeaker.user_id, TalkSpeaker.is_pending).order_by(TalkSpeaker.id))
    assert [tuple(row) for row in rows] == [(61, 7, False), (62, 9, True), (63, None, True)]
    assert run.of("talk_speaker") == {"added": 3, "excluded": 1}
    assert [listed_ids(api, user_id) for user_id in (7, 9)] == [[51], [51]]
    shown = api.get("/v2.1/talks/51").json["talks"][0]["speakers"]
    assert [each["speaker_uri"].rpartition("/")[2] for each in shown] == ["7"]
    assert list(api.get("/v2.1/talks/51/speakers").json) == ["0", "meta"]


def test_pending_claim_gives_no_rights_as_a_speaker(api, session, pending, count_rows):
    talk, _, bob = pending
    caller, link = api.signed_in(bob), {"display_name": "slides_link", "url": "https://slides.example"}
    before = count_rows()

    replies = [
        caller.put(f"/v2.1/talks/{talk.id}", json={"talk_title": "Mine"}),
        caller.post(f"/v2.1/talks/{talk.id}/links", json=link),
        caller.delete(f"/v2.1/talks/{talk.id}/speakers/{bob.id}"),
    ]

    assert [reply.status_code for reply in replies] == [403, 403, 404]
    assert count_rows() == before


def test_rating_of_a_pending_speaker_counts(api, session, pending):
    talk, _, bob = pending
    reply = api.signed_in(bob).post(f"/v2.1/talks/{talk.id}/comments", json={"comment": "Good", "rating": 5})
    make_talk_comment(session, talk, make_user(session), rating=3)

    assert reply.status_code == 201
    assert api.get(f"/v2.1/talks/{talk.id}").json["talks"][0]["average_rating"] == 4


def test_edits_of_the_speakers_leave_pending_ones_as_they_are(api, session, pending):
    talk, host, bob = pending
    body = {"talk_title": "New", "talk_description": "Better", "start_date": talk.starts_at.isoformat()}

    reply = api.signed_in(host).put(f"/v2.1/talks/{talk.id}", json=body | {"speakers": ["Ann", "Hidden Name"]})

    assert (reply.status_code, speaker_names(api, talk)) == (204, ["Hidden Name", "Ann"])
    assert listed_ids(api, bob.id) == [talk.id]


def test_pending_names_are_not_claimed(api, pending):
    talk, _, bob = pending
    claim = {"display_name": "Hidden Name", "username": "bob"}

    reply = api.signed_in(bob).post(f"/v2.1/talks/{talk.id}/speakers", json=claim)

    assert (reply.status_code, reply.json) == (422, ["No speaker matching that name found"])


def test_pages_show_pending_claims_like_the_api(browser, pending):
    talk, _, bob = pending

    page, of_bob = (
        browser.get(path, headers={"Host": "web.example"}, follow_redirects=True)
        for path in (f"/talk/{talk.stub}", f"/user/{bob.username}")
    )

    assert (page.status_code, "Hidden Name" in page.text, "Bob" in page.text) == (200, False, False)
    assert (of_bob.status_code, talk.title in of_bob.text) == (200, True)


@pytest.mark.skipif(not DATASET.exists(), reason="the reference installation is not beside the repository")
def test_nobody_of_the_reference_installation_lists_fewer_talks_than_before(api, session):
    names = ("user", "events", "talks", "talk_speaker", "lang", "categories", "talk_cat")
    tables = {name: rows for name, rows in json.loads(DATASET.read_text()).items() if name in names}
    visible_events = {
        each["ID"] for each in tables["events"] if each["active"] == "1" and each["pending"] in ("0", None)
    }
    visible = {
        int(each["ID"]) for each in tables["talks"] if each["active"] == "1" and each["event_id"] in visible_events
    }
    expected = defaultdict(set)
    for each in tables["talk_speaker"]:
        if each["speaker_id"] not in (None, "0") and int(each["talk_id"]) in visible:
            expected[int(each["speaker_id"])].add(int(each["talk_id"]))
    run = run_import(session, tables)

    people = session.scalars(select(User.id)).all()
    listed = {user_id: set(listed_ids(api, user_id)) for user_id in people if user_id in expected}

    assert run.of("talk_speaker")["added"] == len(tables["talk_speaker"])
    assert listed == {user_id: talks for user_id, talks in expected.items() if user_id in listed}
    assert len(listed) > 40
