"""Row locks, and the begin of write transactions on SQLite."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from joindin.db.locking import begin_immediate_with_retry, lock_row
from joindin.errors import ServiceUnavailable
from joindin.extensions import db
from joindin.models import Event, EventComment, User
from tests.factories import make_event, make_event_comment, make_user

TIMEOUT_S = 30


def execute_elsewhere(statement):
    """Execute and commit a statement on another connection."""
    with db.engine.begin() as connection:
        connection.execute(statement)


def test_a_locked_row_is_read_again(session):
    user = make_user(session, full_name="Before")
    session.commit()
    execute_elsewhere(update(User).values(full_name="After"))

    locked = lock_row(session, User, user.id)

    assert (locked is user, locked.full_name) == (True, "After")


def test_a_locked_row_keeps_its_loaded_relations(session):
    comment_id = make_event_comment(session, make_event(session), make_user(session, full_name="Al")).id
    session.commit()
    session.expunge_all()
    comment = session.scalar(
        select(EventComment).where(EventComment.id == comment_id).options(joinedload(EventComment.user))
    )

    lock_row(session, EventComment, comment_id)

    assert comment.user.full_name == "Al"


def test_unsaved_changes_survive_the_lock(session):
    event = make_event(session)
    session.commit()
    event.location = "Online"

    assert lock_row(session, Event, event.id).location == "Online"


def test_a_deleted_row_is_not_locked(session):
    user = make_user(session)
    session.commit()
    execute_elsewhere(delete(User))

    assert lock_row(session, User, user.id) is None
    assert lock_row(session, User, 987_654) is None


def test_a_writer_on_sqlite_waits_for_the_other_up_to_its_timeout(tmp_path):
    holder, waiter = (sqlite3.connect(tmp_path / "a.sqlite", check_same_thread=False) for _ in range(2))
    begin_immediate_with_retry(holder)

    with pytest.raises(ServiceUnavailable):
        begin_immediate_with_retry(waiter, 0)
    with ThreadPoolExecutor(1) as executor:
        waiting = executor.submit(begin_immediate_with_retry, waiter)
        holder.rollback()
        waiting.result(TIMEOUT_S)

    assert waiter.in_transaction
    holder.close()
    waiter.close()
