"""Talks, tracks and rooms on the organiser's pages."""

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from joindin.models import Language, Room, Talk, TalkClaim, TalkSpeaker, Track
from joindin.operations.counter_repair import verify_counters
from joindin.utils.datetimes import utc_now
from tests.browser_client import form_fields, main_text
from tests.factories import make_event, make_room, make_talk, make_talk_type, make_track, make_user
from tests.resources.web.organiser.conftest import STARTS_AT

TALK = {
    "title": "Tests that tell stories",
    "subtitle": "Part one",
    "description": "How to.",
    "starts_at": "2027-05-08T10:00",
    "duration": "45",
    "room_id": "0",
    "state": "confirmed",
    "slides_url": "slides.example/1",
}


@pytest.fixture
def fields(session):
    language = session.scalar(select(Language)) or Language(name="English - UK", code="en-gb")
    session.add(language)
    talk_type = make_talk_type(session)
    session.commit()
    return TALK | {"type_id": str(talk_type.id), "language_id": str(language.id)}


def wrong_counters(session):
    return [each for _, found in verify_counters(session, fix=False) for each in found]


def opened_version(organiser, path):
    return organiser.get(path).text.split('name="version"')[1].split('value="')[1].split('"')[0]


def test_a_talk_is_added_with_room_tracks_and_speakers(session, organiser, event, manage, fields):
    room, track = make_room(session, event, "Hall A"), make_track(session, event)
    session.commit()
    placed = {"room_id": room.id, "track_ids": [track.id], "speaker_name": ["Ada L.", "", "Grace H."]}

    reply = organiser.send(f"{manage}talks/new/", fields | placed)

    talk = session.scalars(select(Talk)).one()
    assert (reply.status_code, reply.location) == (303, f"{manage}talks/")
    assert (talk.title, talk.subtitle, talk.duration, talk.room_id) == (TALK["title"], "Part one", 45, room.id)
    assert talk.starts_at == dt.datetime(2027, 5, 8, 9, tzinfo=dt.UTC)
    assert session.scalars(select(TalkSpeaker.name).order_by(TalkSpeaker.id)).all() == ["Ada L.", "Grace H."]
    assert session.get_one(Track, track.id).talk_count == 1
    assert wrong_counters(session) == []
    assert "Hall A" in main_text(organiser.get(f"{manage}talks/"))


def test_another_talk_keeps_type_length_track_room_and_the_next_start(session, organiser, event, manage, fields):
    room, track = make_room(session, event), make_track(session, event)
    session.commit()
    placed = {"room_id": room.id, "track_ids": [track.id], "then": "another"}

    reply = organiser.send(f"{manage}talks/new/", fields | placed)
    page = organiser.get(reply.location)

    assert parse_qs(urlsplit(reply.location).query)["after"]
    assert 'value="2027-05-08T10:45"' in page.text
    assert 'value="45"' in page.text
    assert f'<option selected value="{room.id}">' in page.text
    assert f'checked id="track_ids-0" name="track_ids" type="checkbox" value="{track.id}"' in page.text


def test_a_talk_is_changed_and_an_unchanged_one_stays(session, organiser, event, manage, fields):
    ada = make_user(session, "ada")
    talk = make_talk(session, event, "Old", speakers=[ada, "Free Name"], starts_at=STARTS_AT, description="A\r\nB")
    session.commit()
    path = f"{manage}talks/{talk.id}/"
    version = opened_version(organiser, path)
    same = fields | {
        "title": "Old", "subtitle": "", "starts_at": "2027-05-08T08:30", "duration": talk.duration, "description": "A\nB",
        "type_id": talk.type_id, "language_id": talk.language_id, "speaker_name": ["Free Name", "Ada"], "version": version,
    }  # fmt: skip

    kept = organiser.send(path, same)
    session.refresh(talk)
    before = talk.description, talk.starts_at, talk.duration
    changed = organiser.send(path, same | {"title": "New", "version": opened_version(organiser, path)})
    session.refresh(talk)

    assert (kept.status_code, changed.status_code, talk.title) == (303, 303, "New")
    assert before == ("A\r\nB", STARTS_AT, talk.duration)
    assert session.scalars(select(TalkSpeaker.user_id).order_by(TalkSpeaker.id)).all() == [ada.id, None]


