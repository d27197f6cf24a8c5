"""The places in shifts that depend on an account."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import case, func, select

from joindin.models.crew import CONFIRMED, REQUESTED, Participation, Shift


class AccountPlaces(NamedTuple):
    """Confirmed shifts that are over, confirmed ones that are not, and requests for later ones."""

    past: int
    confirmed: int
    requested: int


def count_account_places(session, user_id: int, now: dt.datetime) -> AccountPlaces:
    """Return the numbers in one statement."""
    is_over, state = Shift.ends_at <= now, Participation.state
    counts = [
        func.count(case((condition, 1)))
        for condition in (
            is_over & (state == CONFIRMED),
            ~is_over & (state == CONFIRMED),
            ~is_over & (state == REQUESTED),
        )
    ]
    statement = select(*counts).select_from(Participation).join(Shift, Shift.id == Participation.shift_id)
    return AccountPlaces(*session.execute(statement.where(Participation.user_id == user_id)).one())
