"""Who wants to hear of what."""

from collections.abc import Iterable

from sqlalchemy import select

from joindin.models import MailRefusal, User


def refused_topics(session, user_id: int) -> set[str]:
    return set(session.scalars(select(MailRefusal.topic).where(MailRefusal.user_id == user_id)))


def willing_to_hear(session, users: Iterable[User], topic: str) -> list[User]:
    """Those of ``users`` who have an address and did not refuse ``topic``."""
    users = [user for user in users if user.email]
    if not users:
        return []
    refusing = select(MailRefusal.user_id).where(
        MailRefusal.topic == topic, MailRefusal.user_id.in_([user.id for user in users])
    )
    refusing = set(session.scalars(refusing))
    return [user for user in users if user.id not in refusing]
