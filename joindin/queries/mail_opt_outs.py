"""Users who have opted out of mails."""

from collections.abc import Iterable

from sqlalchemy import select

from joindin.models import MailOptOut, User


def get_opted_out_topics(session, user_id: int) -> set[str]:
    return set(session.scalars(select(MailOptOut.topic).where(MailOptOut.user_id == user_id)))


def filter_opted_in(session, users: Iterable[User], topic: str) -> list[User]:
    """Return those of ``users`` who have an address and have not opted out of ``topic``."""
    users = [user for user in users if user.email]
    if not users:
        return []
    opted_out = select(MailOptOut.user_id).where(
        MailOptOut.topic == topic, MailOptOut.user_id.in_([user.id for user in users])
    )
    opted_out = set(session.scalars(opted_out))
    return [user for user in users if user.id not in opted_out]
