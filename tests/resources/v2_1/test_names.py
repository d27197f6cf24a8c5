"""Names, titles and tags in the Joind.in API: one line, nothing invisible, and not "." or ".."."""

import datetime as dt

import pytest
from sqlalchemy import select

from joindin.models import Client, Event, Group, RejectionReason, Talk, TalkSpeaker, Track, User
from tests.factories import make_event, make_talk, make_user, newest

MAY_FIRST = dt.datetime(2030, 5, 1, 8, tzinfo=dt.UTC)
DIRTY = "\u202eOne\u200b\ntwo\u2028th\u00adree\ufeff\u2069\x00"
CLEAN = "One two three"
EMPTY = [".", "..", "\u200b", "\u3164", "\u0301", "\n", " \u2028 ", "<b></b>", "\u202e.\u202c"]

EVENT = {
    "name": "Conf",
    "description": "x\ny",
    "location": "x",
    "start_date": "2030-05-01",
    "end_date": "2030-05-02",
    "tz_continent": "Europe",
    "tz_place": "Berlin",
}
TALK = {"talk_title": "Talk", "talk_description": "x\ny", "start_date": "2030-05-01T10:00"}
PERSON = {"username": "joe", "full_name": "Joe", "email": "joe@example.org", "password": "correct horse"}


@pytest.fixture
def admin(session):
    return make_user(session, "admin", is_admin=True)


@pytest.fixture
def caller(api, admin):
    return api.signed_in(admin)


@pytest.fixture
def talk(session, admin):
    event = make_event(session, host=admin, starts_at=MAY_FIRST, ends_at=MAY_FIRST + dt.timedelta(days=1))
    talk = make_talk(session, event, "Talk", starts_at=MAY_FIRST)
    session.commit()
    return talk


def write(caller, talk, name, kind):
    """Send a write of ``kind`` whose name is ``name``."""
    event = f"/v2.1/events/{talk.event_id}"
    method, path, body = {
        "user": ("post", "/v2.1/users", PERSON | {"full_name": name}),
        "event": ("post", "/v2.1/events", EVENT | {"name": name}),
        "location": ("post", "/v2.1/events", EVENT | {"location": name}),
        "edited event": ("put", event, EVENT | {"name": name}),
        "talk": ("post", f"{event}/talks", TALK | {"talk_title": name}),
        "edited talk": ("put", f"/v2.1/talks/{talk.id}", TALK | {"talk_title": name}),
        "track": ("post", f"{event}/tracks", {"track_name": name}),
        "group": ("post", "/v2.1/groups", {"name": name}),
        "reason": ("post", "/v2.1/rejection_reasons", {"title": name, "text": "x"}),
        "application": (
            "post", "/v2.1/applications", {"name": name, "description": "x", "callback_url": "https://app.example"}
        ),
    }[kind]  # fmt: skip
    return getattr(caller, method)(path, json=body)


STORED = {
    "user": User.full_name,
    "event": Event.name,
    "location": Event.location,
    "edited event": Event.name,
    "talk": Talk.title,
    "edited talk": Talk.title,
    "track": Track.name,
    "group": Group.name,
    "reason": RejectionReason.title,
    "application": Client.name,
}