def test_hosts_mark_talks_that_must_not_be_recorded(session, organiser, event, manage, fields):
    organiser.send(f"{manage}talks/new/", fields | {"has_recording_opt_out": "y"})
    talk = session.scalars(select(Talk)).one()
    added = talk.has_recording_opt_out
    path = f"{manage}talks/{talk.id}/"
    is_ticked = 'checked id="has_recording_opt_out"' in organiser.get(path).text

    reply = organiser.send(path, fields | {"version": opened_version(organiser, path)})

    session.refresh(talk)
    assert (added, is_ticked, reply.status_code, talk.has_recording_opt_out) == (True, True, 303, False)


def test_hosts_choose_the_level_which_another_talk_keeps(session, organiser, event, manage, fields):
    reply = organiser.send(f"{manage}talks/new/", fields | {"level": "intermediate", "then": "another"})
    talk = session.scalars(select(Talk)).one()
    added, next_form = talk.level, organiser.get(reply.location).text
    path = f"{manage}talks/{talk.id}/"
    own_form = organiser.get(path).text

    refused = organiser.send(path, fields | {"version": opened_version(organiser, path), "level": "expert"})
    kept = session.scalar(select(Talk.level))
    removed = organiser.send(path, fields | {"version": opened_version(organiser, path), "level": ""})

    selected = '<option selected value="intermediate">Intermediate</option>'
    assert (added, selected in next_form, selected in own_form) == ("intermediate", True, True)
    assert (refused.status_code, kept, removed.status_code) == (400, "intermediate", 303)
    assert session.scalar(select(Talk.level)) is None
    assert re.search(r"changed the talk: .*: Level( |$)", main_text(organiser.get(path)))


def test_two_hosts_at_one_talk_see_both_values(session, organiser, event, manage, fields):
    talk = make_talk(session, event, "Old", starts_at=STARTS_AT)
    session.commit()
    path = f"{manage}talks/{talk.id}/"
    version = opened_version(organiser, path)
    talk.title = "Theirs"
    session.commit()

    reply = organiser.send(path, fields | {"title": "Mine", "version": version})
    session.refresh(talk)

    assert (reply.status_code, talk.title) == (409, "Theirs")
    assert "Theirs" in main_text(reply)
    assert 'value="Mine"' in reply.text


def test_a_speaker_is_assigned_to_an_account_that_accepts_it(session, organiser, event, manage, fields):
    ada = make_user(session, "ada")

    reply = organiser.send(f"{manage}talks/new/", fields | {"speaker_name": "Ada L.", "speaker_account": "ada"})
    refused = organiser.send(f"{manage}talks/new/", fields | {"speaker_name": "Ada L.", "speaker_account": "nemo"})

    claim = session.scalars(select(TalkClaim)).one()
    assert (reply.status_code, refused.status_code) == (303, 400)
    assert (claim.user_id, claim.user_approved_at) == (ada.id, None)
    assert session.scalars(select(Talk)).one().title == TALK["title"]


