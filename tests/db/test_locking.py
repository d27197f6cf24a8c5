"""The few things that the two databases have to be told differently."""

import datetime as dt
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from joindin.db.base import UtcDateTime
from joindin.db.locking import begin_immediate_with_retry, lock_row
from joindin.db.upserts import insert_missing, insert_or_ignore
from joindin.extensions import db
from joindin.models import Attendance, Event, EventComment, EventHost, Tag, User
from tests.factories import make_event, make_event_comment, make_user

PATIENCE = 30


def elsewhere(statement):
    """Carry a statement out and commit it, over a connection of its own."""
    with db.engine.begin() as connection:
        connection.execute(statement)


def test_a_locked_row_is_read_anew(session):
    user = make_user(session, full_name="Before")
    session.commit()
    elsewhere(update(User).values(full_name="After"))

    found = lock_row(session, User, user.id)

    assert (found is user, found.full_name) == (True, "After")


def test_a_locked_row_keeps_what_was_loaded_beside_it(session):
    comment_id = make_event_comment(session, make_event(session), make_user(session, full_name="Al")).id
    session.commit()
    session.expunge_all()
    comment = session.scalar(
        select(EventComment).where(EventComment.id == comment_id).options(joinedload(EventComment.user))
    )

    lock_row(session, EventComment, comment_id)

    assert comment.user.full_name == "Al"


def test_what_was_not_written_yet_survives_the_lock(session):
    event = make_event(session)
    session.commit()
    event.location = "Online"

    assert lock_row(session, Event, event.id).location == "Online"


def test_there_is_nothing_to_lock_where_the_row_is_gone(session):
    user = make_user(session)
    session.commit()
    elsewhere(delete(User))

    assert lock_row(session, User, user.id) is None
    assert lock_row(session, User, 987_654) is None


@pytest.mark.parametrize("model", [Attendance, EventHost])
def test_a_row_is_inserted_once(session, model):
    event, user, other = make_event(session), make_user(session), make_user(session)

    inserted = [insert_or_ignore(session, model, event_id=event.id, user_id=each.id) for each in (user, user, other)]

    assert inserted == [True, False, True]
    assert session.scalars(select(model.user_id).order_by(model.user_id)).all() == [user.id, other.id]


def test_missing_rows_are_inserted_in_their_order(session):
    def keep(*names):
        insert_missing(session, Tag, "name_key", [{"name": name.upper(), "name_key": name} for name in names])

    keep("c", "a")
    keep()
    keep("d", "a", "c", "b")
    keep("a")

    assert session.scalars(select(Tag.name).order_by(Tag.id)).all() == ["C", "A", "D", "B"]


def test_an_instant_comes_back_as_it_went(session):
    starts_at = dt.datetime(2030, 5, 1, 1, 30, tzinfo=dt.timezone(dt.timedelta(hours=14)))
    event = make_event(session, starts_at=starts_at)
    session.commit()
    session.expire_all()

    assert session.get(Event, event.id).starts_at == starts_at
    assert session.get(Event, event.id).starts_at.tzinfo is dt.UTC


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(TypeError, match="time zone"):
        UtcDateTime().process_bind_param(dt.datetime(2030, 5, 1), None)


def test_a_writer_on_sqlite_waits_for_its_turn_and_not_for_ever(tmp_path, monkeypatch):
    holder, waiter = (sqlite3.connect(tmp_path / "a.sqlite", check_same_thread=False) for _ in range(2))
    begin_immediate_with_retry(holder)

    with monkeypatch.context() as hurry:
        hurry.setattr("joindin.db.locking.BUSY_TIMEOUT_S", 0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            begin_immediate_with_retry(waiter)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(begin_immediate_with_retry, waiter)
        holder.rollback()
        waiting.result(PATIENCE)

    assert waiter.in_transaction
    holder.close()
    waiter.close()
