"""Versions of programmes move with what a programme shows, for every writing program, and with nothing else."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, text, update

from joindin.models import Event, EventImage, EventSettings, Room, Talk, TalkLink, TalkSpeaker, Track, talk_tracks
from joindin.performance.read_models.programme_versions import CHILDREN_OF_TALKS, PROGRAMME_COLUMNS, SHOWN_WITH_TALKS
from joindin.utils.datetimes import utc_now
from tests.factories import (
    make_attendance,
    make_event,
    make_event_comment,
    make_language,
    make_place,
    make_room,
    make_star,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
)

COLUMNS = [(table, column) for table, columns in PROGRAMME_COLUMNS.items() for column in columns]
CHANGED_COLUMN = {"talk_speakers": "name", "talk_links": "url", "talk_tracks": "track_id"}


@pytest.fixture
def speaker(session):
    return make_user(session)


@pytest.fixture
def event(session):
    return make_event(session, place_id=make_place(session).id)


@pytest.fixture
def talk(session, event, speaker):
    talk = make_talk(
        session,
        event,
        speakers=[speaker, "Ada"],
        tracks=[make_track(session, event)],
        links=[("code_link", "https://code.example")],
        room_id=make_room(session, event, guid="a").id,
    )
    session.commit()
    return talk


@pytest.fixture
def ids(session, event, talk):
    image = EventImage(event_id=event.id, size="orig", file="a.png")
    session.add_all([image, EventSettings(event_id=event.id)])
    session.commit()
    track_id = session.scalar(select(Track.id))
    return {
        "events": event.id,
        "talks": talk.id,
        "rooms": talk.room_id,
        "tracks": track_id,
        "event_images": image.id,
        "event_settings": event.id,
    }


@pytest.fixture
def other_values(session, event, talk):
    """SQL of a value of each column that the rows do not have."""
    other = make_event(session)
    values = {
        "event_id": other.id,
        "place_id": make_place(session).id,
        "room_id": make_room(session, event).id,
        "repeat_of_id": make_talk(session, event).id,
        "type_id": make_talk_type(session, "Keynote").id,
        "language_id": make_language(session, "Deutsch", "de").id,
        "starts_at": "'2033-05-06 07:08:09.000000'",
        "ends_at": "'2033-05-06 07:08:09.000000'",
        "moved_from": "'2033-05-06 07:08:09.000000'",
        "is_active": "false",
        "has_feedback": "false",
        "has_recording_opt_out": "true",
    }
    values["hue"] = "'red'"
    numbers = dict.fromkeys(("duration", "position", "capacity", "day_starts_at"), 77)
    session.commit()
    return values | numbers


def key_of(table):
    return "event_id" if table == "event_settings" else "id"


def version_of(session, event_id):
    return session.execute(
        select(Event.programme_version, Event.programme_changed_at).where(Event.id == event_id)
    ).one()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_moves_the_version(session, event, ids, other_values, table, column):
    before, _ = version_of(session, event.id)
    value = other_values.get(column, "'x'")
    session.execute(text(f"UPDATE {table} SET {column} = {value} WHERE {key_of(table)} = {ids[table]}"))
    after, changed_at = version_of(session, event.id)
    assert after == before + 1
    assert utc_now() - changed_at < dt.timedelta(minutes=1)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_column_that_is_written_with_its_own_value_moves_nothing(session, event, ids, table, column):
    before = version_of(session, event.id)
    session.execute(text(f"UPDATE {table} SET {column} = {column} WHERE {key_of(table)} = {ids[table]}"))
    assert version_of(session, event.id) == before


@pytest.mark.parametrize("table", CHILDREN_OF_TALKS)
def test_speakers_links_and_tracks_of_a_talk_move_the_version(session, event, talk, table):
    before = version_of(session, event.id).programme_version
    column = CHANGED_COLUMN[table]
    session.execute(text(f"UPDATE {table} SET {column} = {column} WHERE talk_id = {talk.id}"))
    updated = version_of(session, event.id).programme_version
    session.execute(text(f"DELETE FROM {table} WHERE talk_id = {talk.id}"))
    deleted = version_of(session, event.id).programme_version
    session.execute(insert_child(table, talk, session))
    assert before < updated < deleted < version_of(session, event.id).programme_version


def insert_child(table, talk, session):
    if table == "talk_tracks":
        return talk_tracks.insert().values(talk_id=talk.id, track_id=session.scalar(select(Track.id)))
    if table == "talk_links":
        return TalkLink.__table__.insert().values(talk_id=talk.id, type="code_link", url="https://a.example")
    return TalkSpeaker.__table__.insert().values(talk_id=talk.id, name="Bob", is_pending=False)


@pytest.mark.parametrize(("table", "column", "_condition"), SHOWN_WITH_TALKS)
def test_names_that_are_shown_with_talks_move_the_version(session, event, talk, speaker, table, column, _condition):
    row_id = {"users": speaker.id, "talk_types": talk.type_id, "languages": talk.language_id}[table]
    before = version_of(session, event.id).programme_version
    session.execute(text(f"UPDATE {table} SET {column} = 'Other' WHERE id = {row_id}"))
    assert version_of(session, event.id).programme_version > before


@pytest.mark.parametrize("model", [Talk, Room, Track])
def test_added_and_deleted_rows_move_the_version(session, event, ids, model):
    before = version_of(session, event.id).programme_version
    {Talk: make_talk, Room: make_room, Track: make_track}[model](session, event)
    added = version_of(session, event.id).programme_version
    session.execute(delete(model).where(model.id == ids[model.__tablename__]))
    assert before < added < version_of(session, event.id).programme_version


def test_comments_stars_and_attendance_move_nothing(session, event, talk):
    before = version_of(session, event.id)
    make_event_comment(session, event, make_user(session))
    make_talk_comment(session, talk, make_user(session))
    make_star(session, talk, make_user(session))
    make_attendance(session, event, make_user(session))
    session.commit()
    assert version_of(session, event.id) == before


def test_another_event_keeps_its_version(session, event, talk):
    other = make_event(session)
    before = version_of(session, other.id)
    session.execute(update(Talk).where(Talk.id == talk.id).values(title="Other"))
    assert version_of(session, other.id) == before


def test_an_event_is_deleted_with_its_rooms_and_talks(session, event, talk):
    session.execute(delete(Event).where(Event.id == event.id))
    session.commit()
    assert session.scalars(select(Room.id)).all() == session.scalars(select(Talk.id)).all() == []


def test_a_deleted_room_leaves_its_talks(session, talk):
    session.execute(delete(Room).where(Room.id == talk.room_id))
    session.expire_all()
    assert session.get_one(Talk, talk.id).room_id is None