def test_a_talk_that_is_moved_shows_its_former_time_and_room(session, organiser, host, fields):
    starts_at = utc_now().replace(hour=12, minute=0, second=0, microsecond=0) + dt.timedelta(days=5)
    event = make_event(session, "Soon", slug="soon", host=host, starts_at=starts_at, timezone="UTC")
    halls = [make_room(session, event, f"Hall {letter}") for letter in "AB"]
    talk = make_talk(session, event, "Tides", slug="tides", room_id=halls[0].id, starts_at=starts_at)
    session.commit()
    path = f"/event/soon/manage/talks/{talk.id}/"

    def change(**changes):
        now = {
            "title": "Tides",
            "starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
            "room_id": halls[0].id,
            "version": opened_version(organiser, path),
        }
        shown = organiser.send(path, fields | now | changes)
        assert organiser.send(path, form_fields(shown.text) | fields | now | changes).status_code == 303
        return [
            main_text(organiser.get(f"/event/soon/{page}"))
            for page in ("schedule", "programme", "talks", "rooms/hall-b", "tides")
        ]

    later = starts_at + dt.timedelta(hours=1)
    moved = change(starts_at=f"{later:%Y-%m-%dT%H:%M}", room_id=halls[1].id)
    other_room = change(room_id=halls[1].id)
    returned = change()

    assert all("was 12:00, Hall A" in text for text in moved)
    assert all("was Hall A" in text for text in other_room)
    assert not any("was " in text for text in returned)


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"starts_at": "2030-01-01T00:00"}, "starts_at", "between the start and end date"),
        ({"speaker_name": "x" * 201}, "speakers", "at most 200 characters"),
        ({"speaker_account": "nemo"}, "speakers", "Enter the name of the speaker"),
        ({"speaker_name": ["Ada", "Bob"], "speaker_account": ["ada", "nemo"]}, "speakers", "Bob: "),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_an_error_of_a_talk_stands_beside_its_field(
    session, organiser, event, manage, fields, is_new, changes, field, message
):
    make_user(session, "ada")
    talk = make_talk(session, event, "Tides", slug="tides")
    session.commit()
    path = f"{manage}talks/new/" if is_new else f"{manage}talks/{talk.id}/"

    shown = form_fields(organiser.get(path).text)
    reply = organiser.send(
        path, shown | fields | {"starts_at": shown["starts_at"], "duration": shown["duration"]} | changes
    )

    assert reply.status_code == 400
    [error] = re.findall(f'<p class="error" id="{field}-error"[^>]*>(.*?)</p>', reply.text)
    assert message in error
    assert f'aria-describedby="{field}-error"' in reply.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "x" * 256), ("starts_at", "2030-01-01T00:00"), ("starts_at", "x"), ("duration", "-1"),
        ("duration", "9" * 400), ("duration", "soon"), ("room_id", "99999"), ("room_id", "x"), ("track_ids", "7"),
        ("type_id", "0"), ("language_id", "\x00"), ("state", "gone"), ("slides_url", "ftp://x"), ("subtitle", "x" * 256),
        ("speaker_name", "x" * 201), ("speaker_account", "ada"), ("speaker_name", ["A"] * 51),
    ],
)  # fmt: skip
def test_a_wrong_value_of_a_talk_is_refused(organiser, manage, fields, count_rows, field, value):
    before = count_rows()

    reply = organiser.send(f"{manage}talks/new/", fields | {field: value})

    assert (reply.status_code, count_rows()) == (400, before)
    assert 'role="alert"' in reply.text


def test_a_talk_is_hidden_shown_cancelled_and_deleted(session, organiser, event, manage):
    track = make_track(session, event)
    talk = make_talk(session, event, "Old", tracks=[track])
    session.commit()
    path, states = f"{manage}talks/{talk.id}/delete/", []

    for action in ("hide", "hide", "show", "cancel"):
        organiser.send(path, {"action": action})
        session.refresh(talk)
        session.refresh(track)
        states.append((talk.is_active, talk.state, track.talk_count, wrong_counters(session)))
    organiser.send(path, {"action": "nothing"})
    deleted = organiser.send(path, {"action": "delete"})

    assert states == [
        (False, "confirmed", 0, []), (False, "confirmed", 0, []), (True, "confirmed", 1, []), (True, "cancelled", 1, []),
    ]  # fmt: skip
    assert deleted.location == f"{manage}talks/"
    assert session.scalars(select(Talk)).all() == []
    assert wrong_counters(session) == []


def test_rooms_are_added_ordered_merged_and_deleted(session, organiser, event, manage):
    for name in ("Hall A", "Hall B", "Attic"):
        organiser.send(f"{manage}rooms/", {"name": name, "capacity": "40"})
    rooms = {room.name: room for room in session.scalars(select(Room))}
    hall, attic_id = f"{manage}rooms/{rooms['Hall A'].id}/", rooms["Attic"].id
    hall_id, attic = rooms["Hall A"].id, f"{manage}rooms/{attic_id}/"
    talk = make_talk(session, event, room_id=attic_id)
    again = organiser.send(f"{manage}rooms/", {"name": "hall a"})

    organiser.send(f"{attic}move/", {"direction": "up"}, page=f"{manage}rooms/")
    order = session.scalars(select(Room.name).order_by(Room.position)).all()
    organiser.send(f"{attic}merge/", {"into": hall_id}, page=attic)
    session.refresh(talk)
    merged = talk.room_id
    organiser.send(f"{hall}delete/", {}, page=hall)
    session.refresh(talk)

    assert again.status_code == 400
    assert order == ["Hall A", "Attic", "Hall B"]
    assert (merged, talk.room_id) == (hall_id, None)
    assert session.scalars(select(Room.name)).all() == ["Hall B"]


