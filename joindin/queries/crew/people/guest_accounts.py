"""Guests of events who are the same person as a user: both have the same address, which the user has proven."""

from sqlalchemy import func, select

from joindin.models import User
from joindin.models.crew import CrewGuest


def list_guest_ids(session, user: User) -> list[int]:
    if not user.email or user.email_proven_at is None:
        return []
    return session.scalars(
        select(CrewGuest.id).where(func.lower(CrewGuest.email) == user.email.lower()).order_by(CrewGuest.id)
    ).all()
