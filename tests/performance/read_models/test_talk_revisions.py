"""Revisions of talks move with what calendars show of the talk, for every writing program, and with nothing else."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, text, update

from joindin.models import EventSettings, Room, Talk, Track
from joindin.performance.read_models.talk_revisions import REVISED_BY_CHILDREN, REVISED_BY_OTHERS, REVISED_COLUMNS
from joindin.utils.datetimes import utc_now
from tests.factories import (
    make_event,
    make_language,
    make_room,
    make_star,
    make_talk,
    make_talk_comment,
    make_talk_type,
    make_track,
    make_user,
)

OTHERS = [(table, column) for table, columns, _ in REVISED_BY_OTHERS for column in columns if column != "name"]


@pytest.fixture
def event(session):
    event = make_event(session, location="Pier 4")
    session.add(EventSettings(event_id=event.id))
    return event


@pytest.fixture
def speaker(session):
    return make_user(session)


@pytest.fixture
def talk(session, event, speaker):
    talk = make_talk(
        session,
        event,
        speakers=[speaker, "Ada"],
        tracks=[make_track(session, event)],
        room_id=make_room(session, event).id,
    )
    session.commit()
    return talk


@pytest.fixture
def neighbour(session, event):
    return make_talk(session, event, type="Workshop")


@pytest.fixture
def values(session, event):
    """SQL of a value of each column that the rows do not have."""
    values = {
        "event_id": make_event(session).id,
        "room_id": make_room(session, event).id,
        "type_id": make_talk_type(session, "Keynote").id,
        "starts_at": "'2033-05-06 07:08:09.000000'",
        "duration": 77,
        **dict.fromkeys(("is_active", "has_feedback"), "false"),
        **dict.fromkeys(("is_pending", "is_private"), "true"),
    }
    session.commit()
    return values


def revision_of(session, talk):
    return session.execute(select(Talk.revision, Talk.revised_at).where(Talk.id == talk.id)).one()


@pytest.mark.parametrize("column", REVISED_COLUMNS)
def test_a_changed_column_moves_the_revision_of_its_talk_once(session, talk, neighbour, values, column):
    before, other = revision_of(session, talk).revision, revision_of(session, neighbour)
    session.execute(text(f"UPDATE talks SET {column} = {values.get(column, repr('x'))} WHERE id = {talk.id}"))
    after, revised_at = revision_of(session, talk)
    assert after == before + 1
    assert utc_now() - revised_at < dt.timedelta(minutes=1)
    assert revision_of(session, neighbour) == other


@pytest.mark.parametrize("column", REVISED_COLUMNS)
def test_a_column_that_is_written_with_its_own_value_moves_nothing(session, talk, column):
    before = revision_of(session, talk)
    session.execute(text(f"UPDATE talks SET {column} = {column} WHERE id = {talk.id}"))
    assert revision_of(session, talk) == before


@pytest.mark.parametrize("table", REVISED_BY_CHILDREN)
def test_speakers_and_tracks_move_the_revision_of_their_talk(session, talk, neighbour, table):
    before, other = revision_of(session, talk).revision, revision_of(session, neighbour)
    session.execute(text(f"DELETE FROM {table} WHERE talk_id = {talk.id}"))
    assert revision_of(session, talk).revision > before
    assert revision_of(session, neighbour) == other


@pytest.mark.parametrize(("table", "column"), OTHERS)
def test_what_is_shown_with_a_talk_moves_its_revision(session, event, talk, speaker, values, table, column):
    before = revision_of(session, talk).revision
    keys = {
        "events": f"id = {event.id}",
        "event_settings": f"event_id = {event.id}",
        "rooms": f"id = {talk.room_id}",
        "talk_types": f"id = {talk.type_id}",
        "users": f"id = {speaker.id}",
    }
    session.execute(text(f"UPDATE {table} SET {column} = {values.get(column, repr('x'))} WHERE {keys[table]}"))
    assert revision_of(session, talk).revision == before + 1


@pytest.mark.parametrize("model", [Room, Track])
def test_a_renamed_room_or_track_moves_the_revision_of_its_talks(session, talk, neighbour, model):
    before, other = revision_of(session, talk).revision, revision_of(session, neighbour)
    session.execute(update(model).values(name="Other", **({"name_key": "other"} if model is Room else {})))
    assert revision_of(session, talk).revision == before + 1
    assert revision_of(session, neighbour) == other


@pytest.mark.parametrize(("location", "moves"), [("Pier 4", 0), ("", 1)])
def test_the_name_of_the_event_counts_where_it_is_the_place(session, event, neighbour, location, moves):
    event.location = location
    session.commit()
    before = revision_of(session, neighbour).revision
    event.name = "Other"
    session.commit()
    assert revision_of(session, neighbour).revision == before + moves


def test_first_settings_of_an_event_move_the_revision(session):
    talk = make_talk(session, make_event(session))
    before = revision_of(session, talk).revision
    session.add(EventSettings(event_id=talk.event_id, language="de"))
    session.flush()
    assert revision_of(session, talk).revision == before + 1


def test_a_deleted_room_moves_the_revision_of_its_talks(session, talk):
    before = revision_of(session, talk).revision
    session.execute(delete(Room).where(Room.id == talk.room_id))
    assert revision_of(session, talk).revision == before + 1


def test_comments_stars_and_what_calendars_do_not_show_move_nothing(session, event, talk):
    before = revision_of(session, talk)
    make_talk_comment(session, talk, make_user(session))
    make_star(session, talk, make_user(session))
    make_talk(session, event)
    talk.subtitle, talk.language_id = "Other", make_language(session, "Deutsch", "de").id
    event.description, event.starts_at = "Other", utc_now()
    session.commit()
    assert revision_of(session, talk) == before


def test_a_new_talk_has_a_time_and_an_object_reads_the_revision_that_its_change_got(session, talk):
    before = revision_of(session, talk).revision
    assert utc_now() - talk.revised_at < dt.timedelta(minutes=1)
    talk.title = "Other"
    session.flush()
    assert talk.revision == before + 1
