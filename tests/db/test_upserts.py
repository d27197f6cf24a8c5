"""Inserts that leave existing rows alone."""

import pytest
from sqlalchemy import select

from joindin.db.upserts import insert_missing, insert_or_ignore
from joindin.models import Attendance, EventHost, Tag
from tests.factories import make_event, make_user


@pytest.mark.parametrize("model", [Attendance, EventHost])
def test_a_row_is_inserted_once(session, model):
    event, user, other = make_event(session), make_user(session), make_user(session)

    inserted = [insert_or_ignore(session, model, event_id=event.id, user_id=each.id) for each in (user, user, other)]

    assert inserted == [True, False, True]
    assert session.scalars(select(model.user_id).order_by(model.user_id)).all() == [user.id, other.id]


def test_missing_rows_are_inserted_in_their_order(session):
    def insert_tags(*names):
        insert_missing(session, Tag, "name_key", [{"name": name.upper(), "name_key": name} for name in names])

    insert_tags("c", "a")
    insert_tags()
    insert_tags("d", "a", "c", "b")
    insert_tags("a")

    assert session.scalars(select(Tag.name).order_by(Tag.id)).all() == ["C", "A", "D", "B"]
