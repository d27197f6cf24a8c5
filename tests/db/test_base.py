"""Timestamps in the database."""

import datetime as dt

import pytest

from joindin.db.base import UtcDateTime
from joindin.models import Event
from tests.factories import make_event


def test_a_timestamp_is_read_as_the_same_instant_in_utc(session):
    starts_at = dt.datetime(2030, 5, 1, 1, 30, tzinfo=dt.timezone(dt.timedelta(hours=14)))
    event = make_event(session, starts_at=starts_at)
    session.commit()
    session.expire_all()

    assert session.get(Event, event.id).starts_at == starts_at
    assert session.get(Event, event.id).starts_at.tzinfo is dt.UTC


def test_a_timestamp_without_a_time_zone_is_refused():
    with pytest.raises(TypeError, match="time zone"):
        UtcDateTime().process_bind_param(dt.datetime(2030, 5, 1), None)
