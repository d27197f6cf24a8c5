"""The consequences of another time, room or state of a talk, which hosts see before they store it."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from joindin.models import Device, DeviceStar, TalkSpeaker
from tests.browser_client import Browser, form_fields, main_text
from tests.factories import NOW, make_language, make_room, make_star, make_talk, make_talk_type, make_user
from tests.resources.web.organiser.conftest import STARTS_AT

NOTHING = "No other talk is in the room at that time, and no speaker has another one."


@pytest.fixture
def rooms(session, event):
    return [make_room(session, event, f"Hall {letter}") for letter in "AB"]


@pytest.fixture
def ada(session):
    return make_user(session, "ada", full_name="Ada Byron")


@pytest.fixture
def talk(session, event, rooms, ada):
    talk = make_talk(
        session,
        event,
        "Tides",
        speakers=[ada, "Bob B."],
        starts_at=STARTS_AT,
        duration=30,
        room_id=rooms[0].id,
    )
    session.commit()
    return talk


@pytest.fixture
def path(manage, talk):
    return f"{manage}talks/{talk.id}/"


@pytest.fixture
def change(session, organiser, talk, path):
    """``change(**fields)`` sends the form of the talk with these values, once."""

    def change(page=None, **fields):
        stored = {
            "title": talk.title,
            "starts_at": "2027-05-08T08:30",
            "duration": talk.duration,
            "room_id": talk.room_id,
            "state": talk.state,
            "type_id": make_talk_type(session).id,
            "language_id": make_language(session).id,
            "speaker_name": ["Ada Byron", "Bob B."],
        }
        hidden = form_fields(page or organiser.get(path).text)
        sent = {name: hidden[name] for name in ("csrfmiddlewaretoken", "version", "checked")}
        return organiser.post(path, stored | sent | fields)

    return change


def cells(reply):
    """Return the texts of the cells of the table."""
    return re.findall(r"<t[dh][^>]*>([^<]*)</t[dh]>", reply.text)[3:]


def stored(session, talk):
    session.refresh(talk)
    return talk.starts_at, talk.duration, talk.room_id, talk.state


def test_a_move_is_stored_after_its_consequences_were_shown(session, talk, rooms, manage, change):
    before = stored(session, talk)
    shown = change(starts_at="2027-05-08T09:30", room_id=rooms[1].id)
    kept = stored(session, talk)
    saved = change(shown.text, starts_at="2027-05-08T09:30", room_id=rooms[1].id)

    text = main_text(shown)
    assert (shown.status_code, saved.status_code, saved.location) == (200, 303, f"{manage}talks/")
    assert cells(shown) == ["Start", "Sat, 8 May 2027, 08:30", "Sat, 8 May 2027, 09:30", "Room", "Hall A", "Hall B"]
    assert NOTHING in text
    assert "0 people have starred this talk." in text
    assert (before, kept) == ((STARTS_AT, 30, rooms[0].id, "confirmed"),) * 2
    assert stored(session, talk) == (STARTS_AT + dt.timedelta(hours=1), 30, rooms[1].id, "confirmed")


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({"duration": "45"}, ["30 minutes", "45 minutes"]),
        ({"room_id": "0"}, ["Hall A", "none yet"]),
        ({"state": "cancelled"}, ["takes place", "cancelled"]),
        ({"duration": ""}, ["30 minutes", "60 minutes"]),
    ],
)
def test_each_of_the_values_is_checked(session, talk, change, fields, texts):
    before = stored(session, talk)

    shown = change(**fields)

    assert (shown.status_code, cells(shown)[1:], stored(session, talk)) == (200, texts, before)
    assert change(shown.text, **fields).status_code == 303


def test_other_changes_are_stored_at_once(session, talk, change):
    assert change(title="High tides").status_code == 303
    assert (session.refresh(talk), talk.title) == (None, "High tides")


@pytest.mark.parametrize("names", [["Ada Biron", "Bob B."], ["Bob B."]])
def test_a_change_of_names_that_disconnects_an_account_is_checked(session, talk, ada, change, names):
    def linked():
        user_ids = select(TalkSpeaker.user_id).where(TalkSpeaker.talk_id == talk.id, TalkSpeaker.user_id.is_not(None))
        return session.scalars(user_ids).all()

    shown = change(speaker_name=names)

    assert (shown.status_code, linked()) == (200, [ada.id])
    assert (cells(shown)[0], cells(shown)[2]) == ("Speakers", ", ".join(names))
    assert "The account of Ada Byron is then no longer connected with the talk." in main_text(shown)
    assert (change(shown.text, speaker_name=names).status_code, linked()) == (303, [])


def test_other_names_are_stored_at_once(session, talk, change):
    assert change(speaker_name=["ada byron", "Robert B."]).status_code == 303


def test_another_change_after_the_check_is_checked_again(session, talk, change):
    shown = change(duration="45")
    again = change(shown.text, duration="50")

    assert (again.status_code, cells(again)[1:]) == (200, ["30 minutes", "50 minutes"])
    assert change(again.text, duration="50").status_code == 303
    assert stored(session, talk)[1] == 50


def test_overlaps_in_the_room_and_of_speakers_are_named_and_block_nothing(session, event, talk, ada, rooms, change):
    at = {"starts_at": STARTS_AT + dt.timedelta(minutes=60), "duration": 30}
    make_talk(session, event, "In the hall", room_id=rooms[1].id, **at)
    make_talk(session, event, "By Ada", speakers=[ada], **at)
    make_talk(session, event, "By Bob", speakers=["bob b."], **at)
    make_talk(session, event, "By Cid", speakers=["Cid"], **at)
    make_talk(session, event, "Hidden", room_id=rooms[1].id, is_active=False, **at)
    make_talk(session, event, "Cancelled", room_id=rooms[1].id, state="cancelled", **at)
    make_talk(session, event, "Before", room_id=rooms[1].id, starts_at=STARTS_AT, duration=60)
    make_talk(session, event, "After", room_id=rooms[1].id, starts_at=STARTS_AT + dt.timedelta(minutes=90))
    session.commit()
    fields = {"starts_at": "2027-05-08T09:30", "room_id": rooms[1].id}

    shown = change(**fields)
    text = main_text(shown).partition("Discard")[0]

    assert "In the same room at the same time: In the hall," in text
    assert "Ada Byron speaks at the same time: By Ada," in text
    assert "bob b. speaks at the same time: By Bob," in text
    assert [name for name in ("By Cid", "Hidden", "Cancelled", "Before", "After", NOTHING) if name in text] == []
    assert change(shown.text, **fields).status_code == 303


def test_a_cancelled_talk_overlaps_nothing(session, event, talk, rooms, change):
    make_talk(session, event, "In the hall", room_id=rooms[0].id, starts_at=STARTS_AT)
    session.commit()

    assert NOTHING in main_text(change(state="cancelled"))


def test_stars_and_times_outside_the_event_are_told(session, event, talk, change):
    make_star(session, talk, make_user(session))
    device = Device(token_hash="a" * 64, first_seen_on=NOW.date(), last_seen_on=NOW.date())
    session.add(device)
    session.flush()
    session.add(DeviceStar(device_id=device.id, talk_id=talk.id, created_at=NOW))
    event.ends_at = STARTS_AT + dt.timedelta(hours=2)
    session.commit()

    inside, after = (main_text(change(duration=minutes)) for minutes in ("120", "121"))
    refused = change(starts_at="2027-05-08T08:29")

    assert "2 people have starred this talk." in inside
    assert ("ends after the event" in inside, "ends after the event" in after) == (False, True)
    assert (refused.status_code, "Nothing is stored yet" in main_text(refused)) == (400, False)


def test_a_script_stores_a_move_at_once(session, organiser, talk, path, change):
    page = form_fields(organiser.get(path).text)
    reply = organiser.post(
        path,
        {
            "csrfmiddlewaretoken": page["csrfmiddlewaretoken"],
            "version": page["version"],
            "title": "Tides",
            "starts_at": "2027-05-08T09:30",
            "duration": "30",
            "state": "confirmed",
            "room_id": talk.room_id,
            "type_id": talk.type_id,
            "language_id": talk.language_id,
            "speaker_name": ["Ada Byron", "Bob B."],
        },
        headers={"Accept": "application/json"},
    )

    assert (reply.status_code, reply.json) == (200, {"state": True, "said": "The talk is changed."})
    assert stored(session, talk)[0] == STARTS_AT + dt.timedelta(hours=1)


def test_the_number_of_statements_does_not_depend_on_the_overlaps(session, event, rooms, change, count_statements):
    def count():
        with count_statements() as statements:
            change(duration="45")
        return len(statements)

    make_talk(session, event, speakers=["Bob B."], room_id=rooms[0].id, starts_at=STARTS_AT)
    session.commit()
    change(duration="45")
    few = count()
    for _ in range(20):
        make_talk(session, event, speakers=["Bob B.", "Cid"], room_id=rooms[0].id, starts_at=STARTS_AT)
    session.commit()

    assert count() == few


def test_the_page_of_the_texts_leads_hosts_to_the_form(app, organiser, event, talk, ada, path):
    shown = organiser.get(f"/event/{event.slug}/{talk.slug}/edit").text
    as_speaker = Browser(app).sign_in_directly(ada).get(f"/event/{event.slug}/{talk.slug}/edit").text

    assert (f'href="{path}"' in shown, f'href="{path}"' in as_speaker) == (True, False)


def test_the_check_is_german(organiser, change, path):
    organiser.get(path)
    organiser.set_cookie("lang", "de")

    text = main_text(change(duration="45"))

    assert "Noch ist nichts gespeichert." in text