def test_a_room_keeps_its_printed_address_when_it_is_renamed(session, organiser, event, manage):
    room, other = make_room(session, event, "Hall A", code="abcdefgh"), make_room(session, event, "Attic")
    session.commit()
    path = f"{manage}rooms/{room.id}/"

    renamed = organiser.send(path, {"name": "Great Hall", "version": opened_version(organiser, path)})
    taken = organiser.send(path, {"name": "ATTIC", "version": opened_version(organiser, path)})
    session.refresh(room)

    assert (renamed.status_code, taken.status_code, other.name) == (303, 400, "Attic")
    assert (room.name, room.code, room.slug) == ("Great Hall", "abcdefgh", "hall-a")


def test_tracks_are_added_changed_merged_and_deleted(session, organiser, event, manage):
    for name in ("Web", "Tools"):
        organiser.send(f"{manage}tracks/", {"name": name, "description": "About"})
    web, tools = session.scalars(select(Track).order_by(Track.id)).all()
    make_talk(session, event, tracks=[web, tools])
    make_talk(session, event, tracks=[tools])
    session.commit()
    path = f"{manage}tracks/{tools.id}/"

    organiser.send(
        f"{manage}tracks/{web.id}/",
        {"name": "The Web", "version": opened_version(organiser, f"{manage}tracks/{web.id}/")},
    )
    organiser.send(f"{path}merge/", {"into": web.id}, page=path)
    session.refresh(web)
    merged = web.name, web.talk_count, wrong_counters(session)
    organiser.send(f"{manage}tracks/{web.id}/delete/", {}, page=f"{manage}tracks/{web.id}/")

    assert merged == ("The Web", 2, [])
    assert session.scalars(select(Track)).all() == []
    assert wrong_counters(session) == []


def test_tracks_are_ordered_and_have_hues(session, organiser, event, manage):
    for name, hue in (("Web", "teal"), ("Tools", ""), ("People", "red")):
        organiser.send(f"{manage}tracks/", {"name": name, "hue": hue})
    wrong = organiser.send(f"{manage}tracks/", {"name": "Cats", "hue": "beige"})
    tracks = {track.name: track for track in session.scalars(select(Track))}
    make_talk(session, event, "On people", tracks=[tracks["People"]])
    session.commit()
    people = f"{manage}tracks/{tracks['People'].id}/"

    directions = [
        organiser.send(f"{people}move/", {"direction": way}, page=f"{manage}tracks/") for way in ("up", "up", "up", "x")
    ]
    order = session.scalars(select(Track.name).order_by(Track.position)).all()
    listed = main_text(organiser.get(f"{manage}tracks/"))

    assert (wrong.status_code, {reply.status_code for reply in directions}) == (400, {303})
    assert order == ["People", "Web", "Tools"]
    assert re.search(r"People\W*red\W*1", listed)
    assert re.search(r"Web\W*teal\W*0", listed)
    assert '<span class="hue hue-red" dir="auto">People</span>' in organiser.get(f"/event/{event.slug}/schedule").text


def test_rows_of_another_event_are_not_found(session, organiser, event, manage, count_rows):
    other = make_event(session)
    talk, track, room = make_talk(session, other), make_track(session, other), make_room(session, other)
    own_track, own_room = make_track(session, event), make_room(session, event)
    session.commit()
    token, before = organiser.token("/accounts/profile/"), count_rows()

    statuses = {
        organiser.post(f"{manage}{path}", {"csrfmiddlewaretoken": token, "into": into, "action": "delete"}).status_code
        for path, into in [
            (f"talks/{talk.id}/", 0), (f"talks/{talk.id}/delete/", 0), (f"tracks/{track.id}/", 0), (f"rooms/{room.id}/", 0),
            (f"tracks/{track.id}/delete/", 0), (f"tracks/{track.id}/merge/", own_track.id), (f"rooms/{room.id}/delete/", 0),
            (f"rooms/{room.id}/move/", 0), (f"tracks/{track.id}/move/", 0), (f"tracks/{own_track.id}/merge/", track.id), (f"rooms/{own_room.id}/merge/", room.id),
            (f"rooms/{own_room.id}/merge/", "x"),
        ]
    }  # fmt: skip

    assert statuses == {404}
    assert count_rows() == before


def test_the_list_costs_the_same_statements_whatever_its_length(session, organiser, event, manage, count_statements):
    def cost():
        session.commit()
        with count_statements() as statements:
            organiser.get(f"{manage}talks/")
        return len(statements)

    make_talk(session, event, speakers=["Ada"], tracks=[make_track(session, event)])
    few = cost()
    room = make_room(session, event)
    for number in range(60):
        make_talk(session, event, f"Talk {number}", speakers=["A", "B"], room_id=room.id)

    assert cost() == few
