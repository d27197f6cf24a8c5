"""Talks that are deleted or hidden, or whose event is, leave a trace without texts until they return."""

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from joindin.models import DepartedTalk, DepartedTalkReader, DeviceStar, Event, Talk
from joindin.operations.devices import create_device
from joindin.utils.datetimes import utc_now
from tests.factories import NOW, make_event, make_room, make_star, make_talk, make_track, make_user


@pytest.fixture
def event(session):
    return make_event(session, timezone="Europe/Berlin")


@pytest.fixture
def talk(session, event):
    talk = make_talk(
        session,
        event,
        speakers=["Ada", make_user(session, id=7)],
        tracks=[make_track(session, event)],
        room_id=make_room(session, event).id,
        has_recording_opt_out=True,
        level="advanced",
    )
    make_star(session, talk, make_user(session, id=8))
    device, _ = create_device(session, now=NOW)
    session.add(DeviceStar(device_id=device.id, talk_id=talk.id, created_at=NOW))
    session.commit()
    talk.device_id = device.id
    return talk


def departed(session):
    session.expire_all()
    return session.scalars(select(DepartedTalk).order_by(DepartedTalk.talk_id)).all()


def revision_of(session, talk):
    return session.scalar(select(Talk.revision).where(Talk.id == talk.id))


def test_a_deleted_talk_leaves_its_times_ids_and_readers(session, event, talk):
    expected = {
        "talk_id": talk.id,
        "event_id": event.id,
        "stub": talk.stub,
        "room_id": talk.room_id,
        "type_id": talk.type_id,
        "language_id": talk.language_id,
        "track_ids": [talk.tracks[0].id],
        "starts_at": talk.starts_at,
        "duration": 60,
        "has_recording_opt_out": True,
        "level": "advanced",
        "timezone": "Europe/Berlin",
        "sequence": revision_of(session, talk) + 1,
    }
    readers = [("device", talk.device_id, talk.id), ("speaker", 7, talk.id), ("starrer", 8, talk.id)]
    session.execute(delete(Talk).where(Talk.id == talk.id))

    (trace,) = departed(session)

    assert {name: getattr(trace, name) for name in expected} == expected
    assert utc_now() - trace.gone_at < dt.timedelta(minutes=1)
    columns = DepartedTalkReader.__table__.c
    assert [tuple(row) for row in session.execute(select(*columns).order_by(columns.relation))] == readers


def test_a_hidden_talk_departs_until_it_is_shown(session, talk):
    session.execute(update(Talk).where(Talk.id == talk.id).values(is_active=False))
    sequence = departed(session)[0].sequence
    assert sequence == revision_of(session, talk)
    session.execute(update(Talk).where(Talk.id == talk.id).values(is_active=True))
    assert departed(session) == []
    assert session.scalars(select(DepartedTalkReader)).all() == []
    assert revision_of(session, talk) > sequence


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_pending": True}, {"is_private": True}])
def test_talks_depart_and_return_with_their_event(session, event, talk, change):
    make_talk(session, event, "Never shown", is_active=False)
    session.execute(update(Event).where(Event.id == event.id).values(change))
    (trace,) = departed(session)
    assert (trace.talk_id, trace.sequence) == (talk.id, revision_of(session, talk))
    session.execute(
        update(Event).where(Event.id == event.id).values(is_active=True, is_pending=False, is_private=False)
    )
    assert departed(session) == []


def test_talks_of_a_deleted_event_depart(session, event, talk):
    talk_id = talk.id
    session.execute(delete(Event).where(Event.id == event.id))
    assert [trace.talk_id for trace in departed(session)] == [talk_id]


def test_a_talk_that_is_deleted_while_its_event_is_hidden_stays_departed(session, event, talk):
    talk_id = talk.id
    session.execute(update(Event).where(Event.id == event.id).values(is_active=False))
    session.execute(delete(Talk).where(Talk.id == talk_id))
    session.execute(update(Event).where(Event.id == event.id).values(is_active=True))
    assert [trace.talk_id for trace in departed(session)] == [talk_id]


def test_a_talk_that_was_never_public_leaves_nothing(session, event, talk):
    session.execute(delete(Talk).where(Talk.id == make_talk(session, event, is_active=False).id))
    session.execute(delete(Talk).where(Talk.id == make_talk(session, make_event(session, is_private=True)).id))
    session.execute(update(Talk).where(Talk.id == talk.id).values(title="Other", is_active=True))
    assert departed(session) == []
