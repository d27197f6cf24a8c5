"""Positions in the waiting lists of shifts."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import case, func, select

from joindin.models.crew import WaitingListEntry


class WaitingList(NamedTuple):
    """The number of people who wait, and the user's position, from 1; None if they do not wait."""

    length: int
    position: int | None


def load_waiting_lists(connection, user_id: int | None, shift_ids: Collection[int]) -> dict[int, WaitingList]:
    """Return the waiting lists that are not empty, by shift: one statement."""
    entry, own = WaitingListEntry.__table__.c, WaitingListEntry.__table__.alias("own").c
    own_id = select(own.id).where(own.shift_id == entry.shift_id, own.user_id == user_id).scalar_subquery()
    statement = select(entry.shift_id, func.count(), func.count(case((entry.id <= own_id, 1))))
    rows = connection.execute(statement.where(entry.shift_id.in_(shift_ids)).group_by(entry.shift_id))
    return {shift_id: WaitingList(length, position or None) for shift_id, length, position in rows}


def get_waiting_position(connection, user_id: int, shift_id: int) -> int | None:
    """Return the position of the user in the list, from 1; None if they are not on it."""
    entry = WaitingListEntry.__table__.c
    own = select(entry.id).where(entry.shift_id == shift_id, entry.user_id == user_id).scalar_subquery()
    statement = select(func.count()).where(entry.shift_id == shift_id, entry.id <= own)
    return connection.scalar(statement) or None