@pytest.mark.parametrize("kind", STORED)
def test_a_name_is_stored_as_one_visible_line(session, caller, talk, kind):
    reply = write(caller, talk, DIRTY, kind)

    stored = session.scalars(select(STORED[kind]).order_by(STORED[kind].class_.id.desc())).first()
    assert (reply.status_code // 100, stored) == (2, CLEAN)


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("name", EMPTY)
def test_text_that_is_no_name_is_refused(caller, talk, count_rows, kind, name):
    before = count_rows()

    reply = write(caller, talk, name, kind)

    assert reply.status_code == 400
    assert count_rows() == before


def test_tags_and_speakers_are_single_lines(api, session, caller, talk):
    caller.put(f"/v2.1/events/{talk.event_id}", json=EVENT | {"tags": [DIRTY, "..", "\u200b", "a\nb"]})
    caller.put(f"/v2.1/talks/{talk.id}", json=TALK | {"speakers": [DIRTY, ".", "\u0301", "Ann\nAsh"]})

    [event] = api.get(f"/v2.1/events/{talk.event_id}").json["events"]
    assert event["tags"] == [CLEAN.lower(), "a b"]
    assert session.scalars(select(TalkSpeaker.name).order_by(TalkSpeaker.id)).all() == [CLEAN, "Ann Ash"]


def test_descriptions_keep_their_lines(session, caller, talk):
    write(caller, talk, "Conf", "event")

    assert newest(session, Event).description == "x\ny"


@pytest.mark.parametrize("written", ["año", "ano", "パパ", "ハハ", "กิน", "שָׁלוֹם"])
def test_a_tag_shows_the_word_that_was_written(api, session, caller, talk, written):
    make_event(session, tags=["ano", "año", "ハハ", "パパ"])

    caller.put(f"/v2.1/events/{talk.event_id}", json=EVENT | {"tags": [written]})

    [event] = api.get(f"/v2.1/events/{talk.event_id}").json["events"]
    assert event["tags"] == [written]


@pytest.mark.parametrize(
    ("tag", "found"), [("ano", ["One", "Two"]), ("AÑO", ["One", "Two"]), ("パパ", ["One"]), ("ハハ", ["Two"])]
)
def test_a_filter_finds_tags_without_regard_to_case_and_latin_accents(api, session, tag, found):
    make_event(session, "One", tags=["año", "パパ"])
    make_event(session, "Two", tags=["ano", "ハハ"])

    reply = api.get(f"/v2.1/events?filter=all&tags[]={tag}&start=0")

    assert sorted(event["name"] for event in reply.json["events"]) == found


@pytest.mark.parametrize(
    "username",
    ["a\u200bdmin", "\u202eadmin", "a\nb", "a\u2028b", ".", "..", "a@b", "a/b", "аdmin", "\u0301", "🎉", "ﬁ"],
)
def test_a_username_that_would_deceive_is_refused_in_registration_and_profile(
    api, session, caller, count_rows, username
):
    ann = make_user(session, "ann")
    as_ann = api.signed_in(ann)
    session.commit()
    before = count_rows()

    registered = api.post("/v2.1/users", json=PERSON | {"username": username})
    edited = as_ann.put(
        f"/v2.1/users/{ann.id}", json={"full_name": "A", "email": "a@example.org", "username": username}
    )

    assert (registered.status_code, edited.status_code) == (400, 400)
    assert registered.json == edited.json
    assert count_rows() == before
    assert session.get(User, ann.id, populate_existing=True).username == "ann"


@pytest.mark.parametrize("lookalike", ["coco", "COCO", "СОСО", "c0c0", "ｃｏｃｏ", "cócó"])
def test_a_second_spelling_that_looks_the_same_is_taken(api, session, admin, lookalike):
    make_user(session, "сосо")

    reply = api.post("/v2.1/users", json=PERSON | {"username": lookalike})

    assert (reply.status_code, reply.json) == (400, ["That username is already in use. Choose another"])


def test_the_own_username_stays_valid_although_it_is_older_than_the_rules(api, session):
    older = make_user(session, "older name@\u200b")

    reply = api.signed_in(older).put(
        f"/v2.1/users/{older.id}", json={"full_name": "New", "email": "o@example.org", "username": "older name@\u200b"}
    )

    assert reply.status_code == 204
    assert session.get(User, older.id, populate_existing=True).full_name == "New"


@pytest.mark.parametrize("sent", ["zoë ash", "ZOË  ASH", "Zoe\u0308 Ash", "\u200bZoë Ash"])
def test_case_and_unicode_form_keep_the_claim_of_a_speaker_on_an_edit(session, caller, talk, sent):
    ann = make_user(session, full_name="Zoë Ash")
    session.add(TalkSpeaker(talk_id=talk.id, name="Ann", user_id=ann.id))
    session.flush()

    reply = caller.put(f"/v2.1/talks/{talk.id}", json=TALK | {"speakers": [sent, "Bob"]})

    assert reply.status_code == 204
    speakers = session.execute(select(TalkSpeaker.name, TalkSpeaker.user_id).order_by(TalkSpeaker.id)).all()
    assert [tuple(speaker) for speaker in speakers] == [("Ann", ann.id), ("Bob", None)]


def test_a_speaker_without_an_account_gets_the_new_spelling_and_keeps_the_open_claims(session, caller, talk):
    session.add(TalkSpeaker(talk_id=talk.id, name="ann ash"))
    session.flush()
    old_id = newest(session, TalkSpeaker).id

    caller.put(f"/v2.1/talks/{talk.id}", json=TALK | {"speakers": ["Ann Ash"]})

    assert [tuple(row) for row in session.execute(select(TalkSpeaker.id, TalkSpeaker.name))] == [(old_id, "Ann Ash")]
